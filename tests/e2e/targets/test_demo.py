"""The demo source: worth drilling, the same every time, gone afterwards."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from drill_tui.demo import by_hand, source
from drill_tui.engine.ports import ActionError, ActionResult
from tests import servers
from tests.action_context import Context, clean_environment

pytestmark = pytest.mark.e2e
NewContext = Callable[..., Context]


def rows_of(result: ActionResult) -> list[str]:
    """Every row of the database as an INSERT, without what versions of pg_dump write differently."""
    env = result.env
    done = subprocess.run(
        [f"{result.outputs['bin_dir']}/pg_dump", "--data-only", "--inserts", "zakops"],
        env={
            "PGHOST": env["DB_HOST"],
            "PGPORT": env["DB_PORT"],
            "PGUSER": env["DB_USER"],
            "PGPASSFILE": env["PGPASSFILE"],
        },
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.replace(" OVERRIDING SYSTEM VALUE", "").splitlines()
    return [line for line in lines if line.startswith("INSERT")]


def row(result: ActionResult, query: str) -> tuple[object, ...] | None:
    env = result.env
    with psycopg.connect(
        host=env["DB_HOST"],
        port=env["DB_PORT"],
        user=env["DB_USER"],
        dbname=env["DB_NAME"],
        passfile=env["PGPASSFILE"],
    ) as connection:
        return connection.execute(query.encode()).fetchone()


async def demo_of(context: Context, major: int) -> ActionResult:
    context.environment = {**context.environment, "DRILL_SERVER_BINDIR": str(servers.binaries(major))}
    context.step = "open_source"
    return await source.start_demo(context)


async def test_demo_has_what_a_dump_must_carry(new_context: NewContext) -> None:
    context = new_context(scale="0.05")
    result = await demo_of(context, 15)
    assert result.outputs["kind"] == "demo"
    assert int(result.outputs["size_bytes"]) > 0
    assert "demo" in " ".join(context.logged)
    kinds = row(
        result,
        """SELECT count(*) FILTER (WHERE relkind = 'r' AND NOT relispartition) >= 12,
                  count(*) FILTER (WHERE relkind = 'p') >= 2, count(*) FILTER (WHERE relkind = 'm') = 1,
                  count(*) FILTER (WHERE relkind = 'v') >= 2, count(*) FILTER (WHERE relrowsecurity) = 1
           FROM pg_class WHERE relnamespace IN ('sales'::regnamespace, 'ops'::regnamespace)""",
    )
    assert kinds == (True,) * 5
    assert row(result, "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND NOT convalidated") == (1,)
    assert row(result, "SELECT count(*) > 0 FROM pg_largeobject_metadata") == (True,)
    assert row(result, "SELECT array_agg(DISTINCT amname::text ORDER BY amname::text) FROM pg_class "
               "JOIN pg_am ON pg_am.oid = relam WHERE relkind = 'i' AND relnamespace::regnamespace::text "
               "IN ('sales', 'ops')") == (["brin", "btree", "gin", "gist", "hash"],)  # fmt: skip
    home = Path(result.outputs["data_dir"]).parent
    context.results["open_source"] = result
    again = await source.revive_demo(context)
    assert row(again, "SELECT count(*) > 0 FROM sales.orders") == (True,)
    await source.stop_demo(context, again.outputs)
    assert not home.exists()


async def test_demo_is_the_same_on_every_version(new_context: NewContext) -> None:
    one = await demo_of(new_context(scale="0.02"), 15)
    other = await demo_of(new_context(scale="0.02"), 18)
    rows = rows_of(one)
    assert len(rows) > 1_000
    assert rows == rows_of(other)


async def test_demo_by_hand_says_how_to_connect_and_goes() -> None:
    said: list[str] = []
    homes: list[Path] = []

    async def look() -> None:
        env = dict(line.removeprefix("export ").split("=", 1) for line in said if line.startswith("export "))
        homes.append(Path(env["DB_HOST"]).parent)
        assert row(ActionResult(env=env), "SELECT count(*) > 0 FROM sales.customers") == (True,)

    await by_hand.serve(clean_environment(), said.append, look, scale="0.01")
    assert homes
    assert not homes[0].exists()


@pytest.mark.parametrize("scale", ["0", "-1", "many", "nan", "1e9"])
async def test_wrong_scale_is_refused_before_anything_is_made(new_context: NewContext, scale: str) -> None:
    context = new_context(scale=scale)
    with pytest.raises(ActionError, match="DRILL_DEMO_SCALE"):
        await source.start_demo(context)
    assert not context.claims
