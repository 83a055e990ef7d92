"""Steps in order, what they are given, and what they put out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from drill_tui.engine.record import events as ev
from drill_tui.engine.record.events import EndReason
from drill_tui.runbook.mode import Mode
from tests.engine.rig import Rig
from tests.engine.stand_ins import FakeClock, of_type


async def test_steps_run_in_order_and_every_event_is_journaled(tmp_path: Path) -> None:
    rig = Rig(
        tmp_path,
        steps="  - {id: one, title: One, run: 'echo first'}\n  - {id: two, title: Two, run: [echo, second]}",
        cleanup="  - {id: tidy, title: Tidy, run: 'echo tidy', after: one}",
    )
    assert await rig.run() is EndReason.COMPLETED
    assert rig.listener.types == [
        "drill.started",
        *["step.started", "attempt.started", "process.started", "attempt.ended", "step.ended"] * 2,
        "cleanup.started",
        *["step.started", "attempt.started", "process.started", "attempt.ended", "step.ended"],
        "cleanup.ended",
        "drill.ended",
    ]
    assert rig.journal() == rig.listener.records
    assert rig.log("one") == "first\n"
    assert rig.listener.lines == ["first", "second", "tidy"]


async def test_outputs_flow_by_file_regex_and_json(tmp_path: Path) -> None:
    rig = Rig(
        tmp_path,
        steps=r"""
  - id: told
    title: Told
    run: 'echo "size=12" >>"$DRILL_OUTPUT"; echo "extra=1" >>"$DRILL_OUTPUT"; echo "took 7 s"'
    outputs: {size: {type: int}, took: {regex: 'took (\d+) s', type: int}}
  - id: json
    title: Json
    run: [printf, '{"a": {"b": [true, %s]}}', '${steps.told.outputs.size}']
    outputs: {b: {json_path: a.b.1, type: int}}
  - id: shell
    title: Shell
    run: 'echo "$DRILL_OUT_TOLD_TOOK and $DRILL_OUT_JSON_B"'
""",
    )
    assert await rig.run() is EndReason.COMPLETED
    assert [e.outputs for e in of_type(rig.listener.records, ev.OutputsRecorded)] == [
        {"size": "12", "took": "7"},
        {"b": "12"},
    ]
    assert "output extra is not declared" in rig.log("told")
    assert rig.log("shell") == "7 and 12\n"


@pytest.mark.parametrize(
    ("outputs", "reason"),
    [
        ("{size: {type: int}}", "output size: the step did not write it"),
        ("{x: {type: int}}", "output x: 'many' is no int"),
        ("{y: {regex: 'nothing (.*)'}}", "nothing in standard output matches"),
    ],
)
async def test_a_missing_or_wrong_output_fails_the_step(tmp_path: Path, outputs: str, reason: str) -> None:
    rig = Rig(
        tmp_path,
        steps=f"  - {{id: a, title: A, run: 'echo x=many >>\"$DRILL_OUTPUT\"', outputs: {outputs}}}",
    )
    assert await rig.run() is EndReason.FAILED
    assert reason in of_type(rig.listener.records, ev.StepEnded)[0].reason


async def test_a_step_reaches_no_database_but_the_one_it_names(tmp_path: Path) -> None:
    outer = {"DB_HOST": "production", "PGSERVICE": "p", "DATABASE_URL": "postgresql://p", "KEPT": "yes"}
    steps = """
  - {id: open, title: Open, uses: thing.make}
  - {id: bare, title: Bare, run: 'env | grep -E "^(DB_|PG|DATABASE_URL|KEPT)" | sort'}
  - {id: linked, title: Linked, connect: open, env: {DB_NAME: mine}, run: 'env | grep ^DB_ | sort'}
  - {id: seen, title: Seen, connect: open, uses: thing.see}
  - {id: free, title: Free, uses: thing.see}
