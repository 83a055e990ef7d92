"""`drill-tui incident …` and `drill-tui freeze`."""

from __future__ import annotations

import getpass
import json
import os
import sys
import time
from functools import partial
from pathlib import Path

from drill_tui.cli.exits import Exit, UserError, complain
from drill_tui.cli.places import find_places
from drill_tui.programme.agreed_actions import AgreedAction, agreed_actions, done_now, say_done
from drill_tui.programme.freeze import FROZEN, NOT_FROZEN, what_freezes
from drill_tui.programme.incident import Freeze, Incident, IncidentError, acknowledged, resolved, what_failed
from drill_tui.programme.incident_store import IncidentStore, incidents_of
from drill_tui.programme.incident_text import to_markdown
from drill_tui.programme.shelf import read_shelf
from drill_tui.programme.tables import print_agreed, print_incidents


def list_incidents(as_json: bool, every: bool, project: Path | None, artifacts: Path | None) -> Exit:
    """Print them.  ERROR when a file cannot be read; the others are printed all the same."""
    store = _store(project, artifacts)
    found = store.read()
    shown = [i for i in found.sound if every or i.state != "resolved"]
    if as_json:
        sys.stdout.write(json.dumps([i.model_dump(mode="json") for i in shown], indent=2) + "\n")
    elif shown or not found.broken:
        print_incidents(shown, sys.stdout, resolved=len(found.sound) - len(shown))
        print_agreed(_agreed(store), sys.stdout, time.time())
    for problem in found.broken:
        complain(problem)
    return Exit.ERROR if found.broken else Exit.PASSED


def list_actions(as_json: bool, every: bool, project: Path | None, artifacts: Path | None) -> Exit:
    """Print what debriefs agreed on and nobody has done yet.  Raises UserError where that cannot be read."""
    actions = [a for a in _agreed(_store(project, artifacts)) if every or a.done is None]
    if as_json:
        sys.stdout.write(json.dumps([a.model_dump(mode="json") for a in actions], indent=2) + "\n")
    elif actions:
        print_agreed(actions, sys.stdout, time.time(), done=every)
    else:
        sys.stdout.write("No open action.\n")
    return Exit.PASSED


def finish_action(name: str, by: str | None, note: str, project: Path | None, artifacts: Path | None) -> Exit:
    """Raises UserError for a name that fits no open action, or several."""
    store = _store(project, artifacts)
    try:
        done = say_done(_agreed(store), name, done_now(by or _login(), note, time.time()), store.folder)
    except IncidentError as error:
        raise UserError(str(error)) from None
    sys.stdout.write(f"{done.id}: done by {by or _login()}\n")
    return Exit.PASSED


def _agreed(store: IncidentStore) -> list[AgreedAction]:
    try:
        return agreed_actions(read_shelf(store.folder.parent).drills, store.folder)
    except IncidentError as error:
        raise UserError(str(error), code=Exit.ERROR) from None


def show_incident(name: str, as_json: bool, project: Path | None, artifacts: Path | None) -> Exit:
    """Raises UserError for a name that fits no incident."""
    incident = _find(_store(project, artifacts), name)
    sys.stdout.write(incident.model_dump_json(indent=2) + "\n" if as_json else to_markdown(incident))
    return Exit.PASSED


def change_incident(
    how: str,
    name: str,
    by: str | None,
    note: str,
    project: Path | None,
    artifacts: Path | None,
    *,
    drill: str = "",
) -> Exit:
    """`how` is ack or resolve; `drill` is the command that drills anew, where that is not `--auto`.

    Raises UserError when the incident cannot be changed that way.
    """
    store = _store(project, artifacts)
    change = acknowledged if how == "ack" else resolved
    who = by or _login()
    before = _find(store, name)
    try:
        incident = store.change(before.id, partial(change, by=who, note=note, now=time.time()))
    except IncidentError as error:
        raise UserError(str(error), code=Exit.FAILED) from None
    earlier = [act for act in incident.acts[:-1] if act.what == "acknowledged"]
    too = (
        f" (acknowledged by {earlier[-1].by} at {earlier[-1].at} before)" if earlier and how == "ack" else ""
    )
    sys.stdout.write(f"{incident.id}: {incident.state} by {who}{too}\n")
    if incident.freezes:
        sys.stdout.write(
            "Production stays frozen. When the cause is mended: "
            f"{drill or f'drill-tui --auto --runbook {incident.runbook}{incident.options}'}\n"
        )
    return Exit.PASSED


def check_freeze(as_json: bool, project: Path | None, artifacts: Path | None) -> Exit:
    """FAILED while an incident freezes production; an unreadable incident freezes too."""
    reasons = what_freezes(_store(project, artifacts)).reasons
    say_freeze(reasons, as_json)
    return Exit.FAILED if reasons else Exit.PASSED


def tell_freeze(as_json: bool, project: Path | None, artifacts: Path | None) -> Exit:
    """The same for people, with what lifts it: PASSED also while it holds, ERROR where one is unreadable."""
    found = what_freezes(_store(project, artifacts))
    say_freeze(found.reasons, as_json)
    if not as_json:
        drills = {f"--runbook {i.runbook}{i.options}": what_failed(i) for i in found.incidents}
        for options, drill in drills.items():
            sys.stdout.write(f"When the cause is mended, a passing drill of {drill} lifts it:\n")
            sys.stdout.write(f"  drill-tui --auto {options}\n")
    return Exit.ERROR if found.unreadable else Exit.PASSED


def say_freeze(reasons: tuple[str, ...], as_json: bool) -> None:
    """Print whether production may be changed; without a reason it may."""
    if as_json:
        freeze = Freeze(frozen=bool(reasons), reasons=reasons)
        sys.stdout.write(freeze.model_dump_json(indent=2) + "\n")
    elif reasons:
        sys.stdout.write(f"{FROZEN}\n")
        sys.stdout.writelines(f"  {reason}\n" for reason in reasons)
    else:
        sys.stdout.write(f"{NOT_FROZEN}\n")


def _login() -> str:
    """A user id without a name is a name too: containers have such."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def _store(project: Path | None, artifacts: Path | None) -> IncidentStore:
    return incidents_of(find_places(project, artifacts).artifacts_dir)


def _find(store: IncidentStore, name: str) -> Incident:
    try:
        return store.find(name)
    except IncidentError as error:
        raise UserError(str(error)) from None
