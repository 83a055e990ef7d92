"""Small databases that are good, one for each type, feature and extension that could stumble."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
WHOLE_FILES = {
    "every type": HERE.parent / "e2e" / "backup" / "every_type.sql",
    "oddities": HERE.parent / "corpus" / "restored_oddities.sql",
}
_HEAD = re.compile(
    r"-- sample: (?P<name>[^;\n]+)(?:; since: (?P<since>\d+))?(?:; needs: (?P<needs>.+))?", re.MULTILINE
)
_EXTENSION = re.compile(r'CREATE EXTENSION "?([\w-]+)"?', re.IGNORECASE)


@dataclass(frozen=True)
class Sample:
    """`since` is the first major that knows it; `needs` names what both servers must offer: extensions, and
    icu, libxml or lz4."""

    name: str
    statements: str
    since: int = 15
    needs: tuple[str, ...] = ()


def samples() -> list[Sample]:
    """All of them, features before extensions."""
    whole = [
        Sample(name, text, needs=tuple(dict.fromkeys(_EXTENSION.findall(text))))
        for name, text in ((name, _without_roles(path)) for name, path in WHOLE_FILES.items())
    ]
    return [*whole, *_read(HERE / "features.sql"), *_read(HERE / "extensions.sql")]


def _without_roles(path: Path) -> str:
    """Roles are the cluster's: made once, for all databases."""
    return re.sub(r"^create role .*\n", "", path.read_text("utf-8"), flags=re.MULTILINE)


def _read(path: Path) -> Iterator[Sample]:
    text = path.read_text("utf-8")
    heads = list(_HEAD.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    for head, end in zip(heads, ends, strict=True):
        needs = tuple(word.strip() for word in (head["needs"] or "").split(",") if word)
        yield Sample(head["name"].strip(), text[head.end() : end].strip(), int(head["since"] or 15), needs)
