"""Loading: each bad runbook gives the errors that its own first lines expect, and nothing else."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from drill_tui.runbook.load import MAX_BYTES, RunbookError, load, parse_text
from drill_tui.runbook.mode import Mode
from drill_tui.runbook.project import project_dir_of

DATA = Path(__file__).parents[2] / "data" / "runbooks"
PROJECT = Path(__file__).parents[3]
BAD = sorted((DATA / "bad").glob("*.yaml"))
GOOD = [*sorted((DATA / "good").glob("*.yaml"))]


def problems_of(path: Path) -> list[str]:
    with pytest.raises(RunbookError) as caught:
        load(path, PROJECT / "tests")
    return str(caught.value).splitlines()


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_runbook_is_refused_at_the_right_place(path: Path) -> None:
    expected = [
        f"{path}:{line.removeprefix('# expect: ')}"
        for line in path.read_text().splitlines()
        if line.startswith("# expect: ")
    ]
    where = str(PROJECT / "tests" / "scripts")
    assert expected
    assert [line.replace(where, "SCRIPTS") for line in problems_of(path)] == expected


def test_there_are_bad_runbooks_to_try() -> None:
    assert len(BAD) > 50


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_good_runbook_loads(path: Path) -> None:
    loaded = load(path)
    assert loaded.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert parse_text(loaded.text) == loaded.runbook


def test_values_arrive_as_they_were_meant() -> None:
    runbook = load(DATA / "good" / "every_field.yaml").runbook
    take = runbook.steps[1]
    assert runbook.params["text"].default == "no"
    assert runbook.params["keep"].default is False
    assert take.timeout == 5400.0
    assert take.gate is not None
    assert take.gate.timeout == 600.0
    assert runbook.steps[4].only == (Mode.GUIDED, Mode.TRAINING)
    assert take.retry.exit_codes == (75,)
    assert runbook.criteria["time"].measure is not None


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "many.yaml"
    path.write_text(
        "version: 1\nid: many\ntitle: Many\nsteps:\n"
        "  - {id: a, title: A, run: [echo, '${params.x}'], role: nobody}\n"
        "  - {id: a, title: B, run: [./gone.sh], connect: zz}\n"
    )
    found = problems_of(path)
    assert len(found) == 5
    assert [line.split(":")[1] for line in found] == ["5", "5", "6", "6", "6"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the runbook is empty"),
        (b"  \n\n", "the runbook is empty"),
        (b"# only a comment\n", "the runbook is empty"),
        (b"\x7fELF\x02\x01\x01\x00\xff\xfe", "1:9: not text: a byte that is not UTF-8"),
        (b"version: 1\n\x00", "2:1: a character that YAML does not allow: U+0000"),
        (b"[" * 20_000, "nested deeper than 24 levels"),
        (b"a: {" * 5_000, "nested deeper than 24 levels"),
        (b"x: [" + b"0," * 30_000 + b"0]", "more than 20000 values"),
    ],
    ids=["empty", "blank", "comment", "binary", "nul", "deep list", "deep mapping", "wide"],
)
def test_a_file_that_is_no_runbook(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "odd.yaml"
    path.write_bytes(content)
    assert message in "\n".join(problems_of(path))


def test_ten_megabytes_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    path.write_bytes(b"a: [1, 2, 3]\n" * 800_000)
    assert problems_of(path) == [
        f"{path}:1:1: 10,400,000 bytes are too many for a runbook; at most {MAX_BYTES:,}"
    ]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "restore-drill.yaml").touch()
    assert problems_of(tmp_path / "restore-dril.yaml") == [
        f"{tmp_path}/restore-dril.yaml:1:1: no such runbook (did you mean restore-drill.yaml?)"
    ]
    assert "a directory" in problems_of(tmp_path)[0]
    assert "not a regular file" in problems_of(Path("/dev/null"))[0]
    assert "cannot be read" in problems_of(Path("x" * 5_000))[0]


def test_a_byte_order_mark_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "bom.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + (DATA / "good" / "smallest.yaml").read_bytes())
    assert load(path).runbook.id == "smallest"


def test_scripts_are_looked_for_in_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "scripts" / "go.sh"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    path = tmp_path / "runbooks" / "go.yaml"
    path.parent.mkdir()
    path.write_text("version: 1\nid: go\ntitle: Go\nsteps: [{id: go, title: Go, run: [scripts/go.sh]}]\n")
    monkeypatch.chdir("/")
    assert load(path).project_dir == tmp_path
    assert project_dir_of(Path("/etc/hosts")) == Path("/")
    script.chmod(0o644)
    assert "has no run bit (chmod +x scripts/go.sh)" in problems_of(path)[0]
