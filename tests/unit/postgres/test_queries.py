"""Every statement that the code names is a file of its room."""

from __future__ import annotations

import re
from pathlib import Path

from drill_tui.postgres.client.catalog import query

PACKAGE = Path(query.__wrapped__.__code__.co_filename).parents[1]
NAMED = re.compile(r'(?<!`)(?:query(?:_text)?|_first)\((?:connection, )?"([a-z_/]+)"')


def test_every_named_statement_is_there() -> None:
    named = {name for source in PACKAGE.rglob("*.py") for name in NAMED.findall(source.read_text("utf-8"))}
    assert {"verify/database", "probe/size", "backup/snapshot"} <= named
    files = {f"{path.parents[1].name}/{path.stem}" for path in PACKAGE.rglob("queries/*.sql")}
    assert named - files == set()
