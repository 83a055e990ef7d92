"""The chain of drills: the first line of each journal names the journals before it, so a removed one shows.

A drill follows every journal of its folder that no other follows to its end, as a commit follows its
parents: two drills at once both follow the same ones, and the next drill follows both.  A journal is named by
the hash of its beginning up to then, because `clean` and `resume` may add to it; the next drill then follows
it again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from drill_tui.engine.record.earlier import FollowedDrill
from drill_tui.engine.record.left_files import file_sha256
from drill_tui.engine.record.vocabulary import JOURNAL_NAME
from drill_tui.evidence.finding import Finding
from drill_tui.evidence.tombstone import Tombstone, read_tombstones
from drill_tui.sinks.words import counted

MOST: Final = 100
"""How many runs a new drill looks back at: each drill follows what was open before it."""
AT_ONCE_S: Final = 60.0
"""Drills that start within this time may not have seen each other."""
MOST_LINE_BYTES: Final = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Link:
    """One run's place in the chain, by the first line of its journal."""

    run: str
    path: Path
    at: float
    size_bytes: int
    follows: tuple[FollowedDrill, ...]
    aware: bool
    """Whether the drill-tui that made it knew of the chain."""


def follows_now(artifacts_dir: Path) -> tuple[FollowedDrill, ...]:
    """What a drill that starts now follows; the first drill of a folder follows nothing."""
    links = [link for path in journals(artifacts_dir)[-MOST:] if (link := _link(path))]
    covered = _covered(links)
    found = []
    for link in links:
        if covered.get(link.run, 0) < link.size_bytes and (named := _named(link)) is not None:
            found += [named] if named.size_bytes > covered.get(link.run, 0) else []
    return tuple(found)


def chain(artifacts_dir: Path) -> Iterator[Finding]:
    """Every link, every run that nothing follows and should, every run without its report."""
    paths = journals(artifacts_dir)
    links = links_of(artifacts_dir)
    for path in paths:
        if path.parent.name not in links:
            yield Finding(path.parent.name, False, "its journal cannot be read: no chain goes through it")
    pruned, unreadable = read_tombstones(artifacts_dir)
    yield from (Finding(name, False, why) for name, why in unreadable.items())
    broken = list(_broken(links, pruned))
    yield from broken
    if not broken:
        yield from _strangers(links, pruned)
    yield from _without_report(links, artifacts_dir)
    gone = [stone for stone in pruned.values() if stone.run not in links]
    yield from (Finding(s.run, None, s.sentence()) for s in sorted(gone, key=lambda s: s.run))
    before = sum(not link.aware for link in links.values())
    if before:
        yield Finding(
            "before the chain",
            None,
            f"{counted(before, 'drill')} of an older drill-tui without a link to others",
        )
    yield _summary(links, broken)


def links_of(artifacts_dir: Path) -> dict[str, Link]:
    """Every run's link by its run; a journal that cannot be read has none."""
    return {link.run: link for path in journals(artifacts_dir) if (link := _link(path))}


def journals(artifacts_dir: Path) -> list[Path]:
    """The journals of a folder, by the time in their run's name."""
    found = artifacts_dir.glob(f"*/{JOURNAL_NAME}")
    return sorted(found, key=lambda path: (path.parent.name.split("_")[-2:], path.parent.name))


def _broken(links: Mapping[str, Link], pruned: Mapping[str, Tombstone]) -> Iterator[Finding]:
    known: dict[tuple[str, int], str] = {}
    gone = [stone for stone in pruned.values() if stone.run not in links]
    followers: list[Link | Tombstone] = [*links.values(), *gone]
    for follower in followers:
        for named in follower.follows:
            problem = _problem(named, links, pruned, known)
            if problem:
                yield Finding(named.run, False, f"{problem}; {follower.run} follows it")


