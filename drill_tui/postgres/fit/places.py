"""Rules about what a server stands on: locales, encodings, shared libraries, tablespaces."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

from drill_tui.postgres.fit.finding import Finding, unfit, unknown
from drill_tui.postgres.fit.need import Need
from drill_tui.postgres.fit.offer import Offer, plain_locale

EVERYWHERE = frozenset({"", "C", "POSIX"})
MULE_ENDED = 19
"""The major version that dropped the encoding MULE_INTERNAL."""


def locales(need: Need, offer: Offer) -> Iterable[Finding]:
    """The operating system of the target has every locale by which the source sorts."""
    wanted = [name for name in dict.fromkeys(need.locales) if name not in EVERYWHERE]
    if not wanted:
        return
    if offer.locales is None:
        yield unknown(
            "locales", f"whether {offer.name} has the locale {wanted[0]} is not known", offer.remedy
        )
        return
    missing = [name for name in wanted if plain_locale(name) not in offer.locales]
    if missing:
        first = missing[0]
        how = f"Install it: on Debian locale-gen {first} (package locales-all has every one)."
        if offer.target == "compose":
            how = "Build an image that has it (on Debian: localedef) and name it: DRILL_POSTGRES_IMAGE."
        yield unfit(
            "locales",
            f"{need.origin} sorts by the locale {', '.join(missing)}, which {offer.name} has not",
            how,
        )


def encoding(need: Need, offer: Offer) -> Iterable[Finding]:
    if need.encoding == "MULE_INTERNAL" and offer.major >= MULE_ENDED:
        yield unfit(
            "encoding",
            f"{need.origin} is in the encoding MULE_INTERNAL, which ended with PostgreSQL {MULE_ENDED - 1}",
            f"Use a target of version {need.major}.",
        )


def libraries(need: Need, offer: Offer) -> Iterable[Finding]:
    """C functions of no extension name a shared library, mostly as `$libdir/name`.

    A path of its own is looked for by the server where it says, which nobody can tell beforehand.
    """
    if not need.libraries:
        return
    if offer.libraries is None:
        what = f"whether {offer.name} has the library {need.libraries[0]} is not known"
        yield unknown("libraries", what, offer.remedy)
        return
    elsewhere = [name for name in need.libraries if PurePath(name).is_absolute()]
    if elsewhere:
        yield unknown(
            "libraries",
            f"whether {offer.name} finds {elsewhere[0]} is not known",
            "Put the library, built for the target's version, at the same path there.",
        )
    looked_up = [name for name in need.libraries if name not in elsewhere]
    missing = [name for name in looked_up if _file_name(name) not in offer.libraries]
    if missing:
        yield unfit(
            "libraries",
            f"{need.origin} has C functions in {', '.join(missing)}, and {offer.name} has no such library",
            "Put the library, built for the target's version, where `pg_config --pkglibdir` says.",
        )


def tablespaces(need: Need, offer: Offer) -> Iterable[Finding]:
    if not need.tablespaces:
        return
    if offer.tablespaces is None:
        names = ", ".join(need.tablespaces)
        yield Finding("tablespaces", "note", f"stand-ins are made for the tablespaces {names}")
        return
    missing = [name for name in need.tablespaces if name not in offer.tablespaces]
    if missing:
        yield unfit(
            "tablespaces",
            f"{need.origin} uses the tablespaces {', '.join(missing)}, which {offer.name} has not",
            f"Make them on the target: CREATE TABLESPACE {missing[0]} LOCATION '/a/directory';",
        )


def full_server(need: Need, offer: Offer) -> str:
    """How to come by a server that is built with everything."""
    major = need.major or offer.major
    if offer.target == "compose":
        return f"Set DRILL_POSTGRES_IMAGE=postgres:{major}."
    if offer.is_of_others:
        return "Name a target that is built with it (Debian's and PGDG's packages are)."
    return f"Install postgresql-{major} (Debian and PGDG build it in), or use --param target=compose."


def _file_name(library: str) -> str:
    """As it lies below `$libdir`, where a server looks for every name without a path of its own."""
    return library.removeprefix("$libdir/").removesuffix(".so")
