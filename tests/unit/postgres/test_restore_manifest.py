"""A manifest is untrusted: whatever it holds ends in a manifest or in one sentence."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drill_tui.postgres.archive.manifest import Manifest
from drill_tui.postgres.archive.manifest_reader import parse_manifest
from drill_tui.postgres.client.errors import BackupBadError
from tests.unit.confinement import confined_to

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).isoformat()
WHOLE: dict[str, Any] = {
    "format": "drill-tui.backup",
    "format_version": 1,
    "backup_id": "shop_20260102T030405Z",
    "nonce": "0" * 32,
    "started_at": AT,
    "finished_at": AT,
    "snapshot_at": AT,
    "snapshot_lsn": "0/1",
    "server": {
        "version": "15.18",
        "version_num": 150018,
        "system_identifier": "1",
        "host": "h",
        "port": 5432,
        "data_checksums": True,
    },
    "client": {"tool_version": "0.1.0", "pg_dump": "15.18", "host": "h"},
    "database": {
        "name": "shop",
        "owner": "o",
        "encoding": "UTF8",
        "collate": "C",
        "ctype": "C",
        "size_bytes": 1,
    },
    "dump": {"compression": "gzip", "jobs": 1, "files": 1, "size_bytes": 1},
    "digest_depth": "full",
    "digest_algorithm": "x",
    "roles": [],
    "tables": [],
    "durations": {"dump_s": 0, "digest_s": 0, "checksum_s": 0, "total_s": 0},
}


def refusal(text: str) -> str:
    with pytest.raises(BackupBadError) as caught:
        parse_manifest(text)
    return str(caught.value)


def test_a_whole_manifest_is_read() -> None:
    assert parse_manifest(json.dumps(WHOLE)) == Manifest.model_validate(WHOLE)


def test_a_newer_format_says_so_and_what_to_do() -> None:
    with pytest.raises(
        BackupBadError, match="has format 2, and this drill-tui reads formats up to 1"
    ) as caught:
        parse_manifest(json.dumps({**WHOLE, "format_version": 2, "unheard": "of"}))
    assert "newer" in caught.value.advice


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (json.dumps(WHOLE)[:-20], "cut off"),
        ('{"format": "drill-tui.backup", "format_ver', "cut off"),
        ("nonsense", "is not JSON"),
        ("[]", "not the manifest"),
        ("{}", "not the manifest"),
        ("null", "not the manifest"),
        (json.dumps({**WHOLE, "format_version": True}), "which format"),
        (json.dumps({**WHOLE, "format_version": "1"}), "which format"),
        (json.dumps({**WHOLE, "tables": 7}), "is damaged: tables"),
        (json.dumps({**WHOLE, "surprise": 7}), "is damaged: surprise"),
        (json.dumps({k: v for k, v in WHOLE.items() if k != "server"}), "is damaged: server"),
        ("[" * 1_000_000, "nested deeper"),
        ('{"a":' * 500_000, "nested deeper"),
        ('{"format": 1, "format": 2}', "appears twice"),
        ("9" * 5000, "is damaged"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(text: str, words: str) -> None:
    said = refusal(text)
    assert words in said
    assert "\n" not in said
    assert len(said) < 400


@settings(deadline=None)
@given(
    st.recursive(st.none() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x))
)
def test_any_json_in_any_place_is_a_manifest_or_a_refusal(value: Any) -> None:
    for key in ("tables", "server", "roles", "snapshot_at", "format_version"):
        read: Manifest | None = None
        refused = ""
        try:
            with confined_to(Path("/nowhere")):
                read = parse_manifest(json.dumps({**WHOLE, key: value}))
        except BackupBadError as error:
            refused = str(error)
        assert (read is None) == bool(refused)
