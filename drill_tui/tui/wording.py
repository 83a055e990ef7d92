"""How times, sizes and rates are written on the screen."""

from __future__ import annotations

from datetime import UTC, datetime

from drill_tui.verdict.wording import coarse_span


def stopwatch(seconds: float | None) -> str:
    """A span as a stopwatch shows it.

    >>> stopwatch(41), stopwatch(3723), stopwatch(None)
    ('0:41', '1:02:03', '–:––')
    """
    if seconds is None:
        return "–:––"
    minutes, rest = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def difference(seconds: float) -> str:
    """A lap's difference: `−0:03` is faster, `+0:05` is slower.

    >>> difference(-3.2), difference(65), difference(0.2)
    ('−0:03', '+1:05', '±0:00')
    """
    whole = round(seconds)
    if whole == 0:
        return "±0:00"
    return ("−" if whole < 0 else "+") + stopwatch(abs(whole))


def span(seconds: float | None) -> str:
    """A span in words that read well in a sentence.

    >>> span(42), span(150), span(7260), span(200000), span(None)
    ('42 s', '2 min 30 s', '2 h 1 min', '2 d 7 h', '–')
    """
    if seconds is None:
        return "–"
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    parts = ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s"))
    for unit, name, lower, lower_name in parts:
        if whole >= unit:
            big, rest = divmod(whole, unit)
            small = rest // lower
            return f"{big} {name} {small} {lower_name}" if small else f"{big} {name}"
    return f"{whole} s"


def amount(number: float, unit: str) -> str:
    """A quantity of bytes or of anything else, short.

    >>> amount(1_900_000, 'rows'), amount(1536, 'bytes'), amount(12, 'tables')
    ('1.9 M rows', '1.5 KiB', '12 tables')
    """
    if unit == "bytes":
        return _scaled(number, 1024, ("B", "KiB", "MiB", "GiB", "TiB"))
    if number < 10_000:
        return f"{number:,.0f} {unit}".replace(",", " ")
    return f"{_scaled(number, 1000, ('', 'k', 'M', 'G'))} {unit}"


def of_amounts(done: float, total: float, unit: str) -> str:
    """How much of how much.

    >>> of_amounts(1_900_000, 3_100_000, 'rows')
    '1.9 M of 3.1 M rows'
    """
    if not total:
        return amount(done, unit)
    first = amount(done, unit)
    return f"{first.removesuffix(' ' + unit)} of {amount(total, unit)}"


def _scaled(number: float, base: int, names: tuple[str, ...]) -> str:
    for name in names[:-1]:
        if number < base:
            return (
                f"{number:.0f} {name}".rstrip() if number == int(number) else f"{number:.1f} {name}".rstrip()
            )
        number /= base
    return f"{number:.1f} {names[-1]}"


def clock_time(at: float) -> str:
    """The time of day, local, as people in the room read it from the wall."""
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%H:%M:%S")


def day(at: float) -> str:
    """A date and a time, local, without seconds."""
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%Y-%m-%d %H:%M")


def ahead(seconds: float) -> str:
    """How long from now, in the coarsest words that are still true.

    >>> ahead(30), ahead(7200), ahead(3 * 86400)
    ('now', 'in 2 h', 'in 3 d')
    """
    length = coarse_span(seconds)
    return f"in {length}" if length else "now"


def timestamp_seconds(text: str) -> float:
    """Seconds since the epoch of an RFC 3339 time.  Raises ValueError for anything else."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
