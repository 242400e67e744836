"""The one error of the commands: what failed, the end of its log, what the reader can do."""

import sys
from pathlib import Path

SHOWN_LINES = 20


class StackError(Exception):
    """Something that the reader can mend.

    `message` names what failed, `cure` says what to do, `log` is the file that knows more.
    """

    def __init__(self, message: str, *, cure: str = "", log: Path | None = None) -> None:
        super().__init__(message)
        self.message, self.cure, self.log = message, cure, log

    def show(self) -> int:
        """Print the error for a person; return the exit status."""
        lines = ["", f"  {self.message}"]
        if self.log is not None and self.log.is_file():
            lines += ["", f"  The last lines of {self.log}:"]
            lines += [f"    {line}" for line in last_lines(self.log)]
        if self.cure:
            lines += ["", f"  What to do: {self.cure}"]
        sys.stdout.flush()
        print("\n".join(lines), file=sys.stderr)
        return 1


def last_lines(path: Path, count: int = SHOWN_LINES) -> list[str]:
    """Return the last lines of a text file that may be large, broken or still written to."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 16_384))
        text = file.read().decode("utf-8", "replace")
    return [line[:300] for line in text.splitlines()[-count:]]
