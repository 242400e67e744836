"""Ctrl-C, SIGTERM and a closed terminal mean the same: stop in an orderly way, once."""

import signal
from types import FrameType
from typing import NoReturn

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def stop_on_signals() -> None:
    """Turn every stop signal into KeyboardInterrupt, even where a shell ignored SIGINT."""
    for number in STOP_SIGNALS:
        signal.signal(number, interrupt)


def ignore_further_signals() -> None:
    """Let nobody interrupt the stop itself; it ends within ten seconds."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
