"""What a server of ours is given beyond its profile, so that it fits: locks, and libraries held still."""

from __future__ import annotations

from drill_tui.postgres.fit.extensions import libraries_to_preload
from drill_tui.postgres.fit.locks import locks_per_transaction
from drill_tui.postgres.fit.need import Need


def settings_of(need: Need, database: str) -> dict[str, str]:
    """Server settings for a need; `database` is the one to be restored.

    A preloaded library could start background workers, such as pg_cron's launcher.  Without a single worker
    slot none is ever registered (manual 20.4, `max_worker_processes`), so its tables come back and nothing
    runs; parallel queries and index builds do without helpers then.
    """
    found = {
        "max_locks_per_transaction": str(locks_per_transaction(need.relations, need.locks_per_transaction))
    }
    libraries = libraries_to_preload(need)
    if libraries:
        found |= {"shared_preload_libraries": ",".join(libraries), "max_worker_processes": "0"}
    if "pg_cron" in libraries:
        found["cron.database_name"] = database
    return found
