"""Two schemas compared object by object: what is missing, what is new, what differs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from drill_tui.postgres.verify.names import printable
from drill_tui.postgres.verify.schema.text import STREAMING_PARALLEL, ObjectKey, Objects

INDEX_TYPES = frozenset({"INDEX", "INDEX ATTACH", "CONSTRAINT"})
FOREIGN_KEY_TYPES = frozenset({"FK CONSTRAINT"})
_SAFE_TO_QUOTE = frozenset(
    {
        "ACL",
        "CHECK CONSTRAINT",
        "COLLATION",
        "DEFAULT",
        "DEFAULT ACL",
        "DOMAIN",
        "EXTENSION",
        "INDEX",
        "INDEX ATTACH",
        "CONSTRAINT",
        "FK CONSTRAINT",
        "MATERIALIZED VIEW",
        "POLICY",
        "ROW SECURITY",
        "SCHEMA",
        "SEQUENCE",
        "SEQUENCE OWNED BY",
        "STATISTICS",
        "TABLE",
        "TABLE ATTACH",
        "TRIGGER",
        "TYPE",
        "VIEW",
    }
)
"""Not functions, servers, user mappings, subscriptions: their definitions may carry a password."""
_OWNER_LINE = re.compile(r"ALTER [A-Z ]+ .* OWNER TO ")
_HINT_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Difference:
    """How one object of the restored database differs from the backup's."""

    key: ObjectKey
    kind: Literal["missing", "extra", "differs"]
    hint: str = ""

    @property
    def problem(self) -> str:
        words = {
            "missing": "is in the backup, and not in the restored database",
            "extra": "is in the restored database, and not in the backup",
            "differs": "is not as in the backup",
        }[self.kind]
        return f"{words} ({self.hint})" if self.hint else words


def compare(backup: Objects, restored: Objects) -> list[Difference]:
    """Every difference, sorted by object."""
    found: list[Difference] = []
    for key in sorted(backup.keys() | restored.keys()):
        wanted, got = backup.get(key, ()), restored.get(key, ())
        if wanted == got or (key.type == "SUBSCRIPTION" and _has_a_newer_default(wanted, got)):
            continue
        if len(got) < len(wanted):
            found.append(Difference(key, "missing"))
        elif len(got) > len(wanted):
            found.append(Difference(key, "extra"))
        else:
            found.append(Difference(key, "differs", _hint(key, wanted, got)))
    return found


def _has_a_newer_default(wanted: tuple[str, ...], got: tuple[str, ...]) -> bool:
    """Whether it streams in parallel only because its dump says nothing of that, which 18 takes for it."""
    silent = all("streaming" not in text for text in wanted)
    return silent and wanted == tuple(text.replace(STREAMING_PARALLEL, "") for text in got)


def without(objects: Objects, unwanted: Iterable[ObjectKey]) -> Objects:
    """The objects less some keys."""
    names = set(unwanted)
    return {key: texts for key, texts in objects.items() if key not in names}


def _hint(key: ObjectKey, wanted: tuple[str, ...], got: tuple[str, ...]) -> str:
    """The first lines that differ, where they cannot carry a password."""
    before, after = _lines(wanted), _lines(got)
    pairs = zip_longest(before, after, fillvalue="")
    old, new = next((pair for pair in pairs if pair[0] != pair[1]), ("", ""))
    if key.type not in _SAFE_TO_QUOTE and not (_OWNER_LINE.match(old) or _OWNER_LINE.match(new)):
        return ""
    return f"backup: {_short(old)} · restored: {_short(new)}"


def _lines(texts: tuple[str, ...]) -> list[str]:
    """A comma at a line's end only tells that another line follows."""
    return [line.rstrip(",") for text in texts for line in text.split("\n")]


def _short(line: str) -> str:
    text = printable(line.strip()) or "nothing"
    return text if len(text) <= _HINT_LENGTH else text[: _HINT_LENGTH - 1] + "…"
