"""The order in which `auto` takes targets, and what is said where none fits."""

from __future__ import annotations

import pytest

from drill_tui.engine.ports import ActionError
from drill_tui.postgres.fit.comparison import compare
from drill_tui.postgres.fit.need import Extension, Need
from drill_tui.postgres.fit.offer import Offer
from drill_tui.targets.choice import Choice, in_order, taken
from drill_tui.targets.registry import AUTO

FIFTEEN = Need(origin="database shop", major=15)


def server(major: int, *, embedded: bool = False, has: tuple[str, ...] = ()) -> Offer:
    return Offer(
        target="local",
        name=f"PostgreSQL {major}{', embedded' if embedded else ''}",
        place=f"/{major}",
        major=major,
        embedded=embedded,
        extensions=dict.fromkeys(has, ("1",)),
        features=frozenset(),
        libraries=frozenset(),
        locales=frozenset(),
    )


def image(major: int, *, has: tuple[str, ...] | None = ()) -> Offer:
    extensions = None if has is None else dict.fromkeys(has, ("1",))
    return Offer(target="compose", name="image", place="image", major=major, extensions=extensions)


def choose(need: Need, *offers: Offer) -> Choice:
    return taken(need, AUTO, in_order(need, [compare(need, offer) for offer in offers]))


@pytest.mark.parametrize(
    ("offers", "first"),
    [
        ((server(18, embedded=True), server(16), server(15), image(15)), "PostgreSQL 15"),
        ((server(18, embedded=True), server(17), server(16), image(15)), "PostgreSQL 16"),
        ((server(18, embedded=True), server(14), image(15)), "image"),
        ((server(18, embedded=True), image(0, has=None)), "PostgreSQL 18, embedded"),
        ((server(15, embedded=True), server(16), image(15)), "PostgreSQL 15, embedded"),
    ],
)
def test_the_first_that_fits_is_taken(offers: tuple[Offer, ...], first: str) -> None:
    assert choose(FIFTEEN, *offers).fit.offer.name == first


def test_what_does_not_fit_is_passed_over_and_said() -> None:
    need = Need(origin="database shop", major=15, extensions=(Extension("pgcrypto"),))
    choice = choose(need, server(15), server(18, embedded=True, has=("pgcrypto",)))
    assert choice.fit.offer.embedded
    assert choice.why == "it is the first that fits; not taken: PostgreSQL 15 lacks the extension pgcrypto"


def test_an_unknown_image_is_better_than_nothing() -> None:
    need = Need(origin="database shop", major=15, extensions=(Extension("pgcrypto"),))
    choice = choose(need, server(15), image(0, has=None))
    assert choice.kind == "compose"
    assert "not known beforehand" in choice.why


def test_where_none_fits_one_sentence_and_the_remedy_are_said() -> None:
    need = Need(origin="database shop", major=15, extensions=(Extension("pgcrypto"),))
    with pytest.raises(ActionError) as none:
        choose(need, server(18, embedded=True), server(15))
    assert str(none.value) == (
        "no target fits: PostgreSQL 15 lacks the extension pgcrypto "
        "(PostgreSQL 18, embedded lacks the extension pgcrypto). "
        "Install postgresql-15, or use --param target=compose with DRILL_POSTGRES_IMAGE=postgres:15. "
        "Nothing was restored."
    )


def test_a_dump_without_a_version_goes_to_the_newest() -> None:
    assert choose(Need(origin="dump", major=0), server(15), server(18, embedded=True)).fit.offer.major == 18
