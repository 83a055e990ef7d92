"""Becomes a command that is asked to end when its parent dies; a script of its own, standard library only.

Started as `python -I -S leash.py PARENT COMMAND…`.  A drill that is asked to end by SIGTERM cleans up after
itself, so a worker that was killed leaves nothing that runs.  Source: prctl(2), PR_SET_PDEATHSIG.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
TOO_LATE = 143

if __name__ == "__main__":
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != int(sys.argv[1]):
        sys.exit(TOO_LATE)
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - a list, without a shell
