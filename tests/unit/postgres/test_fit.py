"""Need against offer: every kind of thing that can be missing has its sentence and its remedy."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from drill_tui.postgres.cluster.binaries import ServerBinaries
from drill_tui.postgres.fit.comparison import compare
from drill_tui.postgres.fit.from_binaries import (
    inventory_of,
    offer_of_binaries,
    offer_of_inventory,
    versions_of,
)
from drill_tui.postgres.fit.from_script import need_of_script
from drill_tui.postgres.fit.known import image_for, package_of
from drill_tui.postgres.fit.locks import AT_LEAST, locks_per_transaction
from drill_tui.postgres.fit.need import Extension, Need
from drill_tui.postgres.fit.offer import FEATURES, Offer

WHEEL = Offer(
    target="local",
    name="PostgreSQL 18.6, embedded",
    place="/wheel/bin",
    major=18,
    embedded=True,
    extensions={"plpgsql": ("1.0",), "hstore": ("1.8", "1.4"), "vector": ("0.8.1",)},
    features=frozenset(),
    libraries=frozenset({"hstore", "plpgsql"}),
    locales=frozenset({"C", "C.utf8", "de_DE.utf8"}),
)
FULL = replace(
    WHEEL, name="PostgreSQL 15.20, installed", major=15, embedded=False, features=frozenset(FEATURES)
)
SHOP = Need(origin="database shop", major=15)
PREPARED = replace(
    FULL, target="external", name="PostgreSQL 15.20 at copy:5432", preloaded=frozenset(), lock_slots=6_400
)


def test_what_needs_nothing_special_fits_everywhere() -> None:
    need = replace(SHOP, extensions=(Extension("plpgsql", "1.0"),), locales=("C", "C.UTF-8", "de_DE.UTF-8"))
    assert [compare(need, offer).answer for offer in (FULL, WHEEL, PREPARED)] == ["fits"] * 3
    assert compare(need, WHEEL).notes == ("the restore goes up from PostgreSQL 15 to 18",)


@pytest.mark.parametrize(
    ("need", "offer", "says", "do"),
    [
        (replace(SHOP, major=18), FULL, "older than the source's 18", "Install postgresql-18"),
        (
            replace(SHOP, extensions=(Extension("pgcrypto", "1.3"),)),
            WHEEL,
            "PostgreSQL 18.6, embedded lacks the extension pgcrypto",
            "Install postgresql-15, or use --param target=compose with DRILL_POSTGRES_IMAGE=postgres:15.",
        ),
        (
            replace(SHOP, extensions=(Extension("pg_cron", "1.4"), Extension("postgis", "3.3.2"))),
            FULL,
            "lacks 2 extensions: pg_cron, postgis",
            "Install postgresql-15-cron, postgresql-15-postgis-3.",
        ),
        (
            replace(SHOP, extensions=(Extension("hstore", "2.0"),)),
            FULL,
            "hstore is 2.0 in database shop and only 1.8",
            "Install hstore 2.0 or newer",
        ),
        (replace(SHOP, icu=("collation ci",)), WHEEL, "sorts by ICU (collation ci)", "postgresql-15"),
        (replace(SHOP, xml_columns=("public.t.x",)), WHEEL, "holds xml values (public.t.x)", "postgresql-15"),
        (replace(SHOP, lz4_columns=("public.t.x",)), WHEEL, "compression lz4 (public.t.x)", "target=compose"),
        (replace(SHOP, languages=("plperl",)), FULL, "functions in plperl", "Install postgresql-plperl-15."),
        (replace(SHOP, libraries=("$libdir/geo",)), FULL, "no such library", "pg_config --pkglibdir"),
        (replace(SHOP, locales=("fr_FR.UTF-8",)), FULL, "the locale fr_FR.UTF-8", "locale-gen fr_FR.UTF-8"),
        (replace(SHOP, encoding="MULE_INTERNAL"), replace(FULL, major=19), "ended with PostgreSQL 18", "15"),
        (replace(SHOP, relations=20_000), PREPARED, "can hold 6,400 locks", "per_transaction = 800"),
        (SHOP, replace(PREPARED, superuser=False), "is no superuser", "superuser of the throw-away target"),
        (
            replace(SHOP, tablespaces=("fast",)),
            replace(PREPARED, tablespaces=frozenset({"slow"})),
            "the tablespaces fast",
            "CREATE TABLESPACE fast",
        ),
        (
            replace(SHOP, extensions=(Extension("pg_cron", "1.4"),)),
            replace(PREPARED, extensions={"pg_cron": ("1.4",)}),
            "does not preload pg_cron",
            "Add pg_cron to shared_preload_libraries",
        ),
        (
            replace(SHOP, extensions=(Extension("timescaledb", "2.14.2"),)),
            replace(FULL, extensions={"timescaledb": ("2.15.0", "2.14.2")}),
            "only into the same version",
            "Install timescaledb 2.14.2",
        ),
        (SHOP, replace(FULL, obstacle="no engine", remedy="Start it."), "no engine", "Start it."),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_with_its_remedy(need: Need, offer: Offer, says: str, do: str) -> None:
    fit = compare(need, offer)
    assert fit.answer == "unfit"
    assert says in fit.reason
    assert do in fit.remedy


def test_what_nobody_knows_is_unknown_and_never_fits() -> None:
    image = Offer(target="compose", name="image x", place="x", major=0, remedy="docker pull x")
    fit = compare(replace(SHOP, extensions=(Extension("hstore", "1.8"),)), image)
    assert (fit.answer, fit.remedy) == ("unknown", "docker pull x")
    fit = compare(replace(SHOP, libraries=("/opt/geo/geo.so", "$libdir/hstore")), FULL)
    assert (fit.answer, fit.reason) == (
        "unknown",
        "whether PostgreSQL 15.20, installed finds /opt/geo/geo.so is not known",
    )


def test_what_can_be_provided_is_a_note() -> None:
    need = replace(
        SHOP,
        extensions=(Extension("hstore", "1.7"),),
        tablespaces=("fast",),
        remote_views=(('"public"."far"', ("s",)),),
    )
    fit = compare(need, FULL)
    assert fit.answer == "fits"
    assert fit.notes == (
        "hstore is 1.7 in database shop and 1.8 in PostgreSQL 15.20, installed",
        "stand-ins are made for the tablespaces fast",
        '"public"."far" cannot be refreshed here: needs server "s"',
    )


def test_versions_are_what_scripts_lead_to() -> None:
    controls = {"a": "1.2", "b": "2", "odd": "9"}
    scripts = [
        "a--1.0.sql",
        "a--1.0--1.1.sql",
        "a--1.1--1.2.sql",
        "a--7--8.sql",
        "b--2.sql",
        "b--1--2.sql",
        "c--1.sql",
    ]
    assert versions_of(controls, scripts) == {"a": ("1.2", "1.0", "1.1"), "b": ("2",)}


def test_an_image_tells_its_stock_in_lines() -> None:
    said = (
        "version PostgreSQL 16.4 (Debian 16.4-1)\nconfigure '--with-icu' '--with-lz4'\n"
        "control hstore 1.8\nscript hstore--1.8.sql\nlibrary hstore\nlocale en_US.utf8\n"
    )
    offer = offer_of_inventory(inventory_of(said), target="compose", name="image", place="postgres:16")
    assert (offer.major, offer.extensions, offer.features) == (
        16,
        {"hstore": ("1.8",)},
        frozenset({"icu", "lz4"}),
    )
    assert (offer.libraries, offer.locales) == (frozenset({"hstore"}), frozenset({"en_US.utf8"}))


DUMP = """\
-- Dumped from database version 15.4
SET client_encoding = 'LATIN1';
CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA public;
CREATE COLLATION public.ci (provider = icu, deterministic = false, locale = 'und-u-ks-level2');
CREATE COLLATION public.german (provider = libc, locale = 'de_DE.utf8');
CREATE FUNCTION public.f() RETURNS void
    LANGUAGE plpgsql
    AS $$
