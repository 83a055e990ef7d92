"""A runbook with something changed in it, as text: the journal keeps what was run."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from ruamel.yaml import YAML

from drill_tui.runbook.load import LoadedRunbook, parse_text
from drill_tui.runbook.settings import with_objectives

LINE_CHARS: Final = 4096


def rewritten(loaded: LoadedRunbook, change: Callable[[Any], None]) -> LoadedRunbook:
    """`change` gets the document, and changes it in place; comments and quotes stay.

    Raises RunbookError where that is no runbook any more.
    """
    yaml = YAML(typ="rt")
    yaml.width = LINE_CHARS
    yaml.preserve_quotes = True
    data: Any = yaml.load(loaded.text)
    change(data)
    out = io.StringIO()
    yaml.dump(data, out)
    text = out.getvalue()
    return replace(
        loaded,
        runbook=with_objectives(parse_text(text, str(loaded.path)), loaded.objectives),
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )
