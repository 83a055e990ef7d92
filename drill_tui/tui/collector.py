"""Keeps Python's garbage collector from slowing the start and from stopping the screen."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache


@contextmanager
def while_loading() -> Iterator[None]:
    """Search for no garbage while libraries are loaded: they make many objects, and all of them stay."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@cache
def spare_the_loaded() -> None:
    """Let full collections pass over everything that is loaded now; once in the life of the process.

    They walk every object of every library, some 300,000, and were measured to hold the screen for 100 to
    200 ms each, every few seconds while a step prints much.
    """
    gc.freeze()
