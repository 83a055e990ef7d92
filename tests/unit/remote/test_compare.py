"""Which checksum of a store may be compared with a file, by what S3 says of an object (HeadObject)."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest

from drill_tui.remote.compare import named_checksum

CONTENT = b"-- PostgreSQL database dump\n"
MD5 = f'"{hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()}"'
SHA256 = base64.b64encode(hashlib.sha256(CONTENT).digest()).decode()


@pytest.mark.parametrize(
    ("said", "how"),
    [
        ({"ETag": MD5}, "MD5, its ETag"),
        ({"ETag": MD5, "ServerSideEncryption": "AES256"}, "MD5, its ETag"),
        ({"ETag": MD5, "ChecksumSHA256": SHA256}, "SHA-256"),
        ({"ETag": MD5, "ChecksumSHA256": SHA256, "ChecksumType": "FULL_OBJECT"}, "SHA-256"),
    ],
)
def test_a_usable_checksum_fits_the_content_and_no_other(
    said: dict[str, Any], how: str, tmp_path: Path
) -> None:
    named = named_checksum(said)
    assert named is not None
    assert named.how == how
    (tmp_path / "same").write_bytes(CONTENT)
    (tmp_path / "other").write_bytes(CONTENT + b"\n")
    assert named.fits(tmp_path / "same")
    assert not named.fits(tmp_path / "other")


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"ETag": '"9b2cf535f27731c974343645a3985328-12"'},
        {"ETag": MD5, "ServerSideEncryption": "aws:kms"},
        {"ETag": MD5, "SSECustomerAlgorithm": "AES256"},
        {"ChecksumSHA256": f"{SHA256}-12", "ChecksumType": "COMPOSITE"},
        {"ChecksumSHA256": SHA256, "ChecksumType": "COMPOSITE"},
    ],
)
def test_a_checksum_of_parts_or_of_ciphertext_is_not_used(said: dict[str, Any]) -> None:
    assert named_checksum(said) is None
