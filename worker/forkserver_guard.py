"""Imported into the forkserver before any job is forked from it.

A signal to the whole process group (a terminal, `timeout`, systemd) reaches the forkserver too, and its death kills
every live call without a goodbye. The parent alone decides when jobs end; the forkserver ends with its parent.
"""

import signal

signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGINT, signal.SIG_IGN)
