"""Criteria: one kind of proof each, from steps that exist, against an objective that can be compared."""

from __future__ import annotations

from collections.abc import Iterator

from drill_tui.runbook.durations import parse_duration
from drill_tui.runbook.model import Criterion, Measure, Runbook
from drill_tui.runbook.problems import Fault, YamlPath, nearest

_KINDS = ("evidence", "measure", "value", "steps")


def criterion_faults(runbook: Runbook) -> Iterator[Fault]:
    order = [step.id for step in runbook.steps]
    for name, criterion in runbook.criteria.items():
        at: YamlPath = ("criteria", name)
        kinds = [kind for kind in _KINDS if getattr(criterion, kind) not in {None, ()}]
        if len(kinds) != 1:
            has = " and ".join(kinds) or "none"
            yield Fault(
                at, f"criterion {name} needs exactly one of {', '.join(_KINDS)}; it has {has}", on_key=True
            )
        for kind in ("evidence", "steps"):
            for index, step in enumerate(getattr(criterion, kind)):
                if step not in order:
                    yield Fault((*at, kind, index), f"there is no step {step!r}", nearest(step, order))
        if criterion.measure is not None:
            yield from _measure_faults(criterion.measure, order, (*at, "measure"))
        yield from _bound_faults(criterion, at)


def _measure_faults(measure: Measure, order: list[str], at: YamlPath) -> Iterator[Fault]:
    moments = []
    for key, moment in (("from", measure.start), ("to", measure.end)):
        step, dot, edge = moment.rpartition(".")
        if not dot or edge not in {"start", "end"}:
            yield Fault((*at, key), f"{moment!r} is no moment; write <step>.start or <step>.end")
        elif step not in order:
            yield Fault((*at, key), f"there is no step {step!r}", nearest(step, order))
        else:
            moments.append((order.index(step), edge == "end"))
    for index, step in enumerate(measure.plus):
        if step not in order:
            yield Fault((*at, "plus", index), f"there is no step {step!r}", nearest(step, order))
        elif moments and order.index(step) >= moments[0][0]:
            yield Fault(
                (*at, "plus", index), f"{step} is not before {measure.start}: its time counts already"
            )
    if len(moments) == 2 and moments[0] >= moments[1]:
        yield Fault(at, f"the measure ends ({measure.end}) before it starts ({measure.start})")


def _bound_faults(criterion: Criterion, at: YamlPath) -> Iterator[Fault]:
    bounds = [key for key in ("max", "min", "equals") if getattr(criterion, key) is not None]
    if criterion.measure is not None and criterion.max is None:
        yield Fault(at, f"criterion {at[-1]} measures a time and needs its `max`", on_key=True)
    if criterion.value is not None and not bounds:
        yield Fault(at, f"criterion {at[-1]} has a value and needs max, min or equals", on_key=True)
    if bounds and criterion.measure is None and criterion.value is None:
        yield Fault((*at, bounds[0]), f"`{bounds[0]}` is for criteria with `measure` or `value`", on_key=True)
    for key in ("max", "min"):
        bound = getattr(criterion, key)
        if isinstance(bound, str) and not _is_quantity(bound):
            yield Fault((*at, key), f"{bound!r} is neither a number nor a duration such as 30m")
        elif criterion.measure is not None and isinstance(bound, int | float):
            yield Fault((*at, key), "write durations with a unit, such as 90s, 25m, 1h30m or 31d")


def _is_quantity(text: str) -> bool:
    for read in (parse_duration, float):
        try:
            read(text)
        except ValueError:
            continue
        return True
    return False
