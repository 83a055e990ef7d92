"""A screen that closes at once, by the real program on a real terminal: prints for whom its loop waited."""

from __future__ import annotations

import threading

from textual.screen import Screen

from drill_tui.tui.app import DrillApp

WAITED: list[str] = []


class Leaving(Screen[None]):
    def on_mount(self) -> None:
        self.call_after_refresh(self.app.exit)


def watch() -> None:
    """Note each thread that the main one waits for while it runs."""
    join = threading.Thread.join

    def noted(thread: threading.Thread, timeout: float | None = None) -> None:
        if threading.current_thread() is threading.main_thread() and thread.is_alive():
            WAITED.append(thread.name)
        join(thread, timeout)

    setattr(threading.Thread, "join", noted)  # noqa: B010 - a method


if __name__ == "__main__":
    watch()
    DrillApp(first=Leaving).run()
    print(f"waited for {sorted(name for name in WAITED if name == 'textual-input')}")
