"""The configured source as it is today, as far as it answered; nothing here loads a driver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

OF_THE_SOURCE: Final = ("schema_sha256", "client_version", "server_version")
NOT_CONFIGURED: Final = "no source is configured: set DB_HOST, DB_NAME and DB_USER, or DATABASE_URL"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceToday:
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)
    """Why a fingerprint is not there, and what to do, by its name."""
    where: Mapping[str, str] = field(default_factory=dict)
    """`host`, `port`, `dbname` and `system_identifier` of the server that answered."""


def silent(why: str) -> SourceToday:
    """A source that told nothing."""
    return SourceToday(unknown=dict.fromkeys(OF_THE_SOURCE, why))
