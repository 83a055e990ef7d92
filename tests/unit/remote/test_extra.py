"""fsspec is an extra: a folder of this machine needs none, and a store says how to install it."""

from __future__ import annotations

import subprocess
import sys

import pytest

LOCAL = """
import asyncio, sys
from pathlib import Path
from drill_tui.cli.root import toolbox
from tests.action_context import Context
context = Context(Path("."), step="fetch", arguments={"place": "backups"})
result = asyncio.run(toolbox().actions["backup.fetch"].run(context))
assert result.outputs == {"directory": "backups"}, result
assert context.claims == {}
loaded = {name.partition(".")[0] for name in sys.modules}
assert not loaded & {"fsspec", "s3fs", "aiobotocore", "botocore", "aiohttp"}, loaded
"""


def test_a_folder_of_this_machine_is_left_alone_and_loads_nothing() -> None:
    done = subprocess.run([sys.executable, "-c", LOCAL], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


WITHOUT = """
import sys
sys.modules[sys.argv[1]] = None
from drill_tui.engine.ports import ActionError
from drill_tui.remote.store import Store
try:
    Store("s3://bucket/nightly")
except ActionError as error:
    print(error)
"""


@pytest.mark.parametrize("lacking", ["fsspec.core", "s3fs"])
def test_without_the_extra_it_says_how_to_install_it(lacking: str) -> None:
    argv = [sys.executable, "-c", WITHOUT, lacking]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert done.stdout == (
        "Reading s3:// needs s3fs, which is not installed here: pip install 'drill-tui[remote]'\n"
    )
