"""Text that is told again many times a second lays out the screen only when it must."""

from __future__ import annotations

from typing import Any

from textual.app import App, ComposeResult
from textual.content import Content

from drill_tui.tui.widgets.steady import SteadyText
from tests.tui.conftest import wait_for


class Counting(SteadyText):
    """Counts the layouts that it asks for, each of the whole screen."""

    layouts = 0

    def refresh(self, *regions: Any, layout: bool = False, **options: Any) -> Any:
        self.layouts += layout
        return super().refresh(*regions, layout=layout, **options)


class Telling(App[None]):
    CSS = "Counting { height: auto; }"

    def compose(self) -> ComposeResult:
        yield Counting(id="told")


async def test_what_is_hidden_lays_out_nothing_and_comes_back_at_its_height() -> None:
    async with Telling().run_test() as pilot:
        text = pilot.app.query_one(Counting)
        text.say(Content("one"))
        await wait_for(pilot, lambda: text.region.height == 1 and bool(text.content_size.width))
        seen = text.layouts
        text.say(Content("two"))
        assert text.layouts == seen, "the same height"
        text.say(Content("one\ntwo\nthree"))
        assert text.layouts == seen + 1
        await wait_for(pilot, lambda: text.region.height == 3)

        text.display = False
        await wait_for(pilot, lambda: not text.content_size.width)
        seen = text.layouts
        for words in ("a", "a\nb", "a\nb\nc\nd\ne"):
            text.say(Content(words))
        assert text.layouts == seen, "hidden"
        text.display = True
        await wait_for(pilot, lambda: text.region.height == 5)
        assert str(text.render()) == "a\nb\nc\nd\ne"
