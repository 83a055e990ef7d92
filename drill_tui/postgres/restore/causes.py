"""What is known to be behind an error of pg_restore: the sentence that saves somebody an afternoon."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

READS_ITS_OWN_VIEWS: Final = {14: 25, 15: 20, 16: 16, 17: 12, 18: 7}
"""From these minor releases on views and rules are written in words that PostgreSQL reads (15.20's notes)."""
NAMES_NOT_NULL: Final = 18
CANNOT_ATTACH_EXCLUSIONS: Final = 17
"""It first makes exclusion constraints of partitioned tables (measured with 17.10; 18.6 attaches them)."""
_BROKEN_KEY: Final = re.compile(r'violates foreign key constraint "(.+)"')
_NOT_FOUND: Final = re.compile(r"ERROR:\s+(?:function|relation|type|operator) .+ does not exist")
_NAME_TAKEN: Final = re.compile(r'constraint "(.+)" for relation "(.+)" already exists')
_NOT_ATTACHED: Final = re.compile(r'cannot attach index ".+" as a partition of index "(.+)"')
_UNDER_A_POLICY: Final = re.compile(r"query would be affected by row-level security policy")
_CONTRADICT: Final = re.compile(
    r"(?:negator|commutator) operator (.+) is already the (negator|commutator) of operator (.+)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """Of the server that the backup came from, 0 where it does not say, and of the target's major."""

    source: int = 0
    """As server_version_num."""
    target_major: int = 0

    @property
    def source_words_are_sound(self) -> bool:
        major, minor = divmod(self.source, 10_000)
        return not self.source or minor >= READS_ITS_OWN_VIEWS.get(major, 0)


def known_cause(line: str, entry: str, versions: Versions, *, rows_are_whole: bool) -> str:
    """The cause of an error line, in a sentence; empty where nothing is known.

    `entry` is the entry of the archive that it came from.  `rows_are_whole` tells that all rows of one
    snapshot were loaded before, so that what does not fit now did not fit in the source.
    """
    key = _BROKEN_KEY.search(line)
    if key and "FK CONSTRAINT" in entry and rows_are_whole:
        return (
            f"The source holds the orphan too: its own rows break the key {key.group(1)}, as a "
            "trigger that was off or a detached partition leaves them. Find them there by an anti-join."
        )
    if "syntax error" in line and (" VIEW " in entry or " RULE " in entry):
        if not versions.source_words_are_sound:
            release = f"{versions.source // 10_000}.{versions.source % 10_000}"
            return (
                f"PostgreSQL {release} writes some views and rules in words that no PostgreSQL reads. "
                "Update the source's minor release and take the backup again."
            )
        return ""
    if _NOT_FOUND.search(line) and " MATERIALIZED VIEW DATA " in entry:
        return (
            "A function behind the materialized view finds this by a search_path, and a restore has none. "
            "In the source: ALTER FUNCTION … SET search_path = …, or write the schema's name."
        )
    if _UNDER_A_POLICY.search(line):
        return (
            "A materialized view is filled as its owner, who is under a policy of that table, and the script "
            "sets row_security to off. REFRESH MATERIALIZED VIEW fills it afterwards; from an archive, "
            "pg_restore --enable-row-security does."
        )
    whole = _NOT_ATTACHED.search(line)
    if whole and versions.target_major == CANNOT_ATTACH_EXCLUSIONS:
        return (
            f"If {whole.group(1)} is an exclusion constraint of a partitioned table: PostgreSQL "
            f"{CANNOT_ATTACH_EXCLUSIONS} makes those and cannot put them together again. Restore into 18, or "
            "drop the constraint in the copy and add it anew."
        )
    pair = _CONTRADICT.search(line)
    if pair:
        return (
            f"In the source more than one operator names {pair.group(1)} as its {pair.group(2)}. PostgreSQL "
            "15.18 took that, 15.20 and 17 refuse it, also from the script of an extension: the backup "
            "restores only onto an older server. Mend the operators, or update the extension's package."
        )
    taken = _NAME_TAKEN.search(line)
    if taken and versions.target_major >= NAMES_NOT_NULL > versions.source // 10_000 > 0:
        return (
            f"PostgreSQL {NAMES_NOT_NULL} gives every NOT NULL a name, and the source uses {taken.group(1)} "
            f"for another constraint of {taken.group(2)}. Rename it there, or restore into that major."
        )
    return ""
