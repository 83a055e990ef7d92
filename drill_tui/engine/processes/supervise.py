"""Runs one command and sees to it that nothing it started outlives it, nor drill-tui.

Started as `python -I -S supervise.py LIFELINE PATIENCE_S COMMAND…`, as the leader of a new session; uses the
standard library only, so that it starts fast.  LIFELINE is the read end of a pipe whose other end only
drill-tui holds: when the kernel closes that one, whatever killed drill-tui, everything below is killed.  A
parent-death signal (prctl(2), PR_SET_PDEATHSIG) would reach this process alone, not what a script started.

A child that makes itself a daemon leaves the process group (setsid(2)), but not the reach of this process: as
a child subreaper (prctl(2)) it becomes the parent of every descendant whose own parent ends.  What is left
once the command has ended is named, asked to end, and killed after PATIENCE_S seconds.  SIGUSR1 kills
everything below at once.
"""

import contextlib
import ctypes
import os
import select
import signal
import sys
import time

NOT_FOUND, NOT_RUNNABLE = 127, 126
PR_SET_CHILD_SUBREAPER = 36
PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
KILL_PATIENCE_S = 5.0
POLL_S = 0.02


def main(arguments: list[str]) -> int:
    lifeline, patience_s, command = int(arguments[0]), float(arguments[1]), arguments[2:]
    os.set_inheritable(lifeline, False)
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    watch = Watch(lifeline)
    child = os.fork()
    if child == 0:
        _become(command)
    while child not in watch.ended:
        watch.turn()
    if watch.has_children:
        _end_the_rest(watch, patience_s)
    code = watch.ended[child]
    return 128 - code if code < 0 else code


class Watch:
    """Waits for children, signals and the lifeline at once, and reaps whatever has ended."""

    def __init__(self, lifeline: int) -> None:
        self.ended: dict[int, int] = {}
        self.has_children = True
        self._received: list[int] = []
        self._lifeline = lifeline
        self._woken, wake = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        for number in (*PASSED_ON, signal.SIGUSR1, signal.SIGCHLD):
            signal.signal(number, lambda received, _: self._received.append(received))
        self._poll = select.poll()
        self._poll.register(self._woken, select.POLLIN)
        self._poll.register(lifeline, select.POLLIN | select.POLLHUP)

    def turn(self, timeout_s: float | None = None) -> None:
        """Until something happens, but no longer than that."""
        ready = {fd for fd, _ in self._poll.poll(None if timeout_s is None else timeout_s * 1000)}
        if self._lifeline in ready:
            self.kill_all()
            os.killpg(0, signal.SIGKILL)
        with contextlib.suppress(BlockingIOError):
            os.read(self._woken, 4096)
        received, self._received = self._received, []
        if signal.SIGUSR1 in received:
            self.kill_all()
        for number in received:
            if number in PASSED_ON:
                _pass_on(number)
        self._reap()

    def kill_all(self) -> bool:
        """Kill until nothing is left, however fast it forks; whether that worked in time."""
        deadline = time.monotonic() + KILL_PATIENCE_S
        while left := descendants():
            if time.monotonic() > deadline:
                return False
            for pid in left:
                _signal(pid, signal.SIGKILL)
            self._reap()
            time.sleep(POLL_S)
        return True

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                self.has_children = False
                return
            if pid == 0:
                return
            self.ended[pid] = os.waitstatus_to_exitcode(status)


def descendants() -> dict[int, tuple[str, int]]:
    """The living processes below this one as pid → name, process group (proc_pid_stat(5))."""
    children: dict[int, list[int]] = {}
    living: dict[int, tuple[str, int]] = {}
    for entry in os.listdir("/proc"):  # noqa: PTH208 - pathlib costs more than the rest of this script
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat", errors="replace") as file:  # noqa: PTH123
                head, _, rest = file.read().rpartition(")")
        except OSError:
            continue
        state, parent, group = rest.split()[:3]
        children.setdefault(int(parent), []).append(int(entry))
        if state not in "ZX":
            living[int(entry)] = (head.partition("(")[2], int(group))
    below, ways = set(), [os.getpid()]
    while ways:
        for pid in children.get(ways.pop(), ()):
            if pid not in below:
                below.add(pid)
                ways.append(pid)
    return {pid: about for pid, about in living.items() if pid in below}


def _end_the_rest(watch: Watch, patience_s: float) -> None:
    left = descendants()
    if not left:
        return
    _say(f"ended what this step left running: {_listed(left)}")
    for pid in left:
        _signal(pid, signal.SIGTERM)
    deadline = time.monotonic() + patience_s
    while descendants() and time.monotonic() < deadline:
        watch.turn(POLL_S)
    if not watch.kill_all():
        _say(f"could not end {_listed(descendants())}; end it by hand")


def _pass_on(number: int) -> None:
    """What has left the process group does not get the signals that are sent to the group."""
    for pid, (_, group) in descendants().items():
        if group != os.getpid():
            _signal(pid, number)


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def _listed(processes: dict[int, tuple[str, int]]) -> str:
    clean = ("".join(c if c.isprintable() else "?" for c in name) for name, _ in processes.values())
    return ", ".join(f"{name} ({pid})" for name, pid in zip(clean, processes, strict=True))


def _say(sentence: str) -> None:
    with contextlib.suppress(OSError):
        os.write(2, f"drill-tui: {sentence}\n".encode("utf-8", "replace"))


def _become(command: list[str]) -> None:
    for name in ("SIGPIPE", "SIGXFSZ"):
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    try:
        os.execvp(command[0], command)  # noqa: S606 - a list, and no shell
    except OSError as error:
        sys.stderr.write(f"cannot run {command[0]}: {error.strerror}\n")
        sys.stderr.flush()
        os._exit(NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_RUNNABLE)


if __name__ == "__main__":
    os._exit(main(sys.argv[1:]))
