"""A pytest plugin of `bin/test`: end when the tests have ended, though one left a thread behind.

Python waits at exit for every thread, and pytest has said its last by then: nothing would be
printed and a CI job would hang until somebody kills it.
"""

import faulthandler
import sys

import pytest

EXIT_SECONDS = 30


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Give the interpreter some seconds to exit; then show where each thread is, and fail."""
    faulthandler.dump_traceback_later(EXIT_SECONDS, exit=True, file=sys.__stderr__ or sys.stderr)
