"""A real source, for drills whose programme asks whether it has changed."""

from __future__ import annotations

from tests.e2e.drill.conftest import server, shop

__all__ = ["server", "shop"]
