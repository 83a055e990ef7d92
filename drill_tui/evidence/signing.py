"""Signs a drill's report where a key was made or named for it; without one nothing changes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from drill_tui.engine.text.os_words import os_words
from drill_tui.evidence.keys import VARIABLE, KeyFileError, configured_key
from drill_tui.sinks.atomic import write_atomically

if TYPE_CHECKING:
    from drill_tui.verdict.report import Report

SUFFIX: Final = ".intoto.jsonl"
"""Of an envelope in one line: the name that in-toto's own bundles have."""


class SigningError(Exception):
    """A report that was to be signed and could not be: why, and what to do."""


def signature_path(report_path: Path) -> Path:
    return report_path.with_suffix(SUFFIX)


def sign_report(
    report: Report, report_path: Path, run_dir: Path, environment: Mapping[str, str]
) -> Path | None:
    """The signature beside the report; None for training, and where no key was asked for.

    Raises SigningError.
    """
    key = configured_key(environment)
    if key is None or report.training:
        return None
    from drill_tui.evidence.envelope import signed
    from drill_tui.evidence.signer import load_signer
    from drill_tui.evidence.statement import payload, statement

    try:
        signer, public = load_signer(key)
        made = statement(report, report_path, run_dir, public.name)
        text = json.dumps(signed(payload(made), signer)) + "\n"
        return write_atomically(signature_path(report_path), text)
    except (KeyFileError, OSError) as error:
        raise SigningError(
            f"the report could not be signed ({os_words(error)}); {VARIABLE} names the key, or `none`"
        ) from None
