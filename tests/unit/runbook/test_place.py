"""A place is a folder or a URL without a secret in it; parameters and requirements know both."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill_tui.runbook.load import load
from drill_tui.runbook.model import Param
from drill_tui.runbook.place import is_url, url_fault
from drill_tui.runbook.requirements import lacking
from drill_tui.runbook.values import given_text

PLACE = Param(type="place")


@pytest.mark.parametrize(
    "url", ["s3://bucket", "S3://bucket/a/b", "gs://b/x", "az://c/x", "sftp://me@host:22/x"]
)
def test_a_url_stays_as_it_is(url: str) -> None:
    assert is_url(url)
    assert url_fault(url) == ""
    assert given_text(PLACE, url) == url


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("s3://me:pw@bucket/x", "a URL that holds a password"),
        ("sftp://me:@host/x", "a URL that holds a password"),
        ("az://container/x?sv=1&sig=pw", "a URL that holds a password"),
        ("https://bucket/pw", "a place is a folder, or begins with one of s3://"),
        ("s3:///pw", "it names no bucket"),
        ("s3://[pw", "it is no URL"),
        ("s3://bucket/x::file:///pw", "chains several places"),
        ("sftp://host/x::https://pw", "chains several places"),
    ],
)
def test_a_url_that_is_not_taken_is_not_quoted(url: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as refused:
        given_text(PLACE, url)
    assert "pw" not in str(refused.value)


def test_a_folder_is_taken_from_where_the_person_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert given_text(PLACE, "nightly") == str(tmp_path / "nightly")


def test_a_url_is_not_looked_for_on_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "runbooks" / "sample.yaml"
    path.parent.mkdir()
    path.write_text(
        "version: 1\nid: sample\ntitle: Sample\nparams: {backups: {type: place}}\n"
        "requires: {paths: [backups]}\nsteps: [{id: one, title: One, run: [echo, hi]}]\n"
    )
    loaded = load(path)
    assert [thing.what for thing in lacking(loaded, {"backups": "gone"}, {})] == ["backups"]
    assert lacking(loaded, {"backups": "s3://bucket/x"}, {}) == ()
