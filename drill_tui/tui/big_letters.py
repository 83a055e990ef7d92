"""The verdict in letters three rows high."""

from __future__ import annotations

_LETTERS = {
    "A": ("╭─╮", "├─┤", "╵ ╵"),
    "B": ("┌─╮", "├─┤", "└─╯"),
    "C": ("╭─╴", "│  ", "╰─╴"),
    "D": ("┌─╮", "│ │", "└─╯"),
    "E": ("┌─╴", "├─ ", "└─╴"),
    "F": ("┌─╴", "├─ ", "╵  "),
    "I": ("╷", "│", "╵"),
    "L": ("╷  ", "│  ", "└─╴"),
    "N": ("┌─╮", "│ │", "╵ ╵"),
    "O": ("╭─╮", "│ │", "╰─╯"),
    "P": ("┌─╮", "├─╯", "╵  "),
    "R": ("┌─╮", "├┬╯", "╵╰╴"),
    "S": ("╭─╴", "╰─╮", "╶─╯"),
    "T": ("╶┬╴", " │ ", " ╵ "),
    "U": ("╷ ╷", "│ │", "╰─╯"),
    "V": ("╷ ╷", "│ │", "╰┬╯"),
    " ": ("  ", "  ", "  "),
}


def big(text: str) -> tuple[str, str, str]:
    """Three rows that draw the text.  Raises KeyError for a letter that no verdict has.

    >>> big('IL')
    ('╷ ╷  ', '│ │  ', '╵ └─╴')
    """
    first, second, third = ([_LETTERS[letter][row] for letter in text] for row in range(3))
    return " ".join(first), " ".join(second), " ".join(third)
