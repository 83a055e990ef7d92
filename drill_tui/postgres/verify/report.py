"""`verify_<UTC>.json`: what a verification found.  Its JSON Schema is docs/schemas/verify.schema.json."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

FORMAT: Final = "drill-tui.verify"
SCHEMA_VERSION = 1
SOURCE: Final = "source"
Finding = Literal["met", "missed", "unproven"]
Depth = Literal["full", "counts"]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Fault(Part):
    """One thing that is wrong.  Holds names and counts, never a value of a row."""

    subject: str
    """What it is about, as a person would write it: `public.orders`, `INDEX public.orders_pkey`."""
    problem: str


class CriterionFinding(Part):
    id: str
    title: str
    result: Finding
    detail: str
    coverage: str
    """What was looked at and what was not, in sentences."""
    faults: tuple[Fault, ...] = ()
    """The first ones; `fault_count` tells how many there are."""
    fault_count: int = 0
    could_not: tuple[str, ...] = ()
    """Checks that could not run, and why.  One of them is enough for `unproven`."""
    cautions: tuple[str, ...] = ()
    """Worth knowing, and no fault of the backup."""


class TableFinding(Part):
    schema_name: str
    name: str
    expected_rows: int | None
    rows: int | None
    digest_equal: bool | None
    """None where no digest was compared."""


class Target(Part):
    host: str
    port: int
    database: str
    user: str
    server_version: str
    server_version_num: int
    system_identifier: str | None


class BackupRef(Part):
    path: str | None
    backup_id: str | None
    nonce: str | None
    database: str | None
    snapshot_at: datetime | None
    has_manifest: bool
    witness: str | None = None
    """The witness beside somebody's own dump; what it tells stands in for a manifest."""
    archive: str | None
    """The file or directory that pg_restore read the schema from."""


class HeldTable(Part):
    schema_name: str
    name: str
    kind: str
    """pg_class.relkind."""
    rows: int | None
    """None where the relation has no rows of its own, or they were not counted."""


class Held(Part):
    """What the restored database holds, so that a later drill can be compared with it."""

    tables: tuple[HeldTable, ...]
    definitions: tuple[str, ...]
    """Names of columns, indexes, keys, triggers …, such as `index public.orders_pkey`."""


class VerifyReport(Part):
    format: Literal["drill-tui.verify"] = FORMAT
    schema_version: int = SCHEMA_VERSION
    run_id: str | None
    started_at: datetime
    finished_at: datetime
    duration_s: float
    result: Finding
    """`met` only when every criterion is."""
    error: str | None = None
    """Why the verification itself broke off; the process exits 3."""
    target: Target
    backup: BackupRef
    depth: Depth
    jobs: int
    criteria: tuple[CriterionFinding, ...]
    tables: tuple[TableFinding, ...] = ()
    """Tables that differ; all others are equal to the manifest."""
    held: Held | None = None
    """None where rows were not counted."""
    reference: str | None = None
    """The run that this was judged against, where neither a manifest nor a witness was there; `source` for
    the catalog of the running source."""
    timings_s: dict[str, float] = {}
    """Seconds of work by kind of check, added up over the parallel connections."""


def schema_text() -> str:
    """docs/schemas/verify.schema.json as it has to be."""
    return json.dumps(VerifyReport.model_json_schema(mode="serialization"), indent=2) + "\n"
