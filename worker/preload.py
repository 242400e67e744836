"""Imported into the forkserver before any job is forked from it: what jobs share, and what must not
kill them.

A signal to the whole process group (a terminal, `timeout`, systemd) reaches the forkserver too, and
its death kills every live call without a goodbye. The parent alone decides when jobs end; the
forkserver ends with its parent.
"""

import signal

# httpx imports these at its first request, which in a call is the greeting: 0.2 s of a busy event
# loop.
import anyio._backends._asyncio
import httpcore
from livekit.agents import tokenize

from worker.engines import local

__all__ = ["anyio", "httpcore", "local"]

# Their tables are built at the first use, which is the first caption.
tokenize.basic.hyphenate_word("hyphenation")
tokenize.blingfire.SentenceTokenizer().tokenize("One sentence. And another one.")

signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGINT, signal.SIG_IGN)