"""
    rig = Rig(tmp_path, steps=steps, environment=outer)
    await rig.run()
    assert rig.log("bare") == "KEPT=yes\n"
    assert rig.log("linked") == "DB_HOST=thing.invalid\nDB_NAME=mine\nDB_PORT=1\n"
    outputs = {e.step: e.outputs for e in of_type(rig.listener.records, ev.OutputsRecorded)}
    assert outputs["seen"] == {"DB_HOST": "thing.invalid", "DB_PORT": "1"}
    assert outputs["free"] == {"DB_HOST": "production", "PGSERVICE": "p"}
    command = next(e.command for e in of_type(rig.listener.records, ev.AttemptStarted) if e.step == "linked")
    assert command.startswith("DB_HOST=thing.invalid DB_PORT=1 DB_NAME=mine env |")


async def test_the_step_knows_its_run(tmp_path: Path) -> None:
    rig = Rig(
        tmp_path,
        head="params: {size: {default: 3}, word: {type: secret, env: WORD}}",
        environment={"WORD": "open sesame"},
        steps="""
  - id: a
    title: A
    run: |
      echo "$DRILL_RUN_ID $DRILL_STEP $DRILL_ATTEMPT $DRILL_MODE $DRILL_PARAM_SIZE"
      [ ${#DRILL_PARAM_WORD} = 11 ] || exit 1
      pwd
      ls "$DRILL_RUN_DIR" "$DRILL_ARTIFACTS_DIR" >/dev/null
""",
    )
    assert await rig.run() is EndReason.COMPLETED
    assert rig.log("a") == f"{rig.setup.run_id} a 1 guided 3\n{tmp_path}\n"
    assert "sesame" not in (rig.run_dir / "events.jsonl").read_text()


async def test_progress_and_evidence_come_back(tmp_path: Path) -> None:
    rig = Rig(
        tmp_path,
        steps="""
  - id: a
    title: A
    run: |
      echo '{"label": "t1", "done": 1, "total": 4, "unit": "rows"}' >>"$DRILL_PROGRESS"
      echo 'nonsense' >>"$DRILL_PROGRESS"
      exec 3>>"$DRILL_EVIDENCE"
      echo '{"criterion": "c", "result": "met", "detail": "all\\u001b[31m rows", "coverage": "4 of 4"}' >&3
      echo '{"criterion": "c", "result": "perhaps", "detail": ""}' >&3
""",
    )
    assert await rig.run() is EndReason.COMPLETED
    assert [(p.label, p.done, p.total, p.unit) for p in rig.listener.progress] == [("t1", 1, 4, "rows")]
    evidence = of_type(rig.listener.records, ev.EvidenceRecorded)
    assert [(e.result, e.detail, e.coverage) for e in evidence] == [("met", "all rows", "4 of 4")]
    assert "not evidence, and not counted" in rig.log("a")
    assert not (rig.run_dir / "steps").exists()


async def test_checks_judge_exit_stdout_and_outputs(tmp_path: Path) -> None:
    steps = """
  - {id: code, title: A, run: 'exit 2', check: [{that: exit, one_of: [0, 2]}]}
  - {id: text, title: B, run: 'echo 90', check: [{that: stdout, min: 1m, max: 2m}]}
  - id: bad
    title: C
    run: 'echo 1'
    check: [{that: stdout, equals: 2, message: not two}]
    on_failure: continue
  - id: sql
    title: D
    connect: open
    sql: {query: select, params: {n: 5}}
    outputs: {answer: {column: answer, type: int}}
    check: [{that: answer, min: 40}]
"""
    rig = Rig(tmp_path, steps="  - {id: open, title: Open, uses: thing.make}" + steps)
    assert await rig.run() is EndReason.COMPLETED
    assert rig.results() == {
        "open": "passed",
        "code": "passed",
        "text": "passed",
        "bad": "failed",
        "sql": "passed",
    }
    reasons = [e.reason for e in of_type(rig.listener.records, ev.AttemptEnded) if e.reason]
    assert reasons == ["not two: stdout is 1, expected 2"]


async def test_only_leaves_a_step_out(tmp_path: Path) -> None:
    rig = Rig(
        tmp_path,
        mode=Mode.AUTO,
        steps="  - {id: a, title: A, run: 'true'}\n  - {id: b, title: B, run: 'true', only: [guided]}",
    )
    assert await rig.run() is EndReason.COMPLETED
    assert rig.results() == {"a": "passed", "b": "skipped"}


async def test_a_budget_is_noted_and_stops_nothing(tmp_path: Path) -> None:
    clock = FakeClock()
    rig = Rig(
        tmp_path,
        clock=clock,
        steps="  - {id: a, title: A, run: 'while [ ! -e go ]; do sleep 0.02; done', budget: 60s}",
    )
    task = rig.start()
    await clock.until_asleep(60)
    clock.advance(60)
    await rig.listener.until_type("budget.exceeded")
    (tmp_path / "go").touch()
    assert await task is EndReason.COMPLETED
    assert rig.results() == {"a": "passed"}


async def test_a_weak_password_does_not_break_what_the_engine_needs_again(tmp_path: Path) -> None:
    rig = Rig(
        tmp_path / "weak",
        environment={"DB_PASSWORD": "weak"},
        steps="""
  - {id: made, title: Made, uses: thing.make, with: {name: weak}}
  - id: told
    title: Told
    run: 'echo "path=$PWD" >>"$DRILL_OUTPUT"; echo "text=so weak" >>"$DRILL_OUTPUT"'
    outputs: {path: {type: path}, text: {}}
  - {id: used, title: Used, run: [test, '${steps.told.outputs.text}', '=', so weak]}
""",
    )
    assert await rig.run() is EndReason.COMPLETED
    outputs = {
        r.event.step: r.event.outputs for r in rig.journal() if isinstance(r.event, ev.OutputsRecorded)
    }
    assert outputs["made"] == {"path": f"{tmp_path}/weak/weak"}
    assert outputs["told"] == {"path": f"{tmp_path}/weak", "text": "so ••••••"}


async def test_secrets_are_masked_everywhere(tmp_path: Path) -> None:
    (tmp_path / "say.sh").write_text(
        """
        echo "canary/1 canary%2F1 canary-2 $GIVEN password=canary-4"
        echo "x=canary/1" >>"$DRILL_OUTPUT"
        echo '{"criterion": "c", "result": "missed", "detail": "canary-3"}' >>"$DRILL_EVIDENCE"
        echo '{"label": "at canary-2", "done": 1, "total": 2, "unit": "canary-3"}' >>"$DRILL_PROGRESS"
        """
    )
    rig = Rig(
        tmp_path,
        environment={
            "DB_PASSWORD": "canary/1",
            "SOME_URL": "postgresql://u:canary-2@h/d",
            "WORD": "canary-3",
        },
        head="params: {word: {type: secret, env: WORD}}",
        steps="""
  - {id: a, title: A canary-2, run: [sh, say.sh], env: {GIVEN: '${params.word}'}, outputs: {x: {}}}
""",
    )
    await rig.run()
    assert "canary" not in "".join(rig.listener.lines)
    assert [(p.label, p.unit) for p in rig.listener.progress] == [("at ••••••", "••••••")]
    assert "canary" not in json.dumps([str(e) for e in rig.listener.events[1:]])
    kept = "".join(p.read_text() for p in rig.run_dir.rglob("*") if p.is_file())
    assert "canary" not in kept.replace("A canary-2", "")
    assert rig.log("a").splitlines() == [" ".join(["••••••"] * 4) + " password=••••••"]
