"""What `backup.fetch` brings from a store, over good lines and bad ones, and what it refuses."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from drill_tui.engine.ports import ActionError
from drill_tui.engine.record.events import Finding
from drill_tui.remote import download
from drill_tui.remote.faults import ChangedError, DamagedError
from drill_tui.remote.fetch import fetch_backup
from tests.action_context import Context
from tests.stores import BUCKET, S3, Line, s3_server

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("stores")]
MIB = 1024 * 1024
Fetching = Callable[..., Context]


@pytest.fixture
def fetching(s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fetching:
    """A step that is about to fetch from a prefix, with the library's variables in the environment."""

    def context(prefix: str, port: int = 0, bucket: str = BUCKET) -> Context:
        for name, value in s3.environment(port).items():
            monkeypatch.setenv(name, value)
        (tmp_path / "work").mkdir(exist_ok=True)
        monkeypatch.setenv("DRILL_WORK_DIR", str(tmp_path / "work"))
        return Context(tmp_path, step="fetch", arguments={"place": f"s3://{bucket}/{prefix}"})

    return context


async def fetched(context: Context) -> Path:
    """What was fetched: the only thing in its folder."""
    return only_one_in((await fetch_backup(context)).outputs["directory"])


def only_one_in(folder: str) -> Path:
    (path,) = Path(folder).iterdir()
    return path


async def test_the_newest_by_its_snapshot_is_fetched_whatever_the_time_of_the_upload(
    s3: S3, dumps: Path, fetching: Fetching, tmp_path: Path
) -> None:
    s3.put("mixed/theirs.tar", dumps / "theirs.tar")
    s3.put("mixed/theirs.dump.zst", Path(__file__))
    s3.put("mixed/old/large.dump", dumps / "large.dump")
    s3.put("mixed/empty.sql", Path("/dev/null"))
    s3.put("mixed/interrupted.partial/toc.dat", dumps / "theirs.dir/toc.dat")
    older = tmp_path / "large.dump"
    older.write_bytes(one_year_older((dumps / "large.dump").read_bytes()))
    s3.put("mixed/large.dump", older)
    context = fetching("mixed")
    path = await fetched(context)
    assert path.read_bytes() == (dumps / "theirs.tar").read_bytes()
    assert path.name == "theirs.tar"
    said = "\n".join(context.logged)
    assert "Passed over, no dump by its content: s3://backups/mixed/theirs.dump.zst" in said
    assert "Passed over: s3://backups/mixed/empty.sql: empty.sql is empty" in said
    assert "Passed over, interrupted before it was complete: s3://backups/mixed/interrupted.partial" in said
    assert context.claims == {("directory", str(path.parents[1])): {}}


def one_year_older(archive: bytes) -> bytes:
    """A custom archive whose head says so (pg_backup_archiver.c, WriteHead: the year is the sixth number)."""
    year = 12 + 5 * 5 + 1
    return archive[:year] + bytes([archive[year] - 1]) + archive[year + 1 :]


@pytest.mark.parametrize("form", ["theirs.dir", "large.sql.gz", "large.sql.zst", "itself", "one-object"])
async def test_every_form_arrives_as_it_was(
    s3: S3, dumps: Path, fetching: Fetching, form: str, tmp_path: Path
) -> None:
    if form == "large.sql.gz":
        original = tmp_path / form
        original.write_bytes(gzip.compress((dumps / "large.sql").read_bytes()))
    elif form == "large.sql.zst":
        original = packed_with_zstd(dumps / "large.sql", tmp_path / form)
    else:
        original = dumps / ("theirs.dump" if form == "one-object" else "theirs.dir")
    s3.put(f"forms/{form}/{original.name}", original)
    is_named = form in {"itself", "one-object"}
    path = await fetched(fetching(f"forms/{form}/{original.name}" if is_named else f"forms/{form}"))
    assert path.name == original.name
    assert contents(path) == contents(original)


def packed_with_zstd(script: Path, packed: Path) -> Path:
    if shutil.which("zstd") is None:
        pytest.skip("the program zstd is not installed here")
    subprocess.run(["zstd", "-q", "-o", packed, script], check=True)
    return packed


