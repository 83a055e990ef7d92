"""A guided drill to lay on the table: an agenda with time boxes, and one page for each role."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from drill_tui.runbook.durations import format_duration
from drill_tui.runbook.mode import Mode
from drill_tui.runbook.model import LEAD, CleanupStep, Gate, Role, Runbook, Step
from drill_tui.runbook.show import asked_text, cell, gate_lines, plain, typed_text

EVERYBODY: Final = Role(title="Everybody")
PAGE: Final = "\f"
"""A printer begins a new sheet here."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A step of the agenda; `begins_s` is when it begins if every step before it used up its box."""

    number: int
    step: Step
    begins_s: float


def to_paper(runbook: Runbook) -> str:
    """As Markdown with form feeds between its pages."""
    slots = _slots(runbook)
    pages: list[Iterable[str]] = [_agenda(runbook, slots)]
    pages += [_role_page(runbook, role_id, role, slots) for role_id, role in _roles(runbook, slots).items()]
    return f"\n{PAGE}\n".join("\n".join(page).rstrip() + "\n" for page in pages)


def _slots(runbook: Runbook) -> list[Slot]:
    """Numbered as in the runbook, so that the page and the screen speak of the same step."""
    slots: list[Slot] = []
    begins_s = 0.0
    for number, step in enumerate(runbook.steps, start=1):
        if not step.only or Mode.GUIDED in step.only:
            slots.append(Slot(number, step, begins_s))
            begins_s += step.budget or 0.0
    return slots


def _roles(runbook: Runbook, slots: list[Slot]) -> dict[str, Role]:
    """Those of the runbook; what belongs to none of them, where nobody leads, is for everybody."""
    left_over = LEAD not in runbook.roles and any(s.step.role not in runbook.roles for s in slots)
    return {**runbook.roles, **({LEAD: EVERYBODY} if left_over else {})}


def _owner(runbook: Runbook, step: Step) -> str:
    return step.role if step.role in runbook.roles and step.role else LEAD


def _title(runbook: Runbook, role_id: str) -> str:
    return plain(runbook.roles.get(role_id, EVERYBODY).title)


def _agenda(runbook: Runbook, slots: list[Slot]) -> Iterator[str]:
    yield from (f"# Agenda: {plain(runbook.title)}", "")
    yield from ("Date: ________________  Started: ____:____  Ended: ____:____", "")
    if runbook.roles:
        yield from ("| role | name |", "| --- | --- |")
        for role in runbook.roles.values():
            optional = " (optional)" if role.optional else ""
            yield f"| {plain(role.title)}{optional} | ________________________ |"
        yield ""
    yield from (
        "| | step | who | box | begins by | began | ended |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    )
    for slot in slots:
        step = slot.step
        box = format_duration(step.budget) if step.budget else "–"
        gate = f", {_asked(runbook, step.gate)}" if step.gate else ""
        begins = f"+{_clock(slot.begins_s)}"
        who = f"{_title(runbook, _owner(runbook, step))}{gate}"
        yield f"| ☐ | {slot.number}. {plain(step.title)} | {who} | {box} | {begins} | | |"
    yield ""
    yield from _boxes(slots)
    yield from _clocks(runbook)
    yield from _cleanup(runbook.cleanup)


def _asked(runbook: Runbook, gate: Gate) -> str:
    """What a gate asks for, in two words."""
    kinds = {"confirm": "confirmed", "type": "typed", "signoff": "signed", "note": "written down"}
    people = f" by {gate.min}" if gate.min > 1 else ""
    when = f" if {gate.when.param} is {gate.when.equals}" if gate.when else ""
    return plain(kinds[gate.kind] + people + when)


def _boxes(slots: list[Slot]) -> Iterator[str]:
    boxed = [slot.step.budget for slot in slots if slot.step.budget]
    if not boxed:
        return
    rest = len(slots) - len(boxed)
    without = f" {rest} {'step has' if rest == 1 else 'steps have'} none." if rest else ""
    together = format_duration(sum(boxed))
    yield from (f"The boxes together: {together}.{without} Time for questions comes on top.", "")


def _clocks(runbook: Runbook) -> Iterator[str]:
    titles = {step.id: plain(step.title) for step in runbook.every_step()}
    for criterion in runbook.criteria.values():
        if criterion.measure is None:
            continue
        start, end = (_moment(point, titles) for point in (criterion.measure.start, criterion.measure.end))
        limit = f", at most {criterion.max}" if criterion.max is not None else ""
        yield from (f"**{plain(criterion.title)}:** from {start} to {end}{limit}. Took: ____:____", "")


def _moment(point: str, titles: dict[str, str]) -> str:
    step, _, edge = point.rpartition(".")
    return f"the {edge} of “{titles.get(step, step)}”"


def _cleanup(steps: Iterable[CleanupStep]) -> Iterator[str]:
    titles = [f"- ☐ {plain(step.title)}" for step in steps]
    if titles:
        yield from ("Cleanup, always, also after a failure or an abort:", "", *titles, "")


def _role_page(runbook: Runbook, role_id: str, role: Role, slots: list[Slot]) -> Iterator[str]:
    yield from (f"# {plain(role.title)}: {plain(runbook.title)}", "")
    if role.doc:
        yield from (cell(role.doc), "")
    yield from ("Name: ________________________", "")
    mine = 0
    for slot in slots:
        if _owner(runbook, slot.step) == role_id:
            yield from _mine(runbook, slot)
        elif slot.step.gate and _may_take_part(slot.step.gate, role_id):
            yield from _to_take_part(runbook, slot, slot.step.gate)
        else:
            continue
        mine += 1
    if not mine:
        yield from ("No step waits for this role: watch, ask, and write down what is not clear.", "")


def _may_take_part(gate: Gate, role_id: str) -> bool:
    several = gate.kind == "signoff" or gate.min > 1
    return several and (not gate.roles or role_id in gate.roles)


def _mine(runbook: Runbook, slot: Slot) -> Iterator[str]:
    step = slot.step
    box = f" (box {format_duration(step.budget)})" if step.budget else ""
    yield from (f"## ☐ {slot.number}. {plain(step.title)}{box}", "")
    if step.gate is not None:
        yield from gate_lines(runbook, step.gate)
    yield from _to_watch(step)
    yield from ("Began ____:____  Ended ____:____  Result ________", "")


def _to_take_part(runbook: Runbook, slot: Slot, gate: Gate) -> Iterator[str]:
    """A step of somebody else that waits for a person of this role, too."""
    owner = _title(runbook, _owner(runbook, slot.step))
    yield from (f"## ☐ Before {slot.number}. {plain(slot.step.title)} ({owner})", "")
    yield from (f"**{plain(asked_text(runbook, gate))}**", "")
    enough = f" ({gate.min} people in all)" if gate.min > 1 else ""
    does = f"I type `{typed_text(runbook, gate)}` myself" if gate.kind == "type" else "I agree"
    yield from (f"- ☐ {does}{enough}: ________________________", "")
    yield from _to_watch(slot.step)


def _to_watch(step: Step) -> Iterator[str]:
    for label, text in (("Watch", step.watch), ("A good result", step.expect)):
        if text:
            yield from (f"- ☐ **{label}:** {cell(text)}", "")


def _clock(seconds: float) -> str:
    hours, minutes = divmod(round(seconds) // 60, 60)
    return f"{hours}:{minutes:02}"
