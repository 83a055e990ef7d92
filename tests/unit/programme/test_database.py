"""Which drills count for which database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from drill_tui.cli.exits import Exit, UserError
from drill_tui.cli.incidents import change_incident, check_freeze, show_incident
from drill_tui.programme.database import UNKNOWN, Database, configured, drilled
from drill_tui.programme.due import judge
from drill_tui.programme.shelf import read_shelf
from tests.unit.programme.aftermath_rig import Aftermath, failed, mended
from tests.unit.programme.past import DAY, NOW, leave, report
from tests.unit.programme.test_due import RUNBOOK, SAME

Capture = pytest.CaptureFixture[str]
SHOP = {"kind": "configured", "host": "db.example", "port": "5432", "dbname": "shop"}
STAGING = {**SHOP, "host": "staging.example"}


def database(
    host: str = "db.example", port: str = "5432", dbname: str = "shop", ident: str = "1"
) -> Database:
    return Database(host=host, port=port, dbname=dbname, system_identifier=ident)


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        (database(), database(), False),
        (database(), database(dbname="stock"), True),
        (database(), database(host="replica.example"), False),
        (database(ident=""), database(host="replica.example"), True),
        (database(), database(host="staging.example", ident="2"), True),
        (database(), database(ident="2"), False),
        (database(host="127.0.0.1"), database(host="127.0.0.1", ident="2"), True),
        (database(host="/run/a"), database(host="localhost"), False),
        (database(host="localhost", ident=""), database(host="127.0.0.1"), False),
        (database(ident=""), database(port="5433"), True),
        (database(host="a.example,db.example", port="5432,5433", ident=""), database(), False),
        (database(), UNKNOWN, False),
        (Database(dbname="shop"), database(dbname="stock"), False),
    ],
    ids=[
        "the same",
        "another name",
        "a standby",
        "a standby that cannot be told",
        "another server",
        "after pg_upgrade",
        "two machines' own",
        "socket and address",
        "one address by two names",
        "another port",
        "one of several hosts",
        "unknown",
        "half known",
    ],
)
def test_what_is_another_database(one: Database, other: Database, differ: bool) -> None:
    assert one.is_another(other) is differ
    assert other.is_another(one) is differ


def test_a_drill_of_another_database_lifts_nothing_and_is_named(drills: Aftermath, capsys: Capture) -> None:
    drills.after(failed(source=SHOP))
    assert drills.after(mended("good-staging", source=STAGING)) is None
    assert drills.freezing() == ["incident_bad-1"]
    (complaint,) = drills.complaints
    assert "restore-drill of shop on db.example:5432) stays open" in complaint
    assert "this was a drill of shop on staging.example:5432" in complaint
    assert check_freeze(False, None, drills.artifacts) == Exit.FAILED
    assert "good-staging has passed since, but of shop on staging.example:5432" in capsys.readouterr().out
    show_incident("bad-1", False, None, drills.artifacts)
    page = capsys.readouterr().out
    assert "database: `shop on db.example:5432`" in page
    assert "passed, but of another database: `good-staging` drilled shop on staging.example:5432" in page
    with pytest.raises(UserError, match=r"no drill of restore-drill of shop on db\.example:5432 has passed"):
        change_incident("resolve", "bad-1", "Ada", "", None, drills.artifacts)
    drills.after(mended("good-shop", source={**SHOP, "system_identifier": "7"}))
    assert drills.freezing() == []
    show_incident("bad-1", False, None, drills.artifacts)
    assert "another database" not in capsys.readouterr().out


def test_a_drill_that_never_reached_its_source_is_followed_up_by_where_it_was_mended_to(
    drills: Aftermath,
) -> None:
    incident = drills.after(failed(source={}), {"DB_HOST": "mistyped.example", "DB_NAME": "shop"})
    assert incident is not None
    assert not incident.database.known
    assert drills.after(mended("good-shop", source=SHOP)) is not None
    assert drills.freezing() == []


def test_the_drill_of_a_backup_is_of_the_database_that_its_manifest_names(drills: Aftermath) -> None:
    backup = {f"source_{name}": value for name, value in SHOP.items() if name != "kind"}
    assert str(drilled(report(source={}, backup=backup))) == "shop on db.example:5432"
    drills.after(failed(source={}, backup=backup))
    drills.after(mended("good-staging", source={}, backup={**backup, "source_host": "staging.example"}))
    assert drills.freezing() == ["incident_bad-1"]
    drills.after(mended("good-dump", source={}, backup={"backup": "/b/shop.dump"}))
    assert drills.freezing() == [], "where the database is not known, the runbook alone decides"


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, ""),
        ({"DB_HOST": "db.example", "DB_NAME": "shop"}, "shop on db.example:5432"),
        ({"DATABASE_URL": "postgresql://u:secret@db.example:5433/shop"}, "shop on db.example:5433"),
        ({"PGSERVICE": "shop"}, ""),
        ({"DATABASE_URL": "postgresql://[::"}, ""),
    ],
)
def test_what_the_environment_names(environment: dict[str, str], words: str) -> None:
    assert str(configured(environment)) == words


def due(folder: Path, **today: Any) -> dict[str, str]:
    past = read_shelf(folder).of("restore-drill")
    found = judge(RUNBOOK, past, now=NOW.timestamp(), current=SAME, **today)
    return {duty.kind: f"{duty.state}: {duty.why}" for duty in found.duties}


def test_a_drill_of_another_database_satisfies_nothing_and_is_named(tmp_path: Path) -> None:
    leave(tmp_path, 2 * DAY, mode="auto", tools=SAME, source=STAGING)
    assert due(tmp_path)["auto"].startswith("satisfied"), "which database is meant is not known"
    found = due(tmp_path, database=database(ident=""))
    assert set(found) == {"auto", "guided", "after_change"}
    for why in found.values():
        assert why.startswith("due: ")
        assert "not counted for shop on db.example:5432: restore-drill_" in why
        assert why.endswith("which drilled shop on staging.example:5432")
    leave(tmp_path, DAY, mode="auto", tools=SAME, source=SHOP)
    found = due(tmp_path, database=database(ident=""))
    assert found["auto"].startswith("satisfied")
    assert "staging" not in found["auto"]
    assert found["after_change"].startswith("satisfied")


def test_the_demo_does_not_stand_for_the_database_that_is_configured(tmp_path: Path) -> None:
    leave(tmp_path, DAY, mode="auto", tools=SAME, source={"kind": "demo", "host": "/tmp/d", "dbname": "x"})
    assert due(tmp_path)["auto"].startswith("satisfied")
    found = due(tmp_path, database=database())
    assert found["auto"].startswith("due: ")
    assert found["auto"].endswith("which drilled the demo database")


def test_the_reason_is_said_for_what_was_not_compared(tmp_path: Path) -> None:
    leave(tmp_path, DAY, mode="auto", tools=SAME)
    past = read_shelf(tmp_path).of("restore-drill")
    today = {"procedure_sha256": "p", "client_version": "18.6"}
    unknown = dict.fromkeys(("schema_sha256", "server_version"), "no answer; start it")
    found = judge(RUNBOOK, past, now=NOW.timestamp(), current=today, unknown=unknown)
    names = "the source's schema, the version of the source's server"
    _, _, left_out = found.duties[-1].why.partition("not compared: ")
    assert left_out.endswith(f"; {names} (no answer; start it)")


def test_the_last_drill_may_be_what_did_not_record_it(tmp_path: Path) -> None:
    leave(tmp_path, DAY, mode="auto", tools={"procedure_sha256": "p"})
    assert "(that drill did not record it)" in due(tmp_path)["after_change"]