CREATE EXTENSION IF NOT EXISTS posing;
SET default_tablespace = posing;
$$;
CREATE FUNCTION public.c(integer) RETURNS integer
    LANGUAGE c
    AS '$libdir/geo', 'area';
SET default_tablespace = fast;
CREATE TABLE public.t (
    id integer NOT NULL,
    x xml,
    y text
);
ALTER TABLE ONLY public.t ALTER COLUMN y SET COMPRESSION lz4;
SET default_tablespace = '';
COPY public.t (id, x, y) FROM stdin;
CREATE EXTENSION IF NOT EXISTS posing;
\\.
"""


def test_a_foreign_dump_tells_its_needs_and_its_data_cannot_pose_as_one() -> None:
    need = need_of_script(DUMP.splitlines(keepends=True), "dump x")
    assert (need.major, need.encoding, need.extension_names) == (15, "LATIN1", ("uuid-ossp",))
    assert (need.icu, need.locales) == (("collation public.ci",), ("de_DE.utf8",))
    assert (need.libraries, need.tablespaces) == (("$libdir/geo",), ("fast",))
    assert (need.xml_columns, need.lz4_columns) == (("public.t.x",), ("public.t.y",))
    assert need.unknown


def test_locks_follow_the_source_and_the_number_of_relations() -> None:
    assert locks_per_transaction(10, 0) == AT_LEAST
    assert locks_per_transaction(10, 1024) == 1024
    assert locks_per_transaction(24_000, 64) == 960


def test_packages_and_images_have_the_names_of_their_archives() -> None:
    assert package_of("pgcrypto", 15) == "postgresql-15"
    assert package_of("vector", 16) == "postgresql-16-pgvector"
    assert package_of("plpython3u", 17) == "postgresql-plpython3-17"
    assert package_of("pg_similarity", 15) == "postgresql-15-pg-similarity"
    assert image_for(("plpgsql", "hstore"), 15) == "postgres:15"
    assert image_for(("vector", "hstore"), 15) == "pgvector/pgvector:pg15"
    assert image_for(("vector", "postgis"), 15) is None


def test_a_control_file_may_leave_out_quotes_and_name_another_folder(tmp_path: Path) -> None:
    """As postgresql-15-periods and postgresql-15-pgmp do."""
    share, bin_dir = tmp_path / "share", tmp_path / "bin"
    (share / "extension").mkdir(parents=True)
    (share / "elsewhere").mkdir()
    bin_dir.mkdir()
    (bin_dir / "postgres").write_bytes(b"\x7fELF liblz4.so.1")
    (share / "extension/plain.control").write_text("default_version = 1.2 # the newest\n")
    (share / "extension/plain--1.2.sql").touch()
    (share / "extension/away.control").write_text("default_version '3'\ndirectory = 'elsewhere'\n")
    (share / "elsewhere/away--3.sql").touch()
    offer = offer_of_binaries(ServerBinaries(bin_dir=bin_dir, major=15, version="15.20"))
    assert offer.extensions == {"plain": ("1.2",), "away": ("3",)}
    assert offer.features == frozenset({"lz4"})
