"""A process that has our checks loaded, and forks itself for each that it is asked to run.

It is told what to run, and answers, in JSON lines over a socket: `{id, argv, environment, cwd, place}`, then
`{id, pid}` and `{id, code}`.  A fork shares the memory of what was loaded until it changes it; so what was
loaded is kept out of the garbage collector's reach, which would write to all of it (gc.freeze).
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from drill_tui.engine.processes.memory import give_back_at_once

READ_BYTES: Final = 1 << 16
FAILED: Final = 1
PR_SET_PDEATHSIG: Final = 1


def serve(channel: socket.socket, modules: Sequence[str]) -> None:
    """Load the modules, then run what is asked for until nobody asks any more."""
    for name in modules:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    Server(channel).serve()


class Server:
    """One line of requests, and the children that they became."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._running: dict[int, int] = {}
        """Ids of requests by the process that each is."""
        self._ended, told = socket.socketpair()
        for end in (self._ended, told):
            end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
        self._told = told

    def serve(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._channel, selectors.EVENT_READ)
            selector.register(self._ended, selectors.EVENT_READ)
            rest = b""
            while True:
                ready = {key.fileobj for key, _ in selector.select()}
                if self._ended in ready:
                    self._ended.recv(READ_BYTES)
                    self._reap()
                if self._channel in ready:
                    piece = self._channel.recv(READ_BYTES)
                    if not piece:
                        break
                    *lines, rest = (rest + piece).split(b"\n")
                    for line in lines:
                        self._start(json.loads(line))
        self._end_all()

    def _start(self, request: dict[str, Any]) -> None:
        pid = os.fork()
        if pid == 0:
            self._become(request)
        self._running[pid] = request["id"]
        self._answer(id=request["id"], pid=pid)

    def _become(self, request: dict[str, Any]) -> None:
        """In the fork: be the program, to its end."""
        code = FAILED
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for end in (self._channel, self._ended, self._told):
                end.close()
            become(request["argv"], request["environment"], request["cwd"], request["place"])
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else FAILED * (ended.code is not None)
        except BaseException:
            traceback.print_exc()
        finally:
            for stream in (sys.stdout, sys.stderr):
                with suppress(OSError, ValueError):
                    stream.flush()
            os._exit(code & 0xFF)

    def _reap(self) -> None:
        """Answer for each child that ended; a shell's code for one that a signal ended."""
        for pid in list(self._running):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                code = os.waitstatus_to_exitcode(status)
                self._answer(id=self._running.pop(pid), code=code if code >= 0 else 128 - code)

    def _answer(self, **said: int) -> None:
        with suppress(OSError):  # nobody listens any more, which the next read tells
            self._channel.sendall(json.dumps(said).encode() + b"\n")

    def _end_all(self) -> None:
        for pid in self._running:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)


def become(argv: Sequence[str], environment: dict[str, str], cwd: str, place: str) -> None:
    """Be the Python script `argv[0]`: its environment, session, folder, arguments and streams."""
    os.setsid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    for stream, name in ((1, "stdout"), (2, "stderr")):
        file = os.open(Path(place) / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(file, stream)
        os.close(file)
    sys.argv = list(argv)
    runpy.run_path(argv[0], run_name="__main__")


def main() -> None:
    """`python -c … FD MODULE…`"""
    give_back_at_once()
    with socket.socket(fileno=int(sys.argv[1])) as channel:
        serve(channel, sys.argv[2:])
