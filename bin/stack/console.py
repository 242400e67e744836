"""What the commands print: one aligned line per step with its time, moving only on a terminal.

Without a terminal (CI, a log file) a long step says every 15 seconds that it is alive and where it
is.
"""

import os
import sys
import threading
import time
from types import TracebackType
from typing import Self

NARRATE_SECONDS = 15
TITLE_WIDTH = 22
FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_stream = sys.stdout


def use_stderr() -> None:
    """Print to stderr from now on: stdout belongs to what the command itself prints."""
    global _stream
    _stream = sys.stderr


def is_live() -> bool:
    """Tell whether lines may be redrawn: a terminal that is not a dumb one."""
    return _stream.isatty() and os.environ.get("TERM") != "dumb"


def is_coloured() -> bool:
    return is_live() and not os.environ.get("NO_COLOR")


def paint(text: str, code: str) -> str:
    """Wrap text in an ANSI colour (`32` green, `31` red, `2` faint) where that is shown."""
    return f"\033[{code}m{text}\033[0m" if is_coloured() else text


def say(text: str = "") -> None:
    """Print one line, at once and in any encoding."""
    write(text + "\n")


def write(text: str) -> None:
    encoding = _stream.encoding or "ascii"
    _stream.write(text.encode(encoding, "replace").decode(encoding))
    _stream.flush()


class Step:
    """One line of the console: running, then done or failed, with the time that it took.

    `note` shows where a long step is; `detail` stays on the line when it is done.
    """

    def __init__(self, title: str, *, since: float | None = None, quiet: bool = False) -> None:
        self.title, self.detail, self.quiet = title, "", quiet
        self.note_text = ""
        self._started = time.monotonic() if since is None else since
        self._finished = threading.Event()
        self._thread = threading.Thread(target=self._narrate, daemon=True)

    def note(self, text: str) -> None:
        self.note_text = " ".join(text.split())[:90]

    def __enter__(self) -> Self:
        if not self.quiet:
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._finished.set()
        if self._thread.is_alive():
            self._thread.join()
        if kind is None and not self.quiet:
            self._finish(paint("✓", "32"), self.detail)
        elif kind is not None and not issubclass(kind, KeyboardInterrupt):
            self._finish(paint("✗", "31"), paint("failed", "31"))

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started

    def _finish(self, mark: str, detail: str) -> None:
        clear = "\r\033[K" if is_live() else ""
        say(f"{clear}  {mark} {self._line(detail)}")

    def _line(self, detail: str) -> str:
        return f"{self.title:<{TITLE_WIDTH}} {self.seconds:6.1f} s  {paint(detail, '2')}".rstrip()

    def _narrate(self) -> None:
        if is_live():
            self._spin()
            return
        while not self._finished.wait(NARRATE_SECONDS):
            say(f"  … {self._line(self.note_text or 'still at it')}")

    def _spin(self) -> None:
        frame = 0
        while not self._finished.wait(0.12):
            frame = (frame + 1) % len(FRAMES)
            line = f"  {FRAMES[frame]} {self._line(self.note_text)}"
            write("\r\033[K" + line)


def box(title: str, rows: list[tuple[str, str]]) -> None:
    """Print labelled lines in a frame, the last thing of a start."""
    width = max(len(label) for label, _ in rows)
    lines = [f"{label:<{width}}  {value}" for label, value in rows]
    inner = max(len(line) for line in [title, *lines])
    say(f"\n  ╭─{'─' * inner}─╮")
    say(f"  │ {paint(f'{title:<{inner}}', '1')} │")
    say(f"  ├─{'─' * inner}─┤")
    for line in lines:
        say(f"  │ {line:<{inner}} │")
    say(f"  ╰─{'─' * inner}─╯\n")
