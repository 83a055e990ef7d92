"""Verdicts, times and titles in letters that are read from the other side of a room."""

from __future__ import annotations

from collections.abc import Iterator

_LETTERS = {
    "A": (" ## ", "#  #", "####", "#  #", "#  #"),
    "B": ("### ", "#  #", "### ", "#  #", "### "),
    "C": (" ###", "#   ", "#   ", "#   ", " ###"),
    "D": ("### ", "#  #", "#  #", "#  #", "### "),
    "E": ("####", "#   ", "### ", "#   ", "####"),
    "F": ("####", "#   ", "### ", "#   ", "#   "),
    "G": (" ###", "#   ", "# ##", "#  #", " ###"),
    "H": ("#  #", "#  #", "####", "#  #", "#  #"),
    "I": ("#", "#", "#", "#", "#"),
    "J": ("  ##", "   #", "   #", "#  #", " ## "),
    "K": ("#  #", "# # ", "##  ", "# # ", "#  #"),
    "L": ("#   ", "#   ", "#   ", "#   ", "####"),
    "M": ("#   #", "## ##", "# # #", "#   #", "#   #"),
    "N": ("#   #", "##  #", "# # #", "#  ##", "#   #"),
    "O": (" ## ", "#  #", "#  #", "#  #", " ## "),
    "P": ("### ", "#  #", "### ", "#   ", "#   "),
    "Q": (" ## ", "#  #", "#  #", "# # ", " # #"),
    "R": ("### ", "#  #", "### ", "# # ", "#  #"),
    "S": (" ###", "#   ", " ## ", "   #", "### "),
    "T": ("#####", "  #  ", "  #  ", "  #  ", "  #  "),
    "U": ("#  #", "#  #", "#  #", "#  #", " ## "),
    "V": ("#   #", "#   #", " # # ", " # # ", "  #  "),
    "W": ("#   #", "#   #", "# # #", "## ##", "#   #"),
    "X": ("#   #", " # # ", "  #  ", " # # ", "#   #"),
    "Y": ("#   #", " # # ", "  #  ", "  #  ", "  #  "),
    "Z": ("####", "  # ", " #  ", "#   ", "####"),
    "0": ("####", "#  #", "#  #", "#  #", "####"),
    "1": ("  # ", " ## ", "  # ", "  # ", " ###"),
    "2": ("####", "   #", "####", "#   ", "####"),
    "3": ("####", "   #", " ###", "   #", "####"),
    "4": ("#  #", "#  #", "####", "   #", "   #"),
    "5": ("####", "#   ", "####", "   #", "####"),
    "6": ("####", "#   ", "####", "#  #", "####"),
    "7": ("####", "   #", "   #", "   #", "   #"),
    "8": ("####", "#  #", "####", "#  #", "####"),
    "9": ("####", "#  #", "####", "   #", "####"),
    ":": (" ", "#", " ", "#", " "),
    ".": (" ", " ", " ", " ", "#"),
    ",": ("  ", "  ", "  ", " #", "# "),
    "-": ("   ", "   ", "###", "   ", "   "),
    "–": ("    ", "    ", "####", "    ", "    "),
    "_": ("    ", "    ", "    ", "    ", "####"),
    "/": ("  #", "  #", " # ", "#  ", "#  "),
    "+": ("   ", " # ", "###", " # ", "   "),
    "&": (" #  ", "# # ", " #  ", "# # ", " # #"),
    "(": (" #", "# ", "# ", "# ", " #"),
    ")": ("# ", " #", " #", " #", "# "),
    "'": ("#", "#", " ", " ", " "),
    "!": ("#", "#", "#", " ", "#"),
    "?": ("###", "  #", " ##", "   ", " # "),
    " ": ("  ", "  ", "  ", "  ", "  "),
}
_HIGH = 5
_HALVES_HIGH = 3
_HALVES = {"  ": " ", "# ": "▀", " #": "▄", "##": "█"}


def big(text: str, width: int, height: int, *, halves: bool = True) -> tuple[str, ...]:
    """The rows that draw the text as large as there is room; none where it does not fit.

    A dot of a letter is at least as many cells wide as high, and at most twice as many.  Without `halves`,
    only whole cells are drawn, as ASCII can.  All letters are capitals; where one is not known, nothing is
    drawn.

    >>> big('IL', 80, 5)
    ('██  ██      ', '██  ██      ', '██  ██      ', '██  ██      ', '██  ████████')
    >>> big('IL', 10, 5)
    ('█ █   ', '█ █   ', '█ █   ', '█ █   ', '█ ████')
    >>> big('IL', 80, 4)
    ('█ █   ', '█ █   ', '▀ ▀▀▀▀')
    >>> big('IL', 5, 5), big('漢', 80, 5), len(big('IL', 80, 10))
    ((), (), 10)
    """
    return _drawn([text.upper()], width, height, halves=halves)


def headline(text: str, width: int, height: int, *, halves: bool = True) -> tuple[str, ...]:
    """As `big`, over as many lines as there is room for, if it is larger so.

    >>> headline('I L', 8, 11)[3:8]
    ('██', '██', '', '██      ', '██      ')
    """
    return _drawn(text.upper().split(), width, height, halves=halves)


def _drawn(words: list[str], width: int, height: int, *, halves: bool) -> tuple[str, ...]:
    """Words are parted only at the end of a line."""
    if not words or not all(letter in _LETTERS for word in words for letter in word):
        return ()
    for across, down in _sizes(height):
        rows = _broken(words, width // across)
        if rows and len(rows) * (_HIGH + 1) * down - down <= height:
            return tuple(row for line in _apart(rows, down) for row in _whole(line, across, down))
    rows = _broken(words, width)
    if halves and rows and len(rows) * _HALVES_HIGH <= height:
        return tuple(row for line in rows for row in _halved(line))
    return ()


def _sizes(height: int) -> Iterator[tuple[int, int]]:
    """How many cells a dot is wide and high, the largest first."""
    for down in range(height // _HIGH, 0, -1):
        for across in range(2 * down, down - 1, -1):
            yield across, down


def _broken(words: list[str], width: int) -> list[str]:
    """The words in lines of at most so many dots; none where one word is wider."""
    rows: list[str] = []
    for word in words:
        if _width(word) > width:
            return []
        if rows and _width(f"{rows[-1]} {word}") <= width:
            rows[-1] += f" {word}"
        else:
            rows.append(word)
    return rows


def _apart(rows: list[str], down: int) -> Iterator[str]:
    """With an empty line between two."""
    for number, row in enumerate(rows):
        if number:
            yield from [""] * down
        yield row


def _whole(text: str, across: int, down: int) -> tuple[str, ...]:
    if not text:
        return ("",)
    return tuple(
        "".join(dot * across for dot in row).replace("#", "█") for row in _dots(text) for _ in range(down)
    )


def _halved(text: str) -> tuple[str, ...]:
    dots = _dots(text)
    pairs = zip(dots[::2], [*dots[1::2], " " * len(dots[0])], strict=True)
    return tuple("".join(_HALVES[a + b] for a, b in zip(*pair, strict=True)) for pair in pairs)


def _dots(text: str) -> list[str]:
    return [" ".join(_LETTERS[letter][row] for letter in text) for row in range(_HIGH)]


def _width(text: str) -> int:
    return sum(len(_LETTERS[letter][0]) for letter in text) + len(text) - 1
