"""Tells a drill of the shipped runbook as records, with times of its own: for pictures and for tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from drill_tui.engine.record import events as ev
from drill_tui.runbook.mode import Mode

RUNBOOK = Path(__file__).parent / "data" / "restore-drill.yaml"
"""A copy that stands still, so that pictures of it do too."""
BEGAN_AT = 1_795_000_000.0
RUN_ID = "restore-drill_20261118T140102Z_3fa9"
ALL_CRITERIA = {
    "required_tables": ("verify", "26 of 26 tables are there", "all tables of the snapshot"),
    "data_integrity": (
        "verify",
        "3 105 224 rows in 26 tables, every digest equal",
        "full digest of every row",
    ),
    "foreign_keys": ("verify", "31 foreign keys, no orphan", "anti-join of each, NOT VALID ones too"),
    "indexes": (
        "verify",
        "54 indexes equal, valid and ready",
        "amcheck on 49 btrees; 5 GIN/BRIN not checkable",
    ),
    "schema": ("verify", "412 objects equal", "pg_dump of both sides, object by object"),
}


class Storyteller:
    """Every method appends what the engine would journal; `wait` lets time pass."""

    def __init__(self, mode: Mode = Mode.GUIDED, runbook_text: str | None = None) -> None:
        self.mode = mode
        self.now = BEGAN_AT
        self.records: list[ev.Record] = []
        self._text = runbook_text or RUNBOOK.read_text(encoding="utf-8")
        self._begun: dict[str, float] = {}
        self._number = 0

    def tell(self, event: ev.Event) -> Storyteller:
        record = ev.Record(seq=len(self.records) + 1, at=self.now, run=RUN_ID, event=event)
        self.records.append(record)
        return self

    def wait(self, seconds: float) -> Storyteller:
        self.now += seconds
        return self

    def start(self, people: dict[str, tuple[str, ...]] | None = None) -> Storyteller:
        self.tell(
            ev.DrillStarted(
                runbook_id="restore-drill",
                runbook_title="Quarterly restore drill",
                runbook_path="runbooks/restore-drill.yaml",
                runbook_sha256="0" * 64,
                runbook_text=self._text,
                mode=self.mode,
                params={
                    "target": "local",
                    "profile": "durable",
                    "database": "zakops_restore",
                    "jobs": "4",
                },
                project_dir="/srv/drill",
                host="drill-01",
                user="postgres",
                pid=4242,
                boot_id="b",
                versions={"drill-tui": "0.1.0"},
            )
        )
        for name, roles in (people if people is not None else PEOPLE).items():
            self.tell(ev.ParticipantJoined(name=name, roles=roles))
        return self

    def begin(self, step: str, phase: ev.Phase = ev.Phase.STEPS) -> Storyteller:
        self._begun[step] = self.now
        return self.tell(ev.StepStarted(step=step, phase=phase))

    def attempt(self, step: str, command: str, number: int = 1) -> Storyteller:
        self._number += 1
        log = f"logs/{self._number:02}-{step}.log"
        return self.tell(ev.AttemptStarted(step=step, attempt=number, command=command, log=log))

    def attempt_over(
        self,
        step: str,
        took_s: float,
        outcome: ev.Outcome = ev.Outcome.PASSED,
        reason: str = "",
        number: int = 1,
    ) -> Storyteller:
        self.wait(took_s)
        code = 0 if outcome is ev.Outcome.PASSED else 1
        return self.tell(
            ev.AttemptEnded(
                step=step, attempt=number, outcome=outcome, exit_code=code, reason=reason, duration_s=took_s
            )
        )

    def end(
        self,
        step: str,
        outcome: ev.Outcome = ev.Outcome.PASSED,
        result: ev.Result = ev.Result.PASS,
        reason: str = "",
        wait_s: float = 0.0,
        phase: ev.Phase = ev.Phase.STEPS,
    ) -> Storyteller:
        took = self.now - self._begun[step]
        return self.tell(
            ev.StepEnded(
                step=step,
                phase=phase,
                outcome=outcome,
                result=result,
                reason=reason,
                duration_s=took,
                wait_s=wait_s,
            )
        )

    def whole_step(
        self, step: str, command: str, took_s: float, outputs: dict[str, str] | None = None
    ) -> Storyteller:
        self.begin(step).attempt(step, command)
        if outputs:
            self.tell(ev.OutputsRecorded(step=step, attempt=1, outputs=outputs))
        return self.attempt_over(step, took_s).end(step)

    def met(self, step: str, criterion: str, detail: str, coverage: str = "") -> Storyteller:
        return self.tell(
            ev.EvidenceRecorded(
                step=step,
                attempt=1,
                criterion=criterion,
                result=ev.Finding.MET,
                detail=detail,
                coverage=coverage,
            )
        )

    def until_restore(self) -> Storyteller:
        """Everything before the restore's gate."""
        self.start().whole_step("open_source", "source.open", 2, {"kind": "configured", "dbname": "zakops"})
        self.begin("backup").attempt("backup", "DB_HOST=db1 scripts/backup.sh --output backup --jobs 4")
        self.met("backup", "backup_completes", "26 tables, 812 MiB, dumped in one snapshot", "every row seen")
        self.tell(
            ev.OutputsRecorded(
                step="backup", attempt=1, outputs={"backup": BACKUP, "size_bytes": "851443712"}
            )
        )
        self.attempt_over("backup", 41).end("backup")
        self.begin("check_backup").attempt(
            "check_backup", f"scripts/restore.sh --input {BACKUP} --check-only"
        )
        self.met("check_backup", "checksums_verify", "31 files match, archive reads to its end", "every file")
        self.tell(ev.OutputsRecorded(step="check_backup", attempt=1, outputs={"snapshot_age_s": "46"}))
        self.attempt_over("check_backup", 5).end("check_backup")
        self.whole_step("start_target", "target.start kind=local profile=durable", 3, TARGET)
        return self.whole_step("prove_isolation", "target.prove source=open_source", 1, PROOF)

    def until_gate(self) -> Storyteller:
        self.until_restore().begin("restore")
        return self.tell(RESTORE_GATE)

    def until_restoring(self, for_s: float = 201) -> Storyteller:
        self.until_gate().wait(22)
        by = tuple(
            ev.Signature(name=name, role=role, at=self.now, via="screen", attested="same-terminal")
            for name, role in (("Grace Hopper", "operator"), ("Linus Pauling", "second"))
        )
        self.tell(ev.GateAnswered(step="restore", answer="approved", by=by, wait_s=22))
        self.attempt("restore", f"DB_NAME=zakops_restore scripts/restore.sh --input {BACKUP} --jobs 4")
        return self.wait(for_s)

    def until_failure(self) -> Storyteller:
        self.until_restoring(63)
        reason = 'exit 1: pg_restore: error: could not execute query: role "billing_ro" does not exist'
        return self.attempt_over("restore", 0, ev.Outcome.FAILED, reason)

    def until_verified(self) -> Storyteller:
        self.until_restoring(158)
        self.met(
            "restore", "restore_completes", "412 objects restored, no unexplained error line", "all output"
        )
        self.attempt_over("restore", 0).end("restore", wait_s=22)
        self.begin("verify").attempt("verify", f"scripts/verify.sh --backup {BACKUP} --jobs 4")
        for criterion, (step, detail, coverage) in ALL_CRITERIA.items():
            self.met(step, criterion, detail, coverage)
        return self.attempt_over("verify", 38).end("verify")

    def clean_up(self, reason: ev.EndReason = ev.EndReason.COMPLETED) -> Storyteller:
        self.tell(ev.CleanupStarted(reason=reason))
        for step, took in (("stop_target", 2), ("remove_backup", 1), ("close_source", 0)):
            self.begin(step, ev.Phase.CLEANUP).attempt(step, step.replace("_", "."))
            self.attempt_over(step, took).end(step, phase=ev.Phase.CLEANUP)
        self.tell(ev.CleanupEnded(result=ev.CleanupResult.CLEAN))
        return self.tell(ev.DrillEnded(reason=reason))

    def whole(self) -> Storyteller:
        self.until_verified().begin("debrief").tell(DEBRIEF_GATE).wait(65)
        by = (
            ev.Signature(
                name="Ada Lovelace", role="lead", at=self.now, via="screen", attested="same-terminal"
            ),
        )
        values = {"surprise": "The globals needed a role that nobody knew", "unclear": "no"}
        self.tell(ev.GateAnswered(step="debrief", answer="approved", by=by, values=values, wait_s=65))
        return self.end("debrief", wait_s=65).clean_up()

    def failed(self) -> Storyteller:
        self.until_failure().wait(12)
        self.tell(ev.FailureAnswered(step="restore", choice="abort", by="Ada Lovelace", reason="", wait_s=12))
        self.end("restore", ev.Outcome.FAILED, ev.Result.FAIL, "exit 1", wait_s=34)
        return self.clean_up(ev.EndReason.FAILED)