def contents(path: Path) -> dict[str, bytes]:
    if path.is_file():
        return {"": path.read_bytes()}
    return {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}


async def test_a_backup_of_which_a_file_is_not_there_yet_is_passed_over(
    s3: S3, ours: Path, fetching: Fetching, tmp_path: Path
) -> None:
    older = shutil.copytree(ours, tmp_path / "older_20261101T000000Z")
    s3.put("growing/older", older)
    s3.put(f"growing/{ours.name}", ours)
    last = max(file.name for file in (ours / "dump").iterdir())
    s3.client.delete_object(Bucket=BUCKET, Key=f"growing/{ours.name}/dump/{last}")
    context = fetching("growing")
    assert (await fetched(context)).name == "older"
    assert any(f"files are not there (first dump/{last})" in line for line in context.logged)


async def test_a_line_that_is_cut_is_taken_up_where_it_stopped(
    s3: S3, dumps: Path, fetching: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "FIRST_PAUSE_S", 0.01)
    s3.put("cut/large.dump", dumps / "large.dump")
    with Line(s3.port, whole_bytes=MIB, cuts=7) as line:
        context = fetching("cut", line.port)
        result = await fetch_backup(context)
        assert line.was_cut == 7
    path = Path(result.outputs["directory"]) / "large.dump"
    assert path.read_bytes() == (dumps / "large.dump").read_bytes()
    assert int(result.outputs["cuts"]) == 7
    assert sum("The connection was cut at byte" in said for said in context.logged) == 7


async def test_a_line_that_stays_bad_is_given_up_with_the_byte_that_was_reached(
    s3: S3, dumps: Path, fetching: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "FIRST_PAUSE_S", 0.01)
    s3.put("bad/large.dump", dumps / "large.dump")
    told = r"Given up at byte [\d,]+ after 6 tries: s3://backups/bad/"
    with Line(s3.port, whole_bytes=200_000, cuts=10_000) as line, pytest.raises(ActionError, match=told):
        await fetch_backup(fetching("bad", line.port))


