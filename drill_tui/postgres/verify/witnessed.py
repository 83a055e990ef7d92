"""Somebody's own dump, judged by the witness beside it: what its word reaches, and what it does not.

The dump's own list of definitions cannot tell of one that pg_dump left out; the witness read them from the
source.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from drill_tui.postgres.archive.beside import Beside
from drill_tui.postgres.verify.criteria import Criteria
from drill_tui.postgres.verify.criterion import Criterion
from drill_tui.postgres.verify.names import counted

NOT_IN_A_DUMP: Final = {
    "no-owner": ("owner",),
    "no-privileges": ("grant",),
    "no-policies": ("policy",),
}
"""Kinds of definitions, by the option of pg_dump that leaves them out."""
IGNORED_BY_ARCHIVES: Final = frozenset({"no-owner"})


def name_witness(witness: Beside, criteria: Criteria) -> None:
    """Say in every criterion by whose word it is judged."""
    taken = f"{witness.manifest.snapshot_at:%Y-%m-%d %H:%M:%S} UTC"
    for criterion in criteria.of_the_backup():
        criterion.judged_against(f"against the witness taken at {taken} ({witness.path.name})")
    for sentence in witness.manifest.coverage:
        criteria.data_integrity.leaves_out(sentence.rstrip("."))


def compare_definitions(witness: Beside, definitions: Sequence[str], criteria: Criteria) -> None:
    """Report what the source defined and the restored database lacks."""
    if witness.dump.selected:
        part = " ".join(witness.dump.selected)
        criteria.required_tables.leaves_out(f"what the dump was told to leave out ({part})")
        criteria.schema.leaves_out("definitions that the dump was told to leave out")
        criteria.schema.proved("definitions as in the dump")
        return
    compare_names(_expected(witness), definitions, "the source", criteria)


def compare_names(wanted: Sequence[str], definitions: Iterable[str], origin: str, criteria: Criteria) -> None:
    """Report what `origin` defined and the restored database lacks."""
    found = set(definitions)
    for subject in wanted:
        if subject not in found:
            for criterion in concerned(subject, criteria):
                criterion.fault(subject, f"was in {origin}, and is not in the restored database")
    prove_names(wanted, origin, criteria)


def prove_names(wanted: Sequence[str], origin: str, criteria: Criteria) -> None:
    """What holds where none of these definitions is missing."""
    criteria.schema.proved(f"{counted(len(wanted), 'name')} of definitions as in {origin}")
    criteria.schema.covers(
        "Names of columns, indexes, constraints, triggers, policies, routines, types, owners and grants."
    )
    indexes = sum(subject.startswith("index ") for subject in wanted)
    criteria.indexes.proved(f"{counted(indexes, 'index', 'indexes')} named as in {origin}")
    keys = sum(subject.startswith("foreign key ") for subject in wanted)
    criteria.foreign_keys.proved(f"{counted(keys, 'foreign key')} named as in {origin}")


def _expected(witness: Beside) -> Sequence[str]:
    """What of the source's definitions the dump was to hold by its own options."""
    left = [
        kind
        for option in witness.dump.left_out
        if witness.dump.form == "plain" or option not in IGNORED_BY_ARCHIVES
        for kind in NOT_IN_A_DUMP.get(option, ())
    ]
    return [subject for subject in witness.definitions if subject.partition(" ")[0] not in left]


def concerned(subject: str, criteria: Criteria) -> list[Criterion]:
    """The criteria that a definition belongs to, by its name such as `index public.orders_pkey`."""
    found = [criteria.schema]
    if subject.startswith("index "):
        found.append(criteria.indexes)
    if subject.startswith("foreign key "):
        found.append(criteria.foreign_keys)
    return found
