"""What is known about extensions beforehand: which must be preloaded, and where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PRELOADED: Final[Mapping[str, str]] = {
    "citus": "citus",
    "pg_cron": "pg_cron",
    "pgaudit": "pgaudit",
    "timescaledb": "timescaledb",
}
"""Extensions that CREATE EXTENSION refuses unless their library is in shared_preload_libraries, and the
library.  Sources: pg_cron's README, "can only be loaded via shared_preload_libraries"; the same check in the
`_PG_init` of the others."""

EXACT_VERSION: Final = frozenset({"timescaledb"})
"""Extensions whose dump comes back only on the same version (TimescaleDB's manual, "Logical backup")."""

_CONTRIB: Final = """
adminpack amcheck autoinc bloom btree_gin btree_gist citext cube dblink dict_int dict_xsyn
earthdistance file_fdw fuzzystrmatch hstore insert_username intagg intarray isn lo ltree moddatetime
old_snapshot pageinspect pg_buffercache pg_freespacemap pg_logicalinspect pg_prewarm
pg_stat_statements pg_surgery pg_trgm pg_visibility pg_walinspect pgcrypto pgrowlocks pgstattuple
postgres_fdw refint seg sslinfo tablefunc tcn tsm_system_rows tsm_system_time unaccent uuid-ossp xml2
"""
CONTRIB: Final = frozenset(_CONTRIB.split())
"""Extensions of PostgreSQL's own sources (manual, appendix F), which Debian's server package brings."""

_PACKAGES: Final[Mapping[str, str]] = {
    "hll": "hll",
    "pg_cron": "cron",
    "pg_partman": "partman",
    "pg_repack": "repack",
    "pg_squeeze": "squeeze",
    "pgrouting": "pgrouting",
    "postgis": "postgis-3",
    "postgis_raster": "postgis-3",
    "postgis_sfcgal": "postgis-3",
    "postgis_tiger_geocoder": "postgis-3",
    "postgis_topology": "postgis-3",
    "timescaledb": "timescaledb",
    "vector": "pgvector",
}
_LANGUAGES: Final[Mapping[str, str]] = {
    "plperl": "plperl",
    "plperlu": "plperl",
    "plpython3u": "plpython3",
    "pltcl": "pltcl",
    "pltclu": "pltcl",
}
_IMAGES: Final[Mapping[str, str]] = {
    "vector": "pgvector/pgvector:pg{major}",
    "postgis": "postgis/postgis:{major}-3.5",
    "postgis_raster": "postgis/postgis:{major}-3.5",
    "postgis_topology": "postgis/postgis:{major}-3.5",
    "postgis_tiger_geocoder": "postgis/postgis:{major}-3.5",
    "timescaledb": "timescale/timescaledb-ha:pg{major}",
}
"""Debian-based images on Docker Hub that hold an extension which the official image lacks."""


def package_of(extension: str, major: int) -> str:
    """The Debian or PGDG package that brings an extension for a major version, by the archive's own rule."""
    if extension in CONTRIB:
        return f"postgresql-{major}"
    if extension in _LANGUAGES:
        return f"postgresql-{_LANGUAGES[extension]}-{major}"
    return f"postgresql-{major}-{_PACKAGES.get(extension, extension.replace('_', '-'))}"


def image_for(extensions: tuple[str, ...], major: int) -> str | None:
    """An image that holds all of the extensions; None where no image is known to hold every one."""
    special = {name for name in extensions if name not in CONTRIB and name != "plpgsql"}
    if not special:
        return f"postgres:{major}"
    images = {_IMAGES.get(name) for name in special}
    found = images.pop() if len(images) == 1 else None
    return found.format(major=major) if found else None
