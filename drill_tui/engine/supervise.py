"""Runs one command and sees to it that its whole process group dies with drill-tui.

Started as `python -I -S supervise.py LIFELINE COMMAND…`, as the leader of a new session; uses the standard
library only, so that it starts fast.  LIFELINE is the read end of a pipe whose other end only drill-tui
holds: when the kernel closes that one, whatever killed drill-tui, the group is killed.  A parent-death
signal (prctl(2), PR_SET_PDEATHSIG) would reach this process alone, not what a script started.
"""

import os
import select
import signal
import sys

NOT_FOUND, NOT_RUNNABLE = 127, 126


def main(arguments: list[str]) -> int:
    lifeline, command = int(arguments[0]), arguments[1:]
    os.set_inheritable(lifeline, False)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, lambda *_: None)
    child = os.fork()
    if child == 0:
        _become(command)
    poll = select.poll()
    exited = os.pidfd_open(child)
    poll.register(exited, select.POLLIN)
    poll.register(lifeline, select.POLLIN | select.POLLHUP)
    ready = {fd for fd, _ in poll.poll()}
    if exited not in ready:
        os.killpg(0, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return 128 - code if code < 0 else code


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
