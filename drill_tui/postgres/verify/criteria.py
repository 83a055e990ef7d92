"""The criteria of the runbook that a verification gives evidence for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from drill_tui.postgres.verify.added import AddedCheck, queued
from drill_tui.postgres.verify.criterion import Criterion
from drill_tui.postgres.verify.work import Check


class Criteria:
    """One collector for each; their ids are those of runbooks/restore-drill.yaml, and of `added` checks."""

    def __init__(self, added: Sequence[AddedCheck] = ()) -> None:
        self.required_tables = Criterion("required_tables", "All required tables exist")
        self.data_integrity = Criterion("data_integrity", "The data is what was backed up")
        self.foreign_keys = Criterion("foreign_keys", "Foreign keys are valid")
        self.indexes = Criterion("indexes", "Indexes are present and sound")
        self.schema = Criterion("schema", "The schema is the same")
        self._added = [(check, Criterion(check.criterion, check.title)) for check in added]

    def __iter__(self) -> Iterator[Criterion]:
        yield from self.of_the_backup()
        yield from (criterion for _, criterion in self._added)

    def of_the_backup(self) -> tuple[Criterion, ...]:
        """Those that hold the restored database to what the source was."""
        return (self.required_tables, self.data_integrity, self.foreign_keys, self.indexes, self.schema)

    def added_checks(self) -> list[Check]:
        return [queued(check, criterion) for check, criterion in self._added]

    def broke_off(self, reason: str) -> None:
        """Nothing that is not concluded may count, nor may anything that was."""
        for criterion in self:
            criterion.could_not(reason)
