"""A real sshd on loopback that lets the caller's own account in by a key, and serves files by sftp."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.servers import _free_port

STARTUP_TIMEOUT_S = 60
CONFIG = """
Port {port}
ListenAddress 127.0.0.1
HostKey {home}/host_key
PidFile none
AuthorizedKeysFile {home}/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin yes
Subsystem sftp internal-sftp
"""


@dataclass(frozen=True, kw_only=True)
class Sshd:
    port: int
    home: Path
    """Of the account that calls: its `.ssh` has the key, and the host's in known_hosts."""

    def url(self, folder: Path, port: int = 0) -> str:
        """With a port, that of a line to the host."""
        account = pwd.getpwuid(os.getuid()).pw_name
        return f"sftp://{account}@127.0.0.1:{port or self.port}{folder}"

    def environment(self) -> dict[str, str]:
        return {"HOME": str(self.home)}

    def know(self, key: str, *ports: int) -> None:
        """Write this key of the host down, and no other."""
        known = [f"[127.0.0.1]:{port} {key}\n" for port in (self.port, *ports)]
        (self.home / ".ssh" / "known_hosts").write_text("".join(known))


@contextmanager
def sshd(folder: Path) -> Iterator[Sshd]:
    """Skips the test where there is no sshd."""
    program = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("sshd is not installed here")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    home = folder / "caller"
    (home / ".ssh").mkdir(parents=True, mode=0o700)
    made(folder / "host_key")
    own = made(home / ".ssh" / "id_ed25519")
    (folder / "authorized_keys").write_text(own)
    port = _free_port()
    config = folder / "sshd_config"
    config.write_text(CONFIG.format(port=port, home=folder))
    argv = [program, "-D", "-E", str(folder / "log"), "-f", str(config)]
    server = subprocess.Popen(argv, stdin=subprocess.DEVNULL)
    found = Sshd(port=port, home=home)
    found.know((folder / "host_key.pub").read_text())
    try:
        _wait_for(server, port, folder / "log")
        yield found
    finally:
        server.terminate()
        server.wait()


def made(place: Path) -> str:
    """A new key; its public half."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(place)], check=True)
    return place.with_name(f"{place.name}.pub").read_text()


def _wait_for(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + STARTUP_TIMEOUT_S
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"sshd does not answer: {log.read_text()}")
