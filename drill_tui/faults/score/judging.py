"""What a fault came to, from what the criteria said of the clean copy and of the broken one."""

from __future__ import annotations

from collections.abc import Mapping

from drill_tui.engine.record.events import Finding
from drill_tui.faults.fault import Fault
from drill_tui.faults.score.asking import Answer
from drill_tui.verdict.score import Fate, Mutant

Findings = Mapping[str, Finding]
PROGRAMS: Mapping[str, str] = {
    "checksums_verify": "scripts/restore.sh --check-only",
    "rpo": "scripts/restore.sh --check-only, whose output snapshot_age_s is held to an objective",
}
VERIFY = "scripts/verify.sh"


def changed(clean: Findings, broken: Findings, to: Finding) -> tuple[str, ...]:
    """Criteria that were met on the clean copy and became this, in the runbook's order."""
    return tuple(name for name, was in clean.items() if was is Finding.MET and broken.get(name) is to)


def alarms(clean: Findings, copy: Findings) -> tuple[str, ...]:
    """What was said of a copy that nobody broke, in words."""
    return tuple(
        f"{name}: {was}, and {copy.get(name, Finding.UNPROVEN)} on an unbroken copy"
        for name, was in clean.items()
        if copy.get(name) is not was
    )


def mutant(fault: Fault, site: str, clean: Findings, broken: Answer, naive: Mapping[str, bool]) -> Mutant:
    """The fault as it was judged by the runbook's criteria."""
    missed = changed(clean, broken.findings, Finding.MISSED)
    unproven = () if missed else changed(clean, broken.findings, Finding.UNPROVEN)
    if fault.criterion in missed:
        fate = Fate.NOTICED
    elif missed:
        fate = Fate.ELSEWHERE
    else:
        fate = Fate.DOUBTED if unproven or broken.failed else Fate.SURVIVED
    return described(
        fault,
        fate,
        site=site,
        missed=missed,
        unproven=unproven,
        naive=naive,
        advice=_advice(fault, fate, clean),
    )


def not_tried(fault: Fault, fate: Fate, why: str) -> Mutant:
    return described(fault, fate, advice=why)


def described(
    fault: Fault,
    fate: Fate,
    *,
    site: str = "",
    missed: tuple[str, ...] = (),
    unproven: tuple[str, ...] = (),
    naive: Mapping[str, bool] = {},
    advice: str = "",
) -> Mutant:
    return Mutant(
        fault=fault.id,
        breaks=fault.breaks,
        place=fault.place,
        often=fault.often,
        difficulty=fault.difficulty,
        site=site,
        expected=fault.criterion,
        fate=fate,
        missed=missed,
        unproven=unproven,
        naive=dict(naive),
        advice=advice,
    )


def _advice(fault: Fault, fate: Fate, clean: Findings) -> str:
    """What would have caught it."""
    if fate is Fate.NOTICED:
        return ""
    program = PROGRAMS.get(fault.criterion, VERIFY)
    if fault.criterion not in clean:
        return f"This runbook has no criterion {fault.criterion}. {program} would have noticed: give it one."
    if clean[fault.criterion] is not Finding.MET:
        return f"{fault.criterion} was not met before anything was broken, so it could not tell."
    return f"{fault.criterion} has no evidence of this. {program} would have noticed: ask it, at depth full."
