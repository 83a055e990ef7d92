"""A store that speaks S3's protocol (moto), in its own process, and a line to it that can be cut or held.

with s3_server() as store:
    store.put("nightly/theirs.dump", Path("theirs.dump"))
    with Line(store.port) as line: ...
"""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import boto3

from tests.servers import _free_port

BUCKET = "backups"
STARTUP_TIMEOUT_S = 120
KEYS: Mapping[str, str] = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "a-secret-of-the-store",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
}
"""Environment variables of the library's own chain."""


@dataclass(frozen=True)
class S3:
    port: int
    client: Any

    def environment(self, port: int = 0) -> dict[str, str]:
        """For a program; with a port, that of a line to the store."""
        return {**KEYS, "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{port or self.port}"}

    def let_in_nobody_but_known_accounts(self) -> dict[str, str]:
        """From here on the store asks who calls; the environment of an account that may do nothing."""
        iam = _client("iam", self.port)
        iam.create_user(UserName="drill")
        key = iam.create_access_key(UserName="drill")["AccessKey"]
        iam.close()
        with closing(HTTPConnection("127.0.0.1", self.port)) as control:
            control.request("POST", "/moto-api/reset-auth", b"0", {"Content-Type": "text/plain"})
            assert control.getresponse().status == 200
        pair = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
        return {**self.environment(), **pair}

    def put(self, key: str, path: Path, **how: str) -> None:
        """One object in one part, or every file of a folder."""
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                if file.is_file():
                    self.put(f"{key}/{file.relative_to(path)}", file, **how)
        else:
            self.client.put_object(Bucket=BUCKET, Key=key, Body=path.read_bytes(), **how)


@contextmanager
def s3_server() -> Iterator[S3]:
    port = _free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(server, port)
        client = _client("s3", port)
        client.create_bucket(Bucket=BUCKET)
        yield S3(port, client)
        client.close()
    finally:
        server.kill()
        server.wait()


def _client(service: str, port: int) -> Any:
    return boto3.client(
        service,
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name=KEYS["AWS_DEFAULT_REGION"],
        aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
    )


def _wait_for(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + STARTUP_TIMEOUT_S
    while time.monotonic() < deadline:
        assert server.poll() is None, "moto's server ended"
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        time.sleep(0.02)
    raise AssertionError("moto's server does not answer")


@dataclass
class Line:
    """A TCP proxy: answers longer than `whole_bytes` are cut there, `cuts` times, or held for good."""

    to_port: int
    whole_bytes: int = 1 << 62
    cuts: int = 0
    holds: bool = False
    through: Callable[[bytes], bytes | None] = lambda data: data
    """What becomes of something that is sent to the store; the connection is cut where it is None."""
    was_cut: int = 0
    held: threading.Event = field(default_factory=threading.Event)
    _over: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Line:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self.to_port))
                threading.Thread(target=self._carry, args=(near, far), daemon=True).start()
                threading.Thread(target=self._answer, args=(far, near), daemon=True).start()

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while (data := near.recv(65536)) and (sent := self.through(data)) is not None:
                far.sendall(sent)
            far.shutdown(socket.SHUT_WR)

    def _answer(self, far: socket.socket, near: socket.socket) -> None:
        told = 0
        with suppress(OSError), far, near:
            while data := far.recv(65536):
                if told + len(data) > self.whole_bytes and self._may_break():
                    near.sendall(data[: self.whole_bytes - told])
                    if self.holds:
                        self.held.set()
                        self._over.wait()
                    near.shutdown(socket.SHUT_RDWR)
                    return
                near.sendall(data)
                told += len(data)

    def _may_break(self) -> bool:
        with self._lock:
            if self.was_cut >= self.cuts:
                return False
            self.was_cut += 1
            return True
