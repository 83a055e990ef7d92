"""Rules about extensions: installed, of which version, preloaded; and procedural languages."""

from __future__ import annotations

import re
from collections.abc import Iterable

from drill_tui.postgres.fit.finding import Finding, unfit, unknown
from drill_tui.postgres.fit.known import EXACT_VERSION, PRELOADED, image_for, package_of
from drill_tui.postgres.fit.need import Extension, Need
from drill_tui.postgres.fit.offer import Offer

_NUMBERS = re.compile(r"\d+")


def installed(need: Need, offer: Offer) -> Iterable[Finding]:
    """Every extension is there, in a version that is not older than the source's."""
    if offer.extensions is None:
        if special := [name for name in need.extension_names if name != "plpgsql"]:
            sentence = f"whether {offer.name} has {', '.join(special)} is not known"
            yield unknown("extensions", sentence, offer.remedy)
        return
    missing = [e.name for e in need.extensions if e.name not in offer.extensions]
    if missing:
        names = ", ".join(missing)
        yield unfit(
            "extensions", f"{offer.name} lacks {_count(missing)} {names}", _how_to_get(missing, need, offer)
        )
    for extension in need.extensions:
        versions = offer.extensions.get(extension.name)
        if versions and extension.version:
            yield from _version(extension, versions, need, offer)


def preloaded(need: Need, offer: Offer) -> Iterable[Finding]:
    """What must be preloaded is; servers of ours preload it by themselves, inert."""
    wanted = libraries_to_preload(need)
    if not wanted:
        return
    if offer.preloaded is None:
        names = ", ".join(wanted)
        sentence = f"{names} is preloaded, and no background worker of it can start"
        yield Finding("preload", "note", sentence)
        return
    for library in wanted:
        if library not in offer.preloaded:
            yield unfit(
                "preload",
                f"{offer.name} does not preload {library}, which its extension needs",
                f"Add {library} to shared_preload_libraries on the target and restart it.",
            )


def languages(need: Need, offer: Offer) -> Iterable[Finding]:
    """A procedural language comes with the extension of its name."""
    if offer.extensions is None:
        return
    for name in need.languages:
        if name not in offer.extensions:
            yield unfit(
                "languages",
                f"{need.origin} has functions in {name}, and {offer.name} lacks that language",
                f"Install {package_of(name, offer.major)}.",
            )


def libraries_to_preload(need: Need) -> tuple[str, ...]:
    """Libraries without which CREATE EXTENSION of something needed is refused, sorted."""
    return tuple(sorted({PRELOADED[name] for name in need.extension_names if name in PRELOADED}))


def _version(extension: Extension, versions: tuple[str, ...], need: Need, offer: Offer) -> Iterable[Finding]:
    """An archive names no version, so the target installs its default one."""
    default, name = versions[0], extension.name
    if default == extension.version:
        return
    package = package_of(name, offer.major)
    if name in EXACT_VERSION:
        yield unfit(
            "extensions",
            f"{name} is {extension.version} in {need.origin} and {default} in {offer.name}, and its dump can "
            "be restored only into the same version",
            f"Install {name} {extension.version} for the target ({package}).",
        )
    elif _series(default) < _series(extension.version):
        yield unfit(
            "extensions",
            f"{name} is {extension.version} in {need.origin} and only {default} in {offer.name}, which may "
            "lack what the backup uses",
            f"Install {name} {extension.version} or newer for the target ({package}).",
        )
    else:
        sentence = f"{name} is {extension.version} in {need.origin} and {default} in {offer.name}"
        yield Finding("extensions", "note", sentence)


def _series(version: str) -> tuple[int, ...]:
    """The first two numbers of a version: later ones are minor releases with the same objects."""
    return tuple(int(part[:9]) for part in _NUMBERS.findall(version)[:2])


def _count(names: list[str]) -> str:
    return "the extension" if len(names) == 1 else f"{len(names)} extensions:"


def _how_to_get(missing: list[str], need: Need, offer: Offer) -> str:
    major = need.major or offer.major
    if offer.target == "compose":
        image = image_for(need.extension_names, major)
        if image is None:
            return f"Build an image with {', '.join(missing)} and name it: DRILL_POSTGRES_IMAGE."
        return f"Set DRILL_POSTGRES_IMAGE={image}."
    packages = dict.fromkeys(package_of(name, major if offer.embedded else offer.major) for name in missing)
    if offer.is_of_others:
        return f"Install {', '.join(packages)} on the target's machine."
    image = image_for(need.extension_names, major)
    or_image = f", or use --param target=compose with DRILL_POSTGRES_IMAGE={image}" if image else ""
    return f"Install {', '.join(packages)}{or_image}."
