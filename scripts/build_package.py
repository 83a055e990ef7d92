"""Puts the project's own files into the wheel: runbooks, scripts, compose.restore.yml (pyproject names this).

They lie at the top of the repository, where people use them, and once only; `drill_tui/project/` exists in
built packages alone.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from setuptools.command.build_py import build_py

# An isolated build finds neither the package that it builds nor the folder that it builds in.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from drill_tui.runbook.project import SHIPPED


class BuildWithProject(build_py):  # type: ignore[misc]
    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            self._copy_project()

    def get_source_files(self) -> list[str]:
        """What a source distribution needs, beside the package, to be built again."""
        return [
            *super().get_source_files(),
            *project_files(),
            "scripts/__init__.py",
            "scripts/build_package.py",
        ]

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        return [*super().get_outputs(include_bytecode), *(str(self._built(name)) for name in project_files())]

    def _copy_project(self) -> None:
        shutil.rmtree(self._built(""), ignore_errors=True)
        for name in project_files():
            self._built(name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(name, self._built(name))

    def _built(self, name: str) -> Path:
        return Path(self.build_lib, "drill_tui", "project", name)


def project_files() -> list[str]:
    """What is shipped, relative to the root of the repository, where builds run."""
    return sorted(str(path) for glob in SHIPPED for path in Path().glob(glob))
