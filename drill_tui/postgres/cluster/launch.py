"""Starts a server so that it can do no harm, and by default not outlive its parent; a script of its own.

It gives the server an own network namespace (only loopback in it), a read-only view of every file outside
its working directory, no view of other servers' sockets and no hold on other processes; drops to an
unprivileged account; forbids new privileges; asks the kernel to end it when its parent dies; then becomes
the server.  What the kernel refuses is left out and said: the parent reads the reached level from a pipe.

Standard library only and no package import: it runs before privileges are dropped.
Sources: unshare(2), mount_setattr(2), prctl(2), network_namespaces(7), user_namespaces(7).
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import platform
import signal
import socket
import struct
import sys
from pathlib import Path
from typing import Any

CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET = 0x00020000, 0x10000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 8, 4096, 16384, 1 << 18
MS_REMOUNT, MS_MOVE = 32, 8192
AT_FDCWD, AT_RECURSIVE, MOUNT_ATTR_RDONLY = -100, 0x8000, 1
MOUNT_SETATTR = 442
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
LANDLOCK_VERSION, RULE_PATH_BENEATH, SCOPE_ABSTRACT_SOCKET, SCOPE_SIGNAL = 1, 1, 1, 2
ACCESS_REFER = struct.pack("Q", 1 << 13)
"""Moving files between directories: handled and allowed everywhere, so the domain changes nothing else."""
SIOCSIFFLAGS, IFF_UP, IFF_RUNNING = 0x8914, 0x1, 0x40

libc = ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments: Any) -> None:
    """Call a libc function; raises OSError when it says -1."""
    if getattr(libc, name)(*arguments) == -1:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")


def separate(hide: list[str], keep: str, uid: int, gid: int) -> list[str]:
    """Leave the host's network, and as much of its files as the kernel lets go.  Returns what was reached.

    Where root may not (a container without CAP_SYS_ADMIN), or for an ordinary user, by way of a user
    namespace in which the account is itself.  Raises OSError when the kernel grants no network namespace.
    """
    try:
        call("unshare", CLONE_NEWNET | CLONE_NEWNS)
    except OSError:
        become(uid, gid)
        call("prctl", PR_SET_DUMPABLE, 1, 0, 0, 0)
        call("unshare", CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    raise_loopback()
    reached = ["network"]
    for name, harden in (("sockets", hide_sockets), ("files", freeze_files)):
        try:
            harden(hide, keep)
        except OSError as refused:
            print(f"isolation: {name} are not closed off: {refused}", file=sys.stderr)  # noqa: T201
        else:
            reached.append(name)
    return reached


def raise_loopback() -> None:
    """Bring `lo` up: PostgreSQL 14's statistics collector talks to itself over it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP | IFF_RUNNING))


def hide_sockets(hide: list[str], keep: str) -> None:
    """Lay an empty directory over each directory, and /dev/null over each file, of `hide`."""
    call("mount", None, b"/", None, MS_REC | MS_PRIVATE, None)
    for place in dict.fromkeys(os.path.realpath(name) for name in hide):
        if os.path.commonpath([place, keep]) == place:
            continue
        if os.path.isdir(place):  # noqa: PTH112 - pathlib costs more than the rest of this script
            flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC
            call("mount", b"none", place.encode(), b"tmpfs", flags, b"size=4k")
        elif os.path.exists(place):  # noqa: PTH110
            call("mount", b"/dev/null", place.encode(), None, MS_BIND, None)


def freeze_files(_hide: list[str], keep: str) -> None:
    """Make every mount read-only but `keep`, the server's own working directory."""
    if platform.machine() not in ("x86_64", "aarch64"):
        raise OSError(f"mount_setattr is not known here on {platform.machine()}")
    own = keep.encode()
    call("mount", own, own, None, MS_BIND, None)
    set_attributes(b"/", AT_RECURSIVE, MOUNT_ATTR_RDONLY, 0)
    set_attributes(own, 0, 0, MOUNT_ATTR_RDONLY)


def set_attributes(path: bytes, flags: int, to_set: int, to_clear: int) -> None:
    attributes = struct.pack("QQQQ", to_set, to_clear, 0, 0)
    call("syscall", MOUNT_SETATTR, AT_FDCWD, path, flags, attributes, len(attributes))


