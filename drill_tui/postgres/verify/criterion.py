"""Where the parallel checks of one criterion add up to met, missed or unproven."""

from __future__ import annotations

from drill_tui.postgres.verify.names import counted, listed, printable
from drill_tui.postgres.verify.report import CriterionFinding, Fault, Finding

KEPT_FAULTS = 100


class Criterion:
    """Met only when it was concluded, something was proved, nothing is wrong, and every check could run."""

    def __init__(self, id: str, title: str) -> None:  # noqa: A002 - the criterion's own name for it
        self.id = id
        self.title = title
        self._faults: list[Fault] = []
        self._fault_count = 0
        self._could_not: list[str] = []
        self._cautions: list[str] = []
        self._covered: list[str] = []
        self._left_out: list[str] = []
        self._proved: list[str] = []
        self._against = ""
        self._concluded = False

    def judged_against(self, what: str) -> None:
        """Whose word it is that the restored database is held to, where that is not the backup's own."""
        self._against = printable(what)

    def conclude(self) -> None:
        """Every check of this criterion has run, or has said that it could not."""
        self._concluded = True

    def fault(self, subject: str, problem: str) -> None:
        """Something is wrong: the criterion is missed."""
        self._fault_count += 1
        if len(self._faults) < KEPT_FAULTS:
            self._faults.append(Fault(subject=printable(subject), problem=printable(problem)))

    def could_not(self, sentence: str) -> None:
        """A check could not run: the criterion cannot be met."""
        if printable(sentence) not in self._could_not:
            self._could_not.append(printable(sentence))

    def caution(self, sentence: str) -> None:
        """Worth knowing, and no fault of the backup."""
        self._cautions.append(printable(sentence))

    def covers(self, sentence: str) -> None:
        self._covered.append(printable(sentence))

    def leaves_out(self, sentence: str) -> None:
        self._left_out.append(printable(sentence))

    def proved(self, sentence: str) -> None:
        """What holds if nothing turned out to be wrong; shown as the detail of a met criterion."""
        self._proved.append(printable(sentence))

    @property
    def result(self) -> Finding:
        if self._fault_count:
            return "missed"
        whole = self._concluded and self._proved and not self._could_not
        return "met" if whole else "unproven"

    def finding(self) -> CriterionFinding:
        return CriterionFinding(
            id=self.id,
            title=self.title,
            result=self.result,
            detail=self._detail(),
            coverage=self._coverage(),
            faults=tuple(self._faults),
            fault_count=self._fault_count,
            could_not=tuple(self._could_not),
            cautions=tuple(self._cautions),
        )

    def _detail(self) -> str:
        if self._fault_count:
            against = f" ({self._against})" if self._against else ""
            first = [f"{fault.subject}: {fault.problem}" for fault in self._faults[:3]]
            rest = self._fault_count - len(first)
            more = f" … and {rest:,} more" if rest else ""
            return f"{counted(self._fault_count, 'fault')}. " + "; ".join(first) + more + against
        if self._could_not:
            return "Not proved: " + listed(self._could_not)
        if not self._proved or not self._concluded:
            return "Not checked."
        return "; ".join([*self._proved, *([self._against] if self._against else [])])

    def _coverage(self) -> str:
        parts = list(self._covered)
        if self._fault_count and self._could_not:
            parts.append("Could not be checked: " + listed(self._could_not))
        if self._left_out:
            parts.append("Not covered: " + "; ".join(self._left_out) + ".")
        if self._cautions:
            parts.append("Note: " + listed(self._cautions) + ".")
        return " ".join(parts)
