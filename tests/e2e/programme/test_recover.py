"""The runbook of a real recovery: beside the broken database, by two people, and never a drill."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from drill_tui.cli.finish import Concluded, conclude
from drill_tui.cli.places import Places
from drill_tui.cli.root import load_runbook, prepare, toolbox
from drill_tui.engine.clock import SystemClock
from drill_tui.engine.ports import GateAnswer
from drill_tui.engine.record.events import GateOpened, Signature
from drill_tui.engine.run.control import DrillControl
from drill_tui.engine.run.runner import run_drill as play
from drill_tui.programme.backups import read_backups
from drill_tui.programme.due import RunbookDue
from drill_tui.programme.shelf import read_shelf
from drill_tui.programme.today import due_today, today
from drill_tui.runbook.mode import Mode
from drill_tui.sinks.approvals import approvals
from tests.e2e.drill.running import (
    ROOT,
    SHOP,
    clean_environment,
    drill_tui,
    evidence_is_sound,
    keep_backup,
    run_drill,
)
from tests.engine.stand_ins import Listener, ScriptedOperator, approve
from tests.servers import Server, binaries, start_cluster

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("recover")]

CONTENT = "SELECT count(*), sum(id), md5(string_agg(name, ',' ORDER BY id)) FROM customer"
MARK = "SELECT to_regnamespace('drill_tui')"


@dataclass(frozen=True)
class Site:
    """A production server, the evidence of a drill of it, its kept backup, and a server that was prepared."""

    production: Server
    prepared: Server
    artifacts: Path
    backups: Path

    @property
    def environment(self) -> dict[str, str]:
        named = {f"TARGET_{name}": value for name, value in self.prepared.env.items() if name != "DB_NAME"}
        return {**named, "DRILL_BACKUPS": str(self.backups)}

    @property
    def places(self) -> Places:
        return Places(ROOT, self.artifacts)

    def dues(self, now: float) -> list[RunbookDue]:
        env = {**self.production.env, "DB_NAME": "shop"}
        day = today(self.artifacts, read_shelf(self.artifacts), env, now=now, version="1")
        names = ("restore-drill", "latest-backup", "recover")
        return [due_today(load_runbook(self.places.find_runbook(name), self.places), day) for name in names]

    def proven_by(self) -> list[str | None]:
        drills = read_shelf(self.artifacts).drills
        return [row.proven_by for row in read_backups(self.backups, drills).backups]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with start_cluster(binaries(15)) as production, start_cluster(binaries(15)) as prepared:
        production.create_database("shop")
        production.sql("shop", *SHOP)
        backups = keep_backup(folder, {**production.env, "DB_NAME": "shop"})
        yield Site(production, prepared, folder / "artifacts", backups)


def recover(
    site: Site, monkeypatch: pytest.MonkeyPatch, operator: ScriptedOperator, **params: str
) -> tuple[Concluded, Listener]:
    """The shipped runbook as the screen plays it, with these people."""
    monkeypatch.setattr("os.environ", clean_environment(site.environment))
    loaded = load_runbook(site.places.find_runbook("recover"), site.places)
    people = {"person 0": ("lead",), "person 1": ("second",)}
    setup = prepare(loaded, site.places, mode=Mode.RECOVERY, given=params, people=people)
    listener = Listener()
    asyncio.run(
        play(
            setup,
            toolbox=toolbox(),
            operator=operator,
            sinks=[listener],
            control=DrillControl(),
            clock=SystemClock(),
        )
    )
    return conclude(setup.run_dir, site.places), listener


def gate_of(report: dict[str, Any], step: str) -> dict[str, Any]:
    return next(gate for gate in report["gates"] if gate["step"] == step)


def signing(gate: GateOpened) -> GateAnswer:
    """As willing people do, each at a moment of their own."""
    answer = approve(gate)
    by = tuple(replace(one, at=1_800_000_000.0 + number) for number, one in enumerate(answer.by))
    return replace(answer, by=by)


def test_a_whole_recovery_is_verified_handed_over_and_no_drill(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_s = time.time()
    dues, proven = site.dues(before_s), site.proven_by()
    assert proven[0] is not None
    databases = site.production.sql("postgres", "SELECT datname FROM pg_database ORDER BY 1")
    done, told = recover(site, monkeypatch, ScriptedOperator(gates=[signing] * 20), known_as="shop")
    report = json.loads(done.report.model_dump_json())

    assert (report["verdict"], report["mode"], report["drill_type"]) == ("pass", "recovery", "recovery")
    assert (report["cleanup"], report["leftovers"], int(done.exit_code)) == ("clean", [], 0)
    criteria = {criterion["id"]: criterion["result"] for criterion in report["criteria"]}
    assert set(criteria.values()) == {"met"}, criteria
    assert report["rto"]["measured_from"] == "declare.start"
    for step in ("start_target", "restore", "cut_over"):
        gate = gate_of(report, step)
        assert [signature["name"] for signature in gate["by"]] == ["person 0", "person 1"]
        assert gate["by"][0]["at"] < gate["by"][1]["at"]
        assert gate["values"]["text"] == gate["values"]["text_2"]
    assert proven[0] in gate_of(report, "agree")["prompt"]
    assert f"port {site.prepared.port}, database zakops_restore" in gate_of(report, "start_target")["prompt"]

    assert site.prepared.sql("zakops_restore", CONTENT) == site.production.sql("shop", CONTENT)
    assert site.production.sql("postgres", "SELECT datname FROM pg_database ORDER BY 1") == databases
    assert site.production.sql("postgres", MARK) == [(None,)]
    log = "\n".join(told.lines)
    assert """ALTER DATABASE "zakops_restore" RENAME TO "shop\"""" in log
    assert f"port={site.prepared.port} dbname=shop" in log
    assert "shop" not in {row[0] for row in site.prepared.sql("postgres", "SELECT datname FROM pg_database")}

    assert site.dues(before_s) == dues
    assert site.proven_by() == proven
    approved = [told_so for told_so in approvals(done.report) if "database zakops_restore" in told_so]
    assert re.match(r"Approved by person 0 \(lead, [\d:]+ UTC\), person 1 \(lead, [\d:]+ UTC\)", approved[0])
    page = (site.artifacts / report["run_id"] / "report.html").read_text()
    assert "This was a real recovery: it does not count as a drill." in page
    assert not (site.artifacts / "recover.prom").exists()
    history = drill_tui("history", "--json", "--artifacts", str(site.artifacts))
    outputs_of_part = json.loads(history.stdout)
    assert [row["mode"] for row in outputs_of_part["drills"] if row["runbook"] == "recover"] == ["recovery"]
    assert [book["passed"] for book in outputs_of_part["runbooks"] if book["runbook"] == "recover"] == [0]
    evidence_is_sound(site.artifacts / report["run_id"])


