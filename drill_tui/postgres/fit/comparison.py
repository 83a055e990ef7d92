"""Whether a target fits a backup: one pure comparison, which explains itself and names the remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from drill_tui.postgres.fit import extensions, places
from drill_tui.postgres.fit.finding import Finding, unfit, unknown
from drill_tui.postgres.fit.locks import slots_for
from drill_tui.postgres.fit.need import Need
from drill_tui.postgres.fit.offer import ICU, LIBXML, LZ4, Offer

Answer = Literal["fits", "unfit", "unknown"]
_SHOWN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """One target held against one need."""

    offer: Offer
    answer: Answer
    findings: tuple[Finding, ...]

    @property
    def reason(self) -> str:
        """In one sentence what does not fit, or cannot be told; empty where it fits."""
        return "; ".join(finding.sentence for finding in self._deciding)

    @property
    def remedy(self) -> str:
        """What to do about it; empty where it fits."""
        return " ".join(dict.fromkeys(f.remedy for f in self._deciding if f.remedy))

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(finding.sentence for finding in self.findings if finding.status == "note")

    @property
    def _deciding(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.status == self.answer]


def compare(need: Need, offer: Offer) -> Fit:
    """Hold an offer against a need.

    `unfit` as soon as one thing is known to be missing, else `unknown` as soon as one thing cannot be told.
    """
    if offer.obstacle:
        findings = [unfit("target", offer.obstacle, offer.remedy)]
    else:
        findings = [finding for rule in _RULES for finding in rule(need, offer)]
    statuses = {finding.status for finding in findings}
    answer: Answer = "unfit" if "unfit" in statuses else "unknown" if "unknown" in statuses else "fits"
    return Fit(offer=offer, answer=answer, findings=tuple(findings))


def _version(need: Need, offer: Offer) -> Iterable[Finding]:
    if not offer.major:
        yield unknown("version", f"the version of {offer.name} is not known", offer.remedy)
    elif offer.major < need.major:
        yield unfit(
            "version",
            f"{offer.name} is older than the source's {need.major}, and a dump never goes back a major",
            f"Install postgresql-{need.major}, or name a target of version {need.major} or newer.",
        )
    elif need.major and offer.major > need.major:
        yield Finding(
            "version",
            "note",
            f"the restore goes up from PostgreSQL {need.major} to {offer.major}",
            f"Install postgresql-{need.major} to drill on the source's own version.",
        )


def _features(need: Need, offer: Offer) -> Iterable[Finding]:
    for feature, wanted, what in (
        (ICU, need.icu, "sorts by ICU ({0}), and {1} is built without ICU"),
        (LIBXML, need.xml_columns, "holds xml values ({0}), and {1} is built without libxml"),
        (LZ4, need.lz4_columns, "has columns with compression lz4 ({0}), and {1} is built without lz4"),
    ):
        if not wanted:
            continue
        sentence = f"{need.origin} {what.format(_some(wanted), offer.name)}"
        if offer.features is None:
            yield unknown(feature, f"whether {offer.name} is built with {feature} is not known", offer.remedy)
        elif feature not in offer.features:
            yield unfit(feature, sentence, places.full_server(need, offer))


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"


def _locks(need: Need, offer: Offer) -> Iterable[Finding]:
    wanted = slots_for(need.relations)
    if offer.lock_slots is not None and offer.lock_slots < wanted:
        yield unfit(
            "locks",
            f"{need.origin} has {need.relations:,} relations, and {offer.name} can hold {offer.lock_slots:,} "
            f"locks where about {wanted:,} are needed",
            f"Set max_locks_per_transaction = {-(-wanted // 100)} on the target (with max_connections = 100) "
            "and restart it.",
        )


def _roles(need: Need, offer: Offer) -> Iterable[Finding]:
    if not offer.superuser:
        yield unfit(
            "roles",
            f"the user of {offer.name} is no superuser, and owners, roles and extensions need one",
            "Name a superuser of the throw-away target.",
        )


def _remote(need: Need, offer: Offer) -> Iterable[Finding]:
    for view, servers in need.remote_views:
        named = ", ".join(f'"{server}"' for server in servers)
        yield Finding("remote", "note", f"{view} cannot be refreshed here: needs server {named}")


def _unknown(need: Need, offer: Offer) -> Iterable[Finding]:
    for sentence in (*need.unknown, *offer.notes):
        yield Finding("unknown", "note", sentence)


_RULES: Final[tuple[Callable[[Need, Offer], Iterable[Finding]], ...]] = (
    _version,
    extensions.installed,
    extensions.preloaded,
    extensions.languages,
    _features,
    places.locales,
    places.encoding,
    places.libraries,
    places.tablespaces,
    _roles,
    _locks,
    _remote,
    _unknown,
)
