"""Actions that debriefs agreed on, over all drills: which are open, and who says that one is done.

They lie in the reports; what is done lies beside the incidents, so that no report is ever written again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from drill_tui.programme.incident import IncidentError, stamp
from drill_tui.programme.shelf import PastDrill
from drill_tui.sinks.atomic import write_atomically

DONE_NAME: Final = "actions_done.json"


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Done(Part):
    at: str
    by: str
    note: str = ""


class AgreedAction(Part):
    """`id` is `<run id>#<number>`."""

    id: str
    run_id: str
    runbook: str
    what: str
    owner: str
    until: date
    done: Done | None = None

    def overdue(self, now: float) -> bool:
        return self.done is None and self.until < datetime.fromtimestamp(now, UTC).date()


def agreed_actions(drills: Iterable[PastDrill], folder: Path) -> list[AgreedAction]:
    """All of them, those with the nearest date first.  `folder` is that of the incidents.

    Raises IncidentError where what is done cannot be read.
    """
    done = _read_done(folder / DONE_NAME)
    found = [
        AgreedAction(
            id=(name := f"{drill.run_id}#{number}"),
            run_id=drill.run_id,
            runbook=drill.runbook,
            what=action.what,
            owner=action.owner,
            until=action.until,
            done=done.get(name),
        )
        for drill in drills
        for number, action in enumerate(drill.agreed, start=1)
    ]
    return sorted(found, key=lambda action: (action.until, action.id))


def say_done(actions: Iterable[AgreedAction], name: str, done: Done, folder: Path) -> AgreedAction:
    """Keep that an action is done; `name` is its id or a part that fits one open action.

    Raises IncidentError for a name that fits none or several, and OSError.
    """
    fitting = [action for action in actions if action.done is None and name in action.id]
    if len(fitting) != 1:
        fits = f"fits {len(fitting)} open actions" if fitting else "fits no open action"
        raise IncidentError(f"{name!r} {fits}; `drill-tui incident actions` names them")
    kept = {**_read_done(folder / DONE_NAME), fitting[0].id: done}
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({name: one.model_dump(mode="json") for name, one in kept.items()}, indent=2)
    write_atomically(folder / DONE_NAME, text + "\n")
    return fitting[0].model_copy(update={"done": done})


def done_now(by: str, note: str, now: float) -> Done:
    return Done(at=stamp(now), by=by, note=note)


def _read_done(path: Path) -> dict[str, Done]:
    try:
        held = json.loads(path.read_bytes())
        return {str(name): Done.model_validate(one) for name, one in dict(held).items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, ValidationError) as error:
        why = str(error).splitlines()[0]
        raise IncidentError(f"{path} cannot be read: {why}. Mend it, or move it away.") from None
