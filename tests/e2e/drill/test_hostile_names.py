"""Names that would drive a terminal, break a line or end a quotation: they come back, and only as data."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.drill.running import nothing_left, run_drill
from tests.servers import Server

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("drill_keep")]

HOSTILE = "red\x1b[31m\x07 \"quoted\" 'name'; DROP\nTABLE \\! touch"


def test_a_table_of_a_hostile_name_comes_back_and_moves_no_terminal(
    server: Server, shop: dict[str, str], tmp_path: Path
) -> None:
    name = HOSTILE.replace('"', '""')
    server.sql(
        "shop",
        f'CREATE TABLE "{name}" ("{name}" int PRIMARY KEY)',
        f'INSERT INTO "{name}" VALUES (1)',
        """CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'""",
        f'CREATE EVENT TRIGGER "{name[:50]}" ON ddl_command_end EXECUTE FUNCTION watch()',
    )
    drill = run_drill(tmp_path, env=shop)
    assert drill.code == 0, drill.story()
    assert "red" in drill.report["isolation"]["inert"]
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "target-server.log"]
    told = {path.name: path.read_text(errors="replace") for path in written}
    for place, text in {"stdout": drill.stdout, "stderr": drill.stderr, **told}.items():
        assert "\x1b" not in text, place
        assert "\x07" not in text, place
    nothing_left(drill.run_dir)
