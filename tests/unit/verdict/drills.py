"""Drills as a list of records, written the way they happen; no engine, no clock."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from drill_tui.engine.record import events as ev
from drill_tui.runbook.mode import Mode

RUNBOOK = (Path(__file__).parents[2] / "data" / "journals" / "restore-drill.yaml").read_text()
BEGIN = 1_795_356_062.0  # 2026-11-22T14:01:02Z

EVIDENCE = {
    "backup": ("backup_completes",),
    "check_backup": ("checksums_verify",),
    "restore": ("restore_completes",),
    "verify": ("required_tables", "data_integrity", "foreign_keys", "indexes", "schema"),
}
SOURCE = {"kind": "configured", "host": "db.example", "dbname": "shop", "server_version": "18.1"}
TARGET = {"kind": "local", "host": "127.0.0.1", "server_version": "18.1", "profile": "durable"}
OUTPUTS: dict[str, dict[str, str]] = {
    "open_source": SOURCE,
    "backup": {"backup": "/backups/shop_20261122T140102Z", "size_bytes": "1234567"},
    "check_backup": {"snapshot_age_s": "42.5"},
    "start_target": TARGET,
}
STEPS = ("open_source", "backup", "check_backup", "start_target", "prove_isolation", "restore", "verify")
CLEANUP = ("stop_target", "remove_backup", "close_source")


@dataclass
class Drill:
    """Collects records; every method returns the drill, so that a story reads in one go."""

    text: str = RUNBOOK
    mode: Mode = Mode.AUTO
    run: str = "restore-drill_20261122T140102Z_3fa9"
    at: float = BEGIN
    records: list[ev.Record] = field(default_factory=list)

    def say(self, event: ev.Event, after_s: float = 0.0) -> Drill:
        self.at += after_s
        self.records.append(ev.Record(seq=len(self.records) + 1, at=self.at, run=self.run, event=event))
        return self

    def start(self, **changes: Any) -> Drill:
        started = ev.DrillStarted(
            runbook_id="restore-drill",
            runbook_title="Quarterly restore drill",
            runbook_path="runbooks/restore-drill.yaml",
            runbook_sha256="ab" * 32,
            runbook_text=self.text,
            mode=self.mode,
            params={"target": "local", "profile": "durable"},
            project_dir="/srv/project",
            host="drill-host",
            user="olga",
            pid=4711,
            boot_id="boot",
            versions={"drill-tui": "0.1.0", "pg_dump": "18.1"},
        )
        return self.say(replace(started, **changes))

    def open(self, step: str, phase: ev.Phase = ev.Phase.STEPS) -> Drill:
        return self.say(ev.StepStarted(step=step, phase=phase))

    def attempt(
        self,
        step: str,
        *,
        seconds: float = 1.0,
        number: int = 1,
        outcome: ev.Outcome = ev.Outcome.PASSED,
        exit_code: int | None = 0,
        reason: str = "",
        evidence: dict[str, ev.Finding] | None = None,
        outputs: dict[str, str] | None = None,
    ) -> Drill:
        log = f"logs/{step}.log"
        self.say(ev.AttemptStarted(step=step, attempt=number, command=f"run {step}", log=log))
        self.at += seconds
        outputs = OUTPUTS.get(step, {}) if outputs is None else outputs
        if outputs:
            self.say(ev.OutputsRecorded(step=step, attempt=number, outputs=outputs))
        evidence = dict.fromkeys(EVIDENCE.get(step, ()), ev.Finding.MET) if evidence is None else evidence
        for criterion, result in evidence.items():
            self.say(
                ev.EvidenceRecorded(
                    step=step,
                    attempt=number,
                    criterion=criterion,
                    result=result,
                    detail=f"{criterion} is {result}",
                    coverage=f"all of {criterion}",
                )
            )
        return self.say(
            ev.AttemptEnded(
                step=step,
                attempt=number,
                outcome=outcome,
                exit_code=exit_code,
                reason=reason,
                duration_s=seconds,
            )
        )

    def close(
        self,
        step: str,
        outcome: ev.Outcome = ev.Outcome.PASSED,
        result: ev.Result = ev.Result.PASS,
        reason: str = "",
        duration_s: float = 1.0,
        wait_s: float = 0.0,
        phase: ev.Phase = ev.Phase.STEPS,
    ) -> Drill:
        return self.say(
            ev.StepEnded(
                step=step,
                phase=phase,
                outcome=outcome,
                result=result,
                reason=reason,
                duration_s=duration_s,
                wait_s=wait_s,
            )
        )

    def passed(self, *steps: str, seconds: float = 1.0) -> Drill:
        for step in steps:
            self.open(step).attempt(step, seconds=seconds).close(step, duration_s=seconds)
        return self

    def failed(self, step: str, *, exit_code: int | None = 1, reason: str = "", **attempt: Any) -> Drill:
        reason = reason or f"exit code {exit_code}"
        how: dict[str, Any] = {"evidence": {}, "outcome": ev.Outcome.FAILED, **attempt}
        self.open(step).attempt(step, exit_code=exit_code, reason=reason, **how)
        return self.close(step, how["outcome"], ev.Result.FAIL, reason, how.get("seconds", 1.0))

    def clean_up(
        self,
        reason: ev.EndReason = ev.EndReason.COMPLETED,
        result: ev.CleanupResult = ev.CleanupResult.CLEAN,
        leftovers: tuple[str, ...] = (),
        detail: str = "",
    ) -> Drill:
        self.say(ev.CleanupStarted(reason=reason))
        for step in CLEANUP:
            self.open(step, ev.Phase.CLEANUP).attempt(step).close(step, phase=ev.Phase.CLEANUP)
        self.say(ev.CleanupEnded(result=result, leftovers=leftovers))
        return self.say(ev.DrillEnded(reason=reason, detail=detail))


def whole_drill(**start: Any) -> Drill:
    """A drill in which everything goes well."""
    return Drill().start(**start).passed(*STEPS).clean_up()
