"""Names that all databases share, written by one in another encoding than the database that is witnessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.witness.dumping import restore, verify, witness
from tests.servers import binaries, start_cluster

pytestmark = pytest.mark.e2e


def test_a_role_and_a_setting_of_a_database_in_latin1(tmp_path: Path) -> None:
    with start_cluster(binaries(15)) as source, start_cluster(binaries(15)) as target:
        source.create_database("old", "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
        source.sql("old", 'CREATE ROLE "müller"', "ALTER DATABASE old SET application_name = 'café'")
        source.create_database("shop")
        source.sql("shop", "CREATE TABLE t (a int PRIMARY KEY)", "INSERT INTO t VALUES (1)")
        dump = tmp_path / "shop.dump"
        taken = witness(source, "--", source.bin_dir / "pg_dump", "-Fc", "-f", dump, "shop")
        assert taken.returncode == 0, taken.stderr
        assert restore(target, dump, "shop").code == 0
        assert verify(target, "shop").code == 0
