"""The drill screen's keys for its logs."""

from __future__ import annotations

import os

from textual import events
from textual.screen import Screen

from drill_tui.tui.outside import OutsideError, pager_command, run_outside
from drill_tui.tui.widgets.log_pane import LogPane


class DrillLogs(Screen[None]):
    """Search, level, copy, pager and zoom."""

    @property
    def logs(self) -> LogPane:
        return self.query_one(LogPane)

    def action_show_log(self, tab: str) -> None:
        self.logs.show_log(tab)

    def action_search(self) -> None:
        self.logs.open_search()

    def action_level(self) -> None:
        self.logs.next_level()

    def action_follow(self) -> None:
        self.logs.view.follow()

    def action_wrap(self) -> None:
        self.logs.wrap()

    def action_zoom(self) -> None:
        self.toggle_class("-zoomed")
        self.logs.view.focus()

    def action_copy(self) -> None:
        """The marked text, else what the log shows now."""
        text = self.get_selected_text() or self.logs.view.text_in_sight()
        self.app.copy_to_clipboard(text)
        self.notify(f"Copied {len(text.splitlines())} lines", markup=False)

    async def action_pager(self) -> None:
        path = self.logs.path()
        if path is None or not os.access(path, os.R_OK):
            self.notify("There is no file for this log that you can read", severity="warning", markup=False)
            return
        try:
            await run_outside(
                self.app, pager_command(os.environ, path), environment=os.environ, directory=path.parent
            )
        except OutsideError as error:
            self.notify(f"{error}. The file is {path}", severity="error", markup=False)

    def on_key(self, event: events.Key) -> None:
        """While a search is on, n and N belong to it, as in less; ctrl+n still writes a note."""
        if event.character in ("n", "N") and self.logs.searching and self.focused is self.logs.view:
            self.logs.step_hit(1 if event.character == "n" else -1)
            event.stop()
            event.prevent_default()