def narrow(folder: str, room_bytes: int, uid: int, gid: int) -> None:
    """Lay a disk of its own over a folder: what is in it, and so much room besides.

    A tmpfs in this process's own view of the files: nobody else sees it, and it is gone with the last process
    that does.  Raises OSError where the kernel grants none.
    """
    import shutil

    made = f"{folder}.disk"
    os.mkdir(made, 0o700)  # noqa: PTH102
    options = f"mode=0700,uid={uid},gid={gid}"
    call("mount", b"none", made.encode(), b"tmpfs", MS_NOSUID | MS_NODEV, options.encode())
    shutil.copytree(folder, made, dirs_exist_ok=True)
    for place, _, names in os.walk(made):
        for path in (place, *(os.path.join(place, name) for name in names)):  # noqa: PTH118
            os.chown(path, uid, gid)
    disk = os.statvfs(made)
    size_bytes = (disk.f_blocks - disk.f_bfree) * disk.f_frsize + room_bytes
    call("mount", None, made.encode(), None, MS_REMOUNT | MS_NOSUID | MS_NODEV, f"size={size_bytes}".encode())
    call("mount", made.encode(), folder.encode(), None, MS_MOVE, None)
    os.rmdir(made)  # noqa: PTH106


def leave_processes_alone() -> str:
    """Enter a Landlock domain, which may not trace processes outside it nor, from Linux 6.12 on, signal them.

    Without it a program under the caller's own account could take over the caller's other programs.  Needs
    no_new_privs.  Returns `processes` or, on an older kernel, `tracing`.  Source: landlock(7).
    """
    version = libc.syscall(LANDLOCK_CREATE, None, 0, LANDLOCK_VERSION)
    if version < 2:
        raise OSError("the kernel has no Landlock")
    scoped = version >= 6
    attributes = struct.pack("QQQ", 0, 0, SCOPE_ABSTRACT_SOCKET | SCOPE_SIGNAL) if scoped else ACCESS_REFER
    ruleset = libc.syscall(LANDLOCK_CREATE, attributes, len(attributes), 0)
    if ruleset < 0:
        raise OSError(f"landlock_create_ruleset: {os.strerror(ctypes.get_errno())}")
    if not scoped:
        root = os.open("/", os.O_PATH | os.O_CLOEXEC)
        call("syscall", LANDLOCK_ADD, ruleset, RULE_PATH_BENEATH, ACCESS_REFER + struct.pack("i", root), 0)
        os.close(root)
    call("syscall", LANDLOCK_RESTRICT, ruleset, 0)
    os.close(ruleset)
    return "processes" if scoped else "tracing"


def become(uid: int, gid: int) -> None:
    """Drop to an account, for good."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def die_with(parent: int) -> None:
    """After the change of account, which would clear it: SIGQUIT is PostgreSQL's immediate shutdown."""
    call("prctl", PR_SET_PDEATHSIG, signal.SIGQUIT, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the parent is gone already")


def main() -> None:
    spec = json.loads(sys.argv[1])
    status = spec["status_fd"]
    os.set_inheritable(status, False)
    reached: list[str] = []
    try:
        if spec["isolate"]:
            try:
                reached = separate(spec["hide"], spec["keep"], spec["uid"], spec["gid"])
            except OSError as refused:
                print(f"isolation: no network namespace: {refused}", file=sys.stderr)  # noqa: T201
        if spec["disk"]:
            if "sockets" not in reached:  # without a private view of the files the host would see it
                raise OSError("a disk of its own needs a view of the files of its own")
            folder, room_bytes = spec["disk"]
            narrow(folder, room_bytes, spec["uid"], spec["gid"])
            reached.append("disk")
        become(spec["uid"], spec["gid"])
        if spec["isolate"]:
            try:
                reached.append(leave_processes_alone())
            except OSError as refused:
                print(f"isolation: processes are not closed off: {refused}", file=sys.stderr)  # noqa: T201
        if not spec["outlive"]:
            die_with(spec["parent"])
        os.chdir(spec["cwd"])
        argv = spec["argv"] if "network" in reached else spec["argv_shared_network"]
        os.write(status, json.dumps({"reached": reached}).encode())
        os.execve(argv[0], argv, spec["env"])  # noqa: S606
    except OSError as problem:
        os.write(status, json.dumps({"error": str(problem)}).encode())
        sys.exit(127)


if __name__ == "__main__":
    main()