def _problem(
    named: FollowedDrill,
    links: Mapping[str, Link],
    pruned: Mapping[str, Tombstone],
    known: dict[tuple[str, int], str],
) -> str:
    link = links.get(named.run)
    if link is None:
        stone = pruned.get(named.run)
        if stone is None:
            return "is not here: it was removed, or is in another folder"
        return "" if stone.knows(named) else "was pruned, but its record names another journal"
    if link.size_bytes < named.size_bytes:
        return f"was cut: its journal had {named.size_bytes:,} bytes and has {link.size_bytes:,}"
    place = named.run, named.size_bytes
    if place not in known:
        known[place] = file_sha256(link.path, named.size_bytes)
    return "" if known[place] == named.sha256 else "was changed after another drill had followed it"


def _strangers(links: Mapping[str, Link], pruned: Mapping[str, Tombstone]) -> Iterator[Finding]:
    """Runs that a later drill would have followed, had they been here then."""
    aware = [link.at for link in links.values() if link.aware]
    followed = {named.run for link in links.values() for named in link.follows}
    followed |= {named.run for stone in pruned.values() for named in stone.follows}
    if not aware:
        return
    for link in links.values():
        later = max(aware) > link.at + AT_ONCE_S
        since_the_chain = link.aware or link.at > min(aware)
        if link.run not in followed and later and since_the_chain:
            says = "no later drill follows it: it came here afterwards, or was put between them"
            yield Finding(link.run, False, says)


def _without_report(links: Mapping[str, Link], artifacts_dir: Path) -> Iterator[Finding]:
    """Of runs that ended; one that was cut off is `clean`'s to end."""
    told = _runs_with_report(artifacts_dir)
    for link in links.values():
        if link.run not in told and _has_ended(link.path):
            yield Finding(link.run, False, f"has no report; `drill-tui clean {link.run}` writes it again")


def _runs_with_report(artifacts_dir: Path) -> set[str]:
    found = set()
    for path in artifacts_dir.glob("restore_drill_*.json"):
        try:
            found.add(str(json.loads(path.read_bytes())["run_id"]))
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            continue
    return found


def _has_ended(path: Path) -> bool:
    """By its last megabyte: the last line names every file of the run."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 1024 * 1024))
        return b'"type":"drill.ended"' in file.read()


def _summary(links: Mapping[str, Link], broken: list[Finding]) -> Finding:
    aware = [link for link in links.values() if link.aware]
    if not aware:
        return Finding("the chain", None, "has not begun: no drill here follows another")
    heads = [link.run for link in aware if link.run not in {n.run for k in aware for n in k.follows}]
    ends = ", ".join(heads)
    if broken:
        places = counted(len(broken), "place")
        return Finding("the chain", False, f"of {counted(len(aware), 'journal')} is broken in {places}")
    return Finding("the chain", True, f"of {counted(len(aware), 'journal')} holds; none follows {ends} yet")


def _covered(links: list[Link]) -> dict[str, int]:
    covered: dict[str, int] = {}
    for link in links:
        for named in link.follows:
            covered[named.run] = max(covered.get(named.run, 0), named.size_bytes)
    return covered


def _named(link: Link) -> FollowedDrill | None:
    """The journal up to its last whole line: a drill that runs now writes more, a torn line is dropped."""
    try:
        text = link.path.read_bytes()
    except OSError:
        return None
    whole = text[: text.rfind(b"\n") + 1]
    return FollowedDrill(run=link.run, size_bytes=len(whole), sha256=sha256(whole).hexdigest())


def _link(path: Path) -> Link | None:
    try:
        with path.open("rb") as file:
            data: dict[str, Any] = json.loads(file.readline(MOST_LINE_BYTES))
        started = data["data"]
        follows = tuple(FollowedDrill(**named) for named in started.get("follows", ()))
        return Link(
            run=path.parent.name,
            path=path,
            at=datetime.fromisoformat(data["ts"]).timestamp(),
            size_bytes=path.stat().st_size,
            follows=tuple(n for n in follows if isinstance(n.run, str) and isinstance(n.size_bytes, int)),
            aware="follows" in started,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