PEOPLE = {"Ada Lovelace": ("lead",), "Grace Hopper": ("operator",), "Linus Pauling": ("second", "scribe")}
BACKUP = "artifacts/restore/restore-drill_20261118T140102Z_3fa9/backup/zakops_20261118T140104Z"
TARGET = {
    "kind": "local",
    "server_version": "18.6",
    "host": "/tmp/drill-3fa9",
    "port": "15432",
    "profile": "durable",
    "database": "zakops_restore",
    "isolation": "network-namespace",
}
PROOF = {
    "isolation": "network-namespace",
    "isolation_proof": "The target carries the nonce that this run wrote into it. It is another cluster than "
    "the source. From inside it db1:5432 could not be reached.",
}
RESTORE_GATE = ev.GateOpened(
    step="restore",
    kind="signoff",
    prompt="Restore into the isolated database?",
    roles=("lead", "operator", "second"),
    min=2,
)
DEBRIEF_GATE = ev.GateOpened(
    step="debrief",
    kind="note",
    prompt="What surprised you?",
    fields=(
        ev.GateField(id="surprise", label="What surprised us"),
        ev.GateField(id="unclear", label="Was a step unclear?", type="choice", choices=("no", "yes")),
    ),
)


def restore_lines(count: int) -> Sequence[str]:
    """Log lines as pg_restore prints them, one of them a warning and one an error."""
    tables = ("public.events", "public.orders", "billing.invoices", "public.customers", "billing.payments")
    lines = [f'pg_restore: processing data for table "{tables[i % len(tables)]}"' for i in range(count)]
    if count > 6:
        lines[3] = "pg_restore: warning: restoring tables WITH OIDS is not supported anymore"
        lines[-3] = 'pg_restore: error: could not execute query: ERROR:  role "billing_ro" does not exist'
    return lines
