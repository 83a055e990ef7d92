"""One thing that was compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["unfit", "unknown", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`unfit` and `unknown` keep a drill from starting; a note is only worth knowing."""

    topic: str
    status: Status
    sentence: str
    remedy: str = ""


def unfit(topic: str, sentence: str, remedy: str) -> Finding:
    return Finding(topic, "unfit", sentence, remedy)


def unknown(topic: str, sentence: str, remedy: str) -> Finding:
    return Finding(topic, "unknown", sentence, remedy)
