"""fleet.toml: what it may say, and what is said of a mistake in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill_tui.fleet.inventory import MONTH_S, Fleet, read_fleet
from drill_tui.runbook.problems import RunbookError

WHOLE = """\
[fleet]
evidence = "proofs"
control = "queue"
lease = "2m"

[defaults]
runbook = "latest-backup"
cadence = "7d"
labels = ["eu"]
params = {target = "local", jobs = 2}

[databases.orders]
service = "orders-replica"
source = "pg-one"
cadence = "1d"
again_after = "6h"
window = "22:00-06:00"
disk = "20GB"
cores = 4
owner = "payments"
params = {jobs = 4, keep_backup = true}

[databases.events]
service = "events"

[hosts.drill1]
labels = ["eu", "big"]
cores = 16
disk = "2TB"
drills = 3
"""


def fleet(folder: Path, text: str) -> Fleet:
    (folder / "fleet.toml").write_text(text)
    return read_fleet(folder / "fleet.toml", "restore-drill")


IN_A_BUCKET = '[fleet]\nevidence = "s3://bucket/{}"\n[databases.x]\nservice = "a"\n'


def problem(folder: Path, text: str) -> str:
    with pytest.raises(RunbookError) as error:
        fleet(folder, text)
    return str(error.value).removeprefix(f"{folder}/")


def test_a_database_s_own_word_wins_and_defaults_fill_the_rest(tmp_path: Path) -> None:
    found = fleet(tmp_path, WHOLE)
    orders, events = found.databases
    assert (orders.source, orders.cadence_s, orders.again_s) == ("pg-one", 86_400.0, 21_600.0)
    assert orders.params == {"target": "local", "jobs": "4", "keep_backup": "true"}
    assert (orders.disk_bytes, orders.cores, str(orders.window)) == (20 * 10**9, 4, "22:00-06:00")
    assert (events.source, events.cadence_s, events.again_s) == ("events", 7 * 86_400.0, 7 * 86_400.0)
    assert (events.runbook, sorted(events.labels), events.window) == ("latest-backup", ["eu"], None)
    assert (found.evidence_dir, found.control, found.lease_s) == (tmp_path / "proofs", "queue", 120.0)
    (host,) = found.hosts
    assert sorted(host.labels) == ["big", "eu"]
    assert (host.cores, host.disk_bytes, host.drills) == (16, 2 * 10**12, 3)


def test_two_lines_are_a_fleet(tmp_path: Path) -> None:
    (database,) = fleet(tmp_path, '[databases.orders]\nservice = "orders"\n').databases
    assert (database.runbook, database.cadence_s, database.cores) == ("restore-drill", MONTH_S, 1)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('[databases.a]\nservise = "a"\n', "fleet.toml:2:1: unknown key 'servise' (did you mean service?)"),
        ("[databases.a]\n", "fleet.toml:1:1: `service` is missing"),
        ('[databases.a]\nservice = "a"\ncadence = "monthly"\n', "fleet.toml:3:1: `cadence` is 'monthly'"),
        ('[databases.a]\nservice = "a"\nwindow = "late"\n', "fleet.toml:3:1: `window` is 'late': write two"),
        ('[databases.a]\nservice = "a"\ndisk = 20\n', "fleet.toml:3:1: `disk` is 20: write a size"),
        ('[databases.a]\nservice = "a"\npassword = "x"\n', "fleet.toml:3:1: `password` does not belong here"),
        (
            '[databases.a]\nservice = "a"\n[flet]\n',
            "fleet.toml:3:1: unknown key 'flet' (did you mean fleet?)",
        ),
        ("[fleet]\n", "fleet.toml:1:1: `databases` is missing"),
        ("[databases.a\n", "fleet.toml:1:13: this is no TOML"),
        (
            '[fleet]\ncontrol = "a"\n[databases.x]\nservice = "a"\n',
            "fleet.toml:2:1: `control` is the service of 'x', which is drilled",
        ),
        (
            '[fleet]\nlease = "1s"\n[databases.x]\nservice = "a"\n',
            "fleet.toml:2:1: `lease` is 1.0: should be gre",
        ),
        (
            '[fleet]\nevidence = "gs://bucket/drills"\n[databases.x]\nservice = "a"\n',
            "fleet.toml:2:1: `evidence` is not taken: what became of a drill is written once, by whoever "
            "comes first, and only s3:// is known to keep that",
        ),
        (
            '[fleet]\nevidence = "ftp://bucket/drills"\n[databases.x]\nservice = "a"\n',
            "fleet.toml:2:1: `evidence` is not taken: a place is a folder, or begins with one of s3://",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line(wrong: str, said: str, tmp_path: Path) -> None:
    assert said in problem(tmp_path, wrong)


def test_evidence_in_a_bucket_is_copied_where_this_user_keeps_what_can_be_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    one, other = (fleet(tmp_path, IN_A_BUCKET.format(name)) for name in ("drills/", "other"))
    assert one.evidence_url == "s3://bucket/drills"
    assert one.evidence_dir.parent == other.evidence_dir.parent == tmp_path / "cache" / "drill-tui" / "fleet"
    assert one.evidence_dir != other.evidence_dir
    assert one.mirrored_in(tmp_path / "work").folder_of("x") == tmp_path / "work" / "x"
    assert not (tmp_path / "cache").exists()


def test_evidence_in_a_folder_is_mirrored_nowhere(tmp_path: Path) -> None:
    found = fleet(tmp_path, WHOLE)
    assert found.mirrored_in(tmp_path / "work") is found


def test_a_secret_in_the_place_of_the_evidence_is_refused_and_not_repeated(tmp_path: Path) -> None:
    said = problem(tmp_path, IN_A_BUCKET.format("drills?token=hush").replace("s3://", "s3://me:hush@"))
    assert "fleet.toml:2:1: `evidence` is not taken: a URL that holds a password or a signature" in said
    assert "hush" not in said


def test_a_name_that_would_leave_the_folder_of_the_evidence_is_refused(tmp_path: Path) -> None:
    assert "'../x'" in problem(tmp_path, '[databases."../x"]\nservice = "a"\n')
