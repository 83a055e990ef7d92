"""The built-in action `faults.score`: a runbook's step that breaks copies of what the drill restored."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from drill_tui.engine.ports import ActionContext, ActionError, ActionResult, ActionSpec
from drill_tui.engine.processes.memory import give_back_at_once
from drill_tui.engine.record.events import Finding
from drill_tui.engine.record.journal import JOURNAL_NAME, read_journal
from drill_tui.faults.catalogue import faults_for_copies
from drill_tui.faults.fault import Fault
from drill_tui.faults.score.asking import Asker
from drill_tui.faults.score.checks import Clean
from drill_tui.faults.score.junit import junit
from drill_tui.faults.score.programs import Programs
from drill_tui.faults.score.run import Scoring
from drill_tui.kinds import KindError
from drill_tui.postgres.archive.manifest_reader import read_manifest
from drill_tui.postgres.client.connect import ConnectError, DatabaseError
from drill_tui.postgres.client.errors import BackupBadError, CouldNotTellError, first_of
from drill_tui.postgres.client.source import SourceError, resolve
from drill_tui.runbook.plays import Plays
from drill_tui.sinks.atomic import write_atomically
from drill_tui.verdict.score import NAIVE, SCORE_NAME, Fate, Score
from drill_tui.verdict.state import DrillState

CRITERION: Final = "notices_faults"
JUNIT_NAME: Final = "score.junit.xml"


async def score_drill(context: ActionContext) -> ActionResult:
    """Raises ActionError where there is nothing to be scored, or the target gave out."""
    give_back_at_once()
    try:
        async with Programs() as programs:
            score = await _scoring(context, programs).run()
    except* (ConnectError, DatabaseError, OSError) as lost:
        raise ActionError(f"the score broke off: {first_of(lost)}") from None
    context.progress("copies", 1, 1, "copies", 0.0)
    for name, text in ((SCORE_NAME, score.model_dump_json(indent=1) + "\n"), (JUNIT_NAME, junit(score))):
        write_atomically(context.run_dir / name, text)
    _say(context, score)
    return ActionResult(outputs=_outputs(context, score))


def _scoring(context: ActionContext, programs: Programs) -> Scoring:
    records = read_journal(context.run_dir / JOURNAL_NAME)
    state = DrillState.of(records)
    if state.runbook is None:
        raise ActionError(f"the runbook cannot be read back from the journal: {state.runbook_problem}")
    backup = Path(context.arguments["backup"])
    try:
        manifest = read_manifest(backup)
        place = resolve({**context.environment, "DB_NAME": context.arguments["database"]})
    except (BackupBadError, CouldNotTellError, SourceError, OSError) as error:
        raise ActionError(f"{error}; a score needs a backup of scripts/backup.sh") from None
    target = context.outputs_of(context.arguments["target"])
    data_dir = Path(target["data_dir"]) if target.get("data_dir") else None
    clean = Clean(state, state.runbook, dict(os.environ))
    if not clean.checks_of_database():
        raise ActionError(
            "no step of this runbook can be asked again about the restored database; a check needs "
            "`connect:` to the target, `run:` or `sql:`, and `idempotent: true`"
        )
    return Scoring(
        asker=Asker(clean, records, context.project_dir, programs, context.procedure_file),
        backup=backup,
        manifest=manifest,
        place=place,
        data_dir=data_dir if data_dir and os.access(data_dir, os.W_OK) else None,
        work=context.private_dir / "copies",
        told=lambda what, done, total: context.progress(what, done, total, "copies"),
        faults=_faults(context.arguments.get("faults", "")),
        clean_copies=int(context.arguments.get("clean_copies", "1")),
    )


def _faults(names: str) -> tuple[Fault, ...]:
    try:
        return faults_for_copies(names)
    except KindError as problem:
        raise ActionError(f"{problem}; drill-tui score --list names them all") from None


def _say(context: ActionContext, score: Score) -> None:
    tried = len(score.tried)
    for mutant in score.mutants:
        if mutant.fate not in (Fate.NOTICED, Fate.NO_SITE):
            context.log(f"{mutant.fate}: {mutant.fault} {mutant.site}: {mutant.breaks} {mutant.advice}")
    for alarm in score.false_alarms:
        context.log(f"False alarm: {alarm}")
    rules = ", ".join(f"{words} {score.noticed_by_rule(rule)}" for rule, words in NAIVE.items())
    detail = (
        f"{score.count(Fate.NOTICED)} of {tried} faults noticed by the right criterion, "
        f"{score.count(Fate.SURVIVED)} survived, {len(score.false_alarms)} false alarms"
    )
    missed = not score.is_perfect
    context.evidence(CRITERION, Finding.MISSED if missed else Finding.MET, detail, f"Beside it: {rules}.")
    context.log(detail)


def _outputs(context: ActionContext, score: Score) -> dict[str, str]:
    return {
        "tried": str(len(score.tried)),
        "noticed": str(score.count(Fate.NOTICED)),
        "noticed_elsewhere": str(score.count(Fate.ELSEWHERE)),
        "survived": str(score.count(Fate.SURVIVED, Fate.DOUBTED)),
        "false_alarms": str(len(score.false_alarms)),
        **{f"naive_{rule}": str(score.noticed_by_rule(rule)) for rule in NAIVE},
        "score": str(context.run_dir / SCORE_NAME),
    }


SPEC: Final = ActionSpec(
    name="faults.score",
    plays=Plays.SCORE,
    summary="Break copies of the backup and of the restored database, and see which check notices.",
    run=score_drill,
    parameters={
        "backup": "the backup's folder, as the drill's other steps name it",
        "database": "the restored database",
        "target": "the step that started the target",
        "faults": "ids of the faults to try, separated by commas (all)",
        "clean_copies": "how many unbroken copies are asked about too (1)",
    },
    required=frozenset({"backup", "database", "target"}),
    outputs={
        "tried": "faults that were put into a copy",
        "noticed": "of those, noticed by the criterion that ought to notice",
        "noticed_elsewhere": "noticed by another criterion only",
        "survived": "not noticed: the drill would have passed, or would not have said why it did not",
        "false_alarms": "what was said of unbroken copies",
        **{f"naive_{rule}": f"noticed by: {words}" for rule, words in NAIVE.items()},
        "score": "path of score.json",
    },
)