async def test_an_object_that_is_replaced_during_the_fetch_ends_it(
    s3: S3, dumps: Path, fetching: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3.put("replaced/large.dump", dumps / "large.dump")
    context = fetching("replaced")
    truth = download.Download._tell

    def replace_it(self: download.Download, count: int) -> None:
        s3.put("replaced/large.dump", dumps / "theirs.dump")
        truth(self, count)

    monkeypatch.setattr(download.Download, "_tell", replace_it)
    monkeypatch.setattr(download, "AT_ONCE", 1)
    with pytest.raises(ChangedError, match="was changed since it was chosen"):
        await fetch_backup(context)


async def test_what_was_compared_is_said(s3: S3, dumps: Path, fetching: Fetching) -> None:
    s3.put("plain/theirs.dump", dumps / "theirs.dump")
    s3.put("signed/theirs.dump", dumps / "theirs.dump", ChecksumAlgorithm="SHA256")
    s3.client.upload_file(
        str(dumps / "large.dump"), BUCKET, "parts/large.dump"
    )  # boto3 takes parts of 8 MiB by itself
    said = {}
    for prefix in ("plain", "signed", "parts"):
        context = fetching(prefix)
        await fetch_backup(context)
        assert context.proved == [("backup_found", Finding.MET)]
        said[prefix] = context.logged[-1]
    assert "Compared with the store's: size and MD5, its ETag." in said["plain"]
    assert "Compared with the store's: size and SHA-256." in said["signed"]
    assert "Not covered: the store names no checksum of the whole object" in said["parts"]


async def test_content_that_lost_its_checksum_is_a_finding(
    s3: S3, dumps: Path, fetching: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3.put("rotten/large.dump", dumps / "large.dump", ChecksumAlgorithm="SHA256")
    context = fetching("rotten")
    truth = download.Download._read

    def flip(self: download.Download, one: object, start: int, length: int) -> tuple[bytes, Exception | None]:
        piece, problem = truth(self, one, start, length)  # type: ignore[arg-type]
        return bytes([piece[0] ^ 1]) + piece[1:], problem

    monkeypatch.setattr(download.Download, "_read", flip)
    with pytest.raises(DamagedError, match="does not have the SHA-256 that was stored with it"):
        await fetch_backup(context)
    assert context.proved == [("backup_found", Finding.MISSED)]


async def test_a_disk_that_is_too_small_is_known_before_anything_is_fetched(
    s3: S3, dumps: Path, fetching: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3.put("disk/large.dump", dumps / "large.dump")
    usage = shutil.disk_usage("/")._replace(free=5 * MIB)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(ActionError, match=r"has 5 MiB free and the backup has \d+ MiB; set DRILL_WORK_DIR"):
        await fetch_backup(fetching("disk"))


async def test_a_prefix_without_a_backup_is_a_finding(s3: S3, fetching: Fetching) -> None:
    s3.put("none/notes.txt", Path(__file__))
    context = fetching("none")
    with pytest.raises(ActionError, match="s3://backups/none holds no complete backup"):
        await fetch_backup(context)
    assert context.proved == [("backup_found", Finding.MISSED)]


async def test_what_is_not_there_and_who_is_not_let_in_is_a_sentence(
    s3: S3, fetching: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ActionError, match="There is no bucket of s3://nobody/x; check its name"):
        await fetch_backup(fetching("x", bucket="nobody"))
    with pytest.raises(ActionError, match="Nothing lies under s3://backups/mistyped; name the place"):
        await fetch_backup(fetching("mistyped"))
    context = fetching("x", port=1)
    with pytest.raises(ActionError, match=r"s3://backups/x does not answer: .*check the network"):
        await fetch_backup(context)
    context = fetching("x")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(ActionError, match=r"No credentials for s3://backups/x: .*; set AWS_PROFILE"):
        await fetch_backup(context)
    monkeypatch.setenv("AWS_PROFILE", "nightly")
    with pytest.raises(ActionError, match=r"No credentials for s3://backups/x: .*nightly.*"):
        await fetch_backup(context)
    with pytest.raises(
        ActionError, match=r"Reading gs:// needs gcsfs, .* pip install 'drill-tui\[remote\]' gcsfs"
    ):
        await fetch_backup(replace(context, arguments={"place": "gs://backups/x"}))


async def test_an_account_without_rights_and_an_unknown_one_are_told_what_they_need(
    dumps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = Context(tmp_path, step="fetch", arguments={"place": f"s3://{BUCKET}/kept"})
    needs = r"Access to s3://backups/kept is denied: .*the drill's account needs s3:ListBucket"
    with s3_server() as store:
        store.put("kept/theirs.dump", dumps / "theirs.dump")
        for name, value in store.let_in_nobody_but_known_accounts().items():
            monkeypatch.setenv(name, value)
        with pytest.raises(ActionError, match=needs):
            await fetch_backup(context)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAOFNOBODY")
        with pytest.raises(ActionError, match=needs):
            await fetch_backup(context)


async def test_what_lies_in_an_archive_is_passed_over_and_the_coverage_says_so(
    s3: S3, dumps: Path, fetching: Fetching
) -> None:
    s3.put("archive/frozen.dump", dumps / "theirs.dump", StorageClass="GLACIER")
    with pytest.raises(ActionError, match=r"Nothing that can be read in s3://backups/archive is a backup"):
        await fetch_backup(fetching("archive"))
    s3.put("archive/theirs.tar", dumps / "theirs.tar")
    context = fetching("archive")
    assert (await fetched(context)).name == "theirs.tar"
    frozen = "Passed over: s3://backups/archive/frozen.dump lies in an archive class of the store"
    assert any(said.startswith(frozen) for said in context.logged)
    assert "whether a newer one is among the 1 that cannot be read" in context.logged[-1]


async def test_what_failed_leaves_no_folder(s3: S3, fetching: Fetching, tmp_path: Path) -> None:
    s3.put("fails/notes.txt", Path(__file__))
    context = fetching("fails")
    with pytest.raises(ActionError):
        await fetch_backup(context)
    assert contents(tmp_path / "work") == {}
    assert context.claims == {}
