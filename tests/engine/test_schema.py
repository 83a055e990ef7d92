"""The published schema of the journal is the one that the code writes."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from drill_tui.engine.record.schema import event_schema, schema_text
from tests.engine.rig import Rig
from tests.engine.test_two_faces import CLEANUP, HEAD, STEPS

PUBLISHED = Path(__file__).parents[2] / "docs" / "schemas" / "event.schema.json"


def test_the_published_schema_is_fresh() -> None:
    fresh = schema_text(event_schema())
    assert PUBLISHED.read_text("utf-8") == fresh, "stale; run scripts/update_schemas.py"


async def test_a_real_journal_fits_it(tmp_path: Path) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(PUBLISHED.read_text("utf-8")))
    rig = Rig(tmp_path, steps=STEPS, head=HEAD, cleanup=CLEANUP)
    await rig.run()
    lines = [json.loads(line) for line in (rig.run_dir / "events.jsonl").read_text().splitlines()]
    for line in lines:
        validator.validate(line)
    assert len({line["type"] for line in lines}) > 12
    altered = {**lines[1], "data": {**lines[1]["data"], "phase": "elsewhere"}}
    with pytest.raises(jsonschema.ValidationError):
        validator.validate(altered)
