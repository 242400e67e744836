"""What becomes of one attempt to read a source: done, failed with a sentence, or tried again
later.
"""

import logging
import random
from contextlib import suppress

from knowledge_app.exceptions import SourceRejected, SourceTakenOver, SourceUnavailable
from knowledge_app.ingestion import Reader, ingest
from knowledge_app.progress import MAX_ATTEMPTS, SourceRun, claim

logger = logging.getLogger(__name__)

FIRST_WAIT_SECONDS = 15.0
MAX_WAIT_SECONDS = 600.0
_OUR_FAULT = "Something went wrong on our side; it has been recorded. Please try again later."
_GAVE_UP = "Reading this broke off several times, so it was given up. Please try again later."


def read_source(source_id: int, *, reader: Reader) -> float | None:
    """Claim and read a source; return after how many seconds to try again, or None when it is
    over.
    """
    run = claim(source_id)
    if run is None:
        return None
    with suppress(SourceTakenOver):
        if run.source.attempts > MAX_ATTEMPTS:
            run.fail(_GAVE_UP)
        else:
            return _attempt(run, reader)
    return None


def _attempt(run: SourceRun, reader: Reader) -> float | None:
    try:
        ingest(run, reader=reader)
    except SourceTakenOver:
        raise
    except SourceRejected as error:
        run.fail(str(error))
    except SourceUnavailable as error:
        return _try_again(run, error)
    except Exception:  # the edge of the process: the owner sees a sentence, we see the trace
        logger.exception("reading a source failed", extra={"source_id": run.source.pk})
        run.fail(_OUR_FAULT)
    return None


def _try_again(run: SourceRun, error: SourceUnavailable) -> float | None:
    if run.source.attempts >= MAX_ATTEMPTS:
        run.fail(f"{error} It was tried {MAX_ATTEMPTS} times.")
        return None
    seconds = wait_seconds(run.source.attempts, asked_seconds=error.retry_after_seconds)
    run.postpone(f"{error} Trying again soon.", seconds=seconds)
    return seconds


def wait_seconds(attempts: int, *, asked_seconds: int | None = None) -> float:
    """Return the wait after this many attempts: doubling, with jitter, never less than the site
    asked for (to a limit).
    """
    doubled = FIRST_WAIT_SECONDS * 2 ** max(0, attempts - 1)
    jittered = doubled * random.uniform(0.75, 1.25)  # noqa: S311 - spreads load, guards nothing
    return min(MAX_WAIT_SECONDS, max(jittered, asked_seconds or 0))
