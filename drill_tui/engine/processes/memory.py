"""Memory: what goes back to the system as soon as it is freed, and what is not taken at all."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any, Final, cast

M_TRIM_THRESHOLD: Final = -1
M_MMAP_THRESHOLD: Final = -3
M_ARENA_MAX: Final = -8
LARGE_BYTES: Final = 128 * 1024
OF_TLS: Final = ("ssl", "_hashlib")
HASHES_OF_PYTHON: Final = ("_md5", "_sha1", "_sha3", "_blake2")
PLUGINS_OF_MODELS: Final = "pydantic.plugin._loader"


def give_back_at_once() -> None:
    """Keep glibc from holding on to large pieces (mallopt(3)); another C library does as it likes.

    By itself it raises both limits to the largest piece that was freed, and the heap of each thread keeps
    that much: files of a backup are read whole and in threads, over and over.  One heap serves all threads,
    which take turns anyway.
    """
    with suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        for setting in (M_MMAP_THRESHOLD, M_TRIM_THRESHOLD):
            libc.mallopt(setting, LARGE_BYTES)
        libc.mallopt(M_ARENA_MAX, 1)


def leave_out_tls() -> None:
    """Let this process do without OpenSSL, as a Python that was built without it does: some 5 MB.

    A seat speaks over one unix socket.  Python's own hashes stay; where it has none, OpenSSL does too.
    """
    has_hashes = all(map(find_spec, HASHES_OF_PYTHON)) and (find_spec("_sha2") or find_spec("_sha256"))
    if has_hashes and not any(name in sys.modules for name in OF_TLS):
        modules = cast(dict[str, object], sys.modules)
        modules.update(dict.fromkeys(OF_TLS))


def leave_out_plugins() -> None:
    """Let pydantic look for no plugins: it reads what is installed for that, with 1.4 MB of modules.

    `PYDANTIC_DISABLE_PLUGINS` spares the reading, and not the modules.
    """
    if PLUGINS_OF_MODELS not in sys.modules:
        sys.modules[PLUGINS_OF_MODELS] = _NoPlugins(PLUGINS_OF_MODELS)


class _NoPlugins(ModuleType):
    """In the place of the module that finds them; whoever asks for more than that gets the module itself."""

    get_plugins = staticmethod(tuple)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        sys.modules.pop(self.__name__, None)
        return getattr(import_module(self.__name__), name)