def test_one_person_who_types_twice_is_refused_before_anything_is_written(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def alone(gate: GateOpened) -> GateAnswer:
        answer = approve(gate)
        if gate.kind != "type":
            return answer
        by = tuple(Signature(name="Ada", role=s.role, at=s.at, via="x", attested="x") for s in answer.by)
        return replace(answer, by=by)

    there = site.prepared.sql("postgres", "SELECT datname FROM pg_database ORDER BY 1")
    operator = ScriptedOperator(gates=[alone] * 20)
    done, _ = recover(site, monkeypatch, operator, database="second_try")
    assert done.report.verdict == "aborted"
    assert operator.asked[-1].step == "start_target"
    assert "typed by 1 of 2 people" in done.report.gates[-1].reason
    assert site.prepared.sql("postgres", "SELECT datname FROM pg_database ORDER BY 1") == there


def test_a_database_that_is_there_is_never_restored_over(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.prepared.create_database("occupied")
    site.prepared.sql("occupied", "CREATE TABLE theirs AS SELECT 42 AS answer")
    done, _ = recover(site, monkeypatch, ScriptedOperator(), database="occupied")
    assert done.report.verdict != "pass"
    assert site.prepared.sql("occupied", "SELECT answer FROM theirs") == [(42,)]
    incidents = site.artifacts / "incidents"
    assert list(incidents.glob("*.json")) == [], "a recovery that fails is an incident already"


def test_it_refuses_the_broken_server_itself(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    same = replace(site, prepared=site.production)
    done, _ = recover(same, monkeypatch, ScriptedOperator(), database="beside")
    assert done.report.verdict != "pass"
    assert "system identifier" in (done.report.failure_reason or "")
    assert site.production.sql("postgres", MARK) == [(None,)]


def test_a_backup_that_nobody_has_proven_is_not_chosen_but_can_be_named(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    unproven = replace(site, artifacts=tmp_path)
    done, told = recover(unproven, monkeypatch, ScriptedOperator())
    assert "no drill has proven a backup" in (done.report.failure_reason or "")
    (backup,) = [path.name for path in site.backups.iterdir()]
    (listed,) = [line for line in told.lines if line.startswith(f"{backup}: data of")]
    assert "no drill has restored it" in listed
    no = GateAnswer(answer="rejected", reason="look at another one first")
    stop = ScriptedOperator(gates=[approve, approve, no])
    done, _ = recover(unproven, monkeypatch, stop, backup=backup)
    assert (stop.asked[-1].step, done.report.verdict) == ("agree", "aborted")
    proof = next(criterion for criterion in done.report.criteria if criterion.id == "backup_proven")
    assert (proof.result, proof.required) == ("unproven", False)
    assert "not proven: no drill has restored it" in stop.asked[-1].prompt


def test_headless_is_refused_before_anything_is_written(site: Site, tmp_path: Path) -> None:
    drill = run_drill(tmp_path / "none", "--runbook", "recover", env=site.environment)
    assert drill.code == 2, drill.story()
    assert "recover is not run in mode auto, only in mode recovery, by people" in drill.stderr
    assert not (tmp_path / "none").exists()
