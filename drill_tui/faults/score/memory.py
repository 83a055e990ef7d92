"""Memory that goes back to the system as soon as it is freed."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from typing import Final

M_TRIM_THRESHOLD: Final = -1
M_MMAP_THRESHOLD: Final = -3
LARGE_BYTES: Final = 128 * 1024


def give_back_at_once() -> None:
    """Keep glibc from holding on to large pieces (mallopt(3)); another C library does as it likes.

    By itself it raises both limits to the largest piece that was freed, and the heap of each thread keeps
    that much: files of a backup are read whole and in threads, over and over.
    """
    with suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        for setting in (M_MMAP_THRESHOLD, M_TRIM_THRESHOLD):
            libc.mallopt(setting, LARGE_BYTES)
