"""One way out for everything that a drill says: redacted, journaled, then told to the sinks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from drill_tui.engine.ports import Clock, Sink
from drill_tui.engine.record.codec import scrub, seconds, timestamp
from drill_tui.engine.record.events import Event, LogChunk, NoteAdded, Progress, Record
from drill_tui.engine.record.journal import Journal, JournalError
from drill_tui.engine.text.redact import Redactor
from drill_tui.engine.text.sanitise import one_line, strip_controls

ENGINE = "drill-tui"
"""Who speaks in notes that no person wrote."""


class Recorder:
    """Journal before effect: `record` returns when the event is on disk."""

    def __init__(
        self, journal: Journal, clock: Clock, sinks: Sequence[Sink], redactor: Redactor, run_id: str
    ) -> None:
        self.redactor = redactor
        self.clock = clock
        self._journal = journal
        self._sinks = list(sinks)
        self._run = run_id
        self._last = Record(seq=0, at=0.0, run=run_id, event=NoteAdded(by=ENGINE, text=""))
        self.why_lost = ""
        """Why the journal could not be written; empty as long as it could."""
        self._unwritten: list[Record] = []

    @property
    def journal_lost(self) -> bool:
        """Whether an event could not be journaled: the drill must end."""
        return bool(self.why_lost)

    @property
    def now(self) -> float:
        """Seconds since the epoch, never before the last record."""
        return max(self.clock.now(), self._last.at)

    def record(self, event: Event, *, exact: bool = False) -> Record:
        """Journal an event and tell it, without secrets; `exact` says that it is free of them already.

        Raises JournalError once, when the journal cannot be written; after that the sinks are still told,
        so that cleanup can run and be seen, and what was said meanwhile is journaled as soon as that works.
        """
        event = event if exact else scrub(event, self.clean)
        if self.journal_lost:
            at = seconds(timestamp(self.now))
            record = Record(seq=self._last.seq + 1, at=at, run=self._run, event=event)
            self._unwritten.append(record)
            self._catch_up()
        else:
            try:
                record = self._journal.append(event, self.now)
            except JournalError as error:
                self.why_lost = str(error)
                raise
        self._last = record
        self._tell(lambda sink: sink.on_record(record))
        return record

    def _catch_up(self) -> None:
        """Journal what could not be journaled when it was said; the drill is over all the same."""
        while self._unwritten:
            try:
                self._journal.append(self._unwritten[0].event, self._unwritten[0].at)
            except JournalError:
                return
            del self._unwritten[0]

    def tell_log(self, chunk: LogChunk) -> None:
        """Lines must be redacted and sanitised already."""
        self._tell(lambda sink: sink.on_log(chunk))

    def tell_progress(self, progress: Progress) -> None:
        """Its words are told without secrets: a program wrote them, and people see them."""
        told = replace(progress, label=self.clean(progress.label), unit=self.clean(progress.unit))
        self._tell(lambda sink: sink.on_progress(told))

    def clean(self, text: str) -> str:
        """The text without escape sequences and secrets."""
        return self.redactor.redact(strip_controls(text))

    def close(self) -> None:
        self._journal.close()

    def _tell(self, deliver: Callable[[Sink], None]) -> None:
        for sink in tuple(self._sinks):
            try:
                deliver(sink)
            except Exception as error:
                self._drop(sink, error)

    def _drop(self, sink: Sink, error: Exception) -> None:
        if sink not in self._sinks:
            return
        self._sinks.remove(sink)
        what = f"{type(sink).__name__} failed and gets no more events: {type(error).__name__}: {error}"
        self.record(NoteAdded(by=ENGINE, text=one_line(what, 500)))
