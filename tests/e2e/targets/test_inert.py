"""What could act on the outside is named, and is shown to be still."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drill_tui.targets import actions, inert
from tests.action_context import Context
from tests.e2e.targets.test_local import connect

pytestmark = pytest.mark.e2e


async def test_everything_that_could_act_is_named_and_none_of_it_acts(
    new_context: Callable[..., Context],
) -> None:
    context = new_context(kind="local", profile="fast", target="start_target", database="postgres")
    result = await actions.start(context)
    context.results["start_target"] = result
    assert "Nothing" in (await inert.report(context)).outputs["inert"]
    with connect(result) as connection:
        connection.execute(
            "CREATE SUBSCRIPTION from_production CONNECTION 'host=db.example.test password=canary-secret'"
            " PUBLICATION everything WITH (connect = false, slot_name = NONE)"
        )
        connection.execute("ALTER SUBSCRIPTION from_production SET (slot_name = 'a_slot')")
        connection.execute("ALTER SUBSCRIPTION from_production ENABLE")
        connection.execute("CREATE EXTENSION postgres_fdw")
        connection.execute("CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw")
        connection.execute("CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'")
        connection.execute("CREATE EVENT TRIGGER watcher ON ddl_command_end EXECUTE FUNCTION watch()")

    report = (await inert.report(context)).outputs

    assert report["actors"] == "4"
    for name in ("from_production", "elsewhere", "postgres_fdw", "watcher"):
        assert name in report["inert"]
    assert "starts no logical replication worker" in report["inert"]
    assert "canary-secret" not in report["inert"] + "".join(context.logged)
    with connect(result) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'logical replication%'"
        ).fetchone()
        assert row == (0,)
        connection.execute("DROP EVENT TRIGGER watcher")
        connection.execute("ALTER SUBSCRIPTION from_production DISABLE")
