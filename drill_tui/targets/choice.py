"""Which target a backup is restored into: the first that fits, of those that a person allowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drill_tui.engine.ports import ActionError
from drill_tui.postgres.fit.comparison import Fit, compare
from drill_tui.postgres.fit.need import Need
from drill_tui.targets.registry import AUTO, UNASKED, kind_named


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The target that was taken, and why this one."""

    fit: Fit
    why: str

    @property
    def kind(self) -> str:
        return self.fit.offer.target


async def fits_of(need: Need, kind: str, environment: Mapping[str, str]) -> list[Fit]:
    """Every target of a kind, the best first; for `auto` all kinds that need no person.  Raises ActionError.

    Docker is only asked where no server of this machine fits, since its answer may take a second.
    """
    found: list[Fit] = []
    for name in UNASKED if kind == AUTO else (kind,):
        offers = await kind_named(name).offers(need, environment)
        found = in_order(need, [*found, *(compare(need, offer) for offer in offers)])
        if kind == AUTO and any(_is_first_choice(need, fit) for fit in found):
            break
    return found


async def choose(need: Need, kind: str, environment: Mapping[str, str]) -> Choice:
    """Take a target of that kind, or for `auto` of the first kind that has one.

    What cannot be told is taken only where a person named its kind, or nothing else fits.  Raises ActionError
    with one sentence that says what does not fit, and the remedy.
    """
    return taken(need, kind, await fits_of(need, kind, environment))


def taken(need: Need, kind: str, fits: Sequence[Fit]) -> Choice:
    """The first that fits, else the first that may.  Raises ActionError."""
    usable = [fit for fit in fits if fit.answer == "fits"] or [fit for fit in fits if fit.answer == "unknown"]
    if usable:
        return Choice(fit=usable[0], why=_why(need, kind, usable[0], fits))
    if not fits:
        raise ActionError(
            "no PostgreSQL server is on this machine; "
            f"install postgresql-{need.major or 18}, or choose --param target=compose"
        )
    nearest = fits[0]
    others = [fit for fit in fits[1:] if fit.reason != nearest.reason]
    also = "".join(f" ({fit.reason})" for fit in others[:2])
    raise ActionError(f"no target fits: {nearest.reason}{also}. {nearest.remedy} Nothing was restored.")


def in_order(need: Need, fits: Sequence[Fit]) -> list[Fit]:
    """Servers here of the source's major, other installed ones, a container, the embedded wheel; unfit last.

    A container whose image nobody has looked into comes after what surely fits.
    """
    return sorted(fits, key=lambda fit: _rank(need, fit))


def _rank(need: Need, fit: Fit) -> tuple[int, ...]:
    offer = fit.offer
    newer = offer.major - need.major if need.major else -offer.major
    kind = 2 if offer.target != "local" else 3 if offer.embedded else 1
    if offer.target == "local" and need.major in (0, offer.major):
        kind = 0
    answer = {"fits": 0, "unknown": 1, "unfit": 2}[fit.answer]
    too_old = offer.major < need.major
    return (answer, int(too_old), kind, abs(newer) if too_old else newer, int(offer.embedded))


def _is_first_choice(need: Need, fit: Fit) -> bool:
    return fit.answer == "fits" and _rank(need, fit)[2] < 2


def _why(need: Need, kind: str, fit: Fit, fits: Sequence[Fit]) -> str:
    offer = fit.offer
    if offer.is_of_others:
        return "you named it"
    if offer.major and offer.major == need.major:
        reason = f"it is of the source's major version, {need.major}"
    elif not need.major:
        reason = "the dump does not say its version, and this is the newest here"
    else:
        reason = "it is the first that fits"
    passed_over = [other for other in fits if other.answer == "unfit" and other is not fit]
    if kind == AUTO and passed_over and passed_over[0].reason:
        reason += f"; not taken: {passed_over[0].reason}"
    if fit.answer == "unknown":
        reason += f"; not known beforehand: {fit.reason}"
    return reason
