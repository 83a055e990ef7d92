"""A shop that is written to all the time, its dumps with their witnesses, and what a drill makes of them."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.corpus.scripts import Ran, run_script
from tests.e2e.drill.running import clean_environment, drill_tui, wait_until
from tests.servers import Server

SCHEMA = (
    "CREATE ROLE shop_owner",
    "CREATE ROLE shop_reader",
    "CREATE TYPE mood AS ENUM ('glad', 'sad')",
    "CREATE TABLE customer (id bigserial PRIMARY KEY, name varchar(80) NOT NULL, mood mood DEFAULT 'glad')",
    "CREATE TABLE purchase (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " customer_id bigint NOT NULL REFERENCES customer, amount numeric(10, 2), at timestamptz DEFAULT now())",
    "CREATE INDEX purchase_big ON purchase (customer_id) WHERE amount > 100",
    "CREATE INDEX customer_few ON customer (name) WHERE name IN ('a', 'b')",
    "CREATE TABLE event (id bigserial, at date NOT NULL, note text) PARTITION BY RANGE (at)",
    "CREATE TABLE event_old PARTITION OF event FOR VALUES FROM ('2020-01-01') TO ('2025-01-01')",
    "CREATE TABLE event_new PARTITION OF event FOR VALUES FROM ('2025-01-01') TO ('2099-01-01')",
    "CREATE UNLOGGED TABLE basket (id bigserial PRIMARY KEY, note text)",
    "CREATE VIEW spender AS SELECT customer_id, sum(amount) FROM purchase GROUP BY 1",
    "INSERT INTO customer (name) SELECT 'customer ' || i FROM generate_series(1, 2000) i",
    "INSERT INTO purchase (customer_id, amount)"
    " SELECT 1 + i % 2000, i / 7.0 FROM generate_series(1, 20000) i",
    "INSERT INTO event (at, note) SELECT date '2024-06-01' + i % 400, E'a\\tb\\\\ ' || i"
    " FROM generate_series(1, 5000) i",
    "INSERT INTO basket (note) SELECT 'b' || i FROM generate_series(1, 100) i",
    "CREATE MATERIALIZED VIEW best AS SELECT customer_id FROM purchase WHERE amount > 2000",
    "SELECT lo_from_bytea(4711, 'large'), lo_from_bytea(4712, 'larger')",
    "ALTER LARGE OBJECT 4711 OWNER TO shop_owner",
    "ALTER TABLE purchase OWNER TO shop_owner",
    "GRANT SELECT ON customer TO shop_reader",
    "COMMENT ON TABLE customer IS 'who buys'",
    "ALTER TABLE customer ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY glad ON customer FOR SELECT TO shop_reader USING (mood = 'glad')",
)


@contextmanager
def writing(server: Server) -> Iterator[Mapping[str, int]]:
    """Rows are added, changed and deleted, and sequences drawn from, one short transaction after another."""
    done, stop = {"writes": 0}, threading.Event()

    def write() -> None:
        with server.connect("shop") as connection:
            while not stop.is_set():
                connection.execute("INSERT INTO customer (name) VALUES ('new')")
                connection.execute(
                    "INSERT INTO purchase (customer_id, amount) SELECT max(id), 5 FROM customer"
                )
                connection.execute("UPDATE purchase SET amount = amount + 1 WHERE id % 500 = 0")
                connection.execute("DELETE FROM event WHERE id = (SELECT min(id) FROM event)")
                connection.execute("INSERT INTO event (at, note) VALUES ('2026-01-01', 'x')")
                done["writes"] += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        wait_until(lambda: done["writes"] > 3, "the first writes")
        yield done
    finally:
        stop.set()
        writer.join()


def libpq_only(server: Server, dbname: str = "shop") -> dict[str, str]:
    return clean_environment({k: v for k, v in server.libpq(dbname).items() if k.startswith("PG")})


def witness(
    server: Server, *arguments: str | Path, env: Mapping[str, str] = {}
) -> subprocess.CompletedProcess[str]:
    """`drill-tui witness ARGUMENTS` as somebody who has only libpq's variables set."""
    return drill_tui("witness", *map(str, arguments), env={**libpq_only(server), **env})


def restore(target: Server, dump: Path, database: str) -> Ran:
    target.drop_database(database)
    return run_script("restore", target.environment(database), "--input", dump, "--jobs", "2")


def verify(target: Server, database: str, *arguments: str | Path) -> Ran:
    return run_script("verify", target.environment(database), "--jobs", "2", *arguments)


def broken_pg_dump(folder: Path, server: Server, edit: str) -> Path:
    """A pg_dump whose file is wrong: `edit` is a program for sed over the plain script that it wrote."""
    program = folder / "pg_dump"
    program.write_text(
        f'#!/bin/sh\n"{server.bin_dir}/pg_dump" "$@" || exit\n'
        'for file; do case "$file" in --file=*) '
        f"sed -i '{edit}' \"${{file#--file=}}\";; esac; done\n"
    )
    program.chmod(0o755)
    return program
