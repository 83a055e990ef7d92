"""The verdict in letters that are read from the other side of a room."""

from __future__ import annotations

_LETTERS = {
    "A": (" ## ", "#  #", "####", "#  #", "#  #"),
    "B": ("### ", "#  #", "### ", "#  #", "### "),
    "C": (" ###", "#   ", "#   ", "#   ", " ###"),
    "D": ("### ", "#  #", "#  #", "#  #", "### "),
    "E": ("####", "#   ", "### ", "#   ", "####"),
    "F": ("####", "#   ", "### ", "#   ", "#   "),
    "I": ("#", "#", "#", "#", "#"),
    "L": ("#   ", "#   ", "#   ", "#   ", "####"),
    "N": ("#   #", "##  #", "# # #", "#  ##", "#   #"),
    "O": (" ## ", "#  #", "#  #", "#  #", " ## "),
    "P": ("### ", "#  #", "### ", "#   ", "#   "),
    "R": ("### ", "#  #", "### ", "# # ", "#  #"),
    "S": (" ###", "#   ", " ## ", "   #", "### "),
    "T": ("#####", "  #  ", "  #  ", "  #  ", "  #  "),
    "U": ("#  #", "#  #", "#  #", "#  #", " ## "),
    "V": ("#   #", "#   #", " # # ", " # # ", "  #  "),
    " ": ("  ", "  ", "  ", "  ", "  "),
}
_HALVES = {"  ": " ", "# ": "▀", " #": "▄", "##": "█"}


def big(text: str, width: int, height: int) -> tuple[str, ...]:
    """The rows that draw the text as large as there is room: five, three, or none where it does not fit.

    Raises KeyError for a letter that no verdict has.

    >>> big('IL', 80, 5)
    ('██  ██      ', '██  ██      ', '██  ██      ', '██  ██      ', '██  ████████')
    >>> big('IL', 10, 5)
    ('█ █   ', '█ █   ', '▀ ▀▀▀▀')
    >>> big('IL', 5, 5)
    ()
    """
    dots = [" ".join(_LETTERS[letter][row] for letter in text) for row in range(5)]
    if height >= 5 and 2 * len(dots[0]) <= width:
        return tuple("".join(dot * 2 for dot in row).replace("#", "█") for row in dots)
    if height < 3 or len(dots[0]) > width:
        return ()
    pairs = zip(dots[::2], [*dots[1::2], " " * len(dots[0])], strict=True)
    return tuple("".join(_HALVES[a + b] for a, b in zip(*pair, strict=True)) for pair in pairs)
