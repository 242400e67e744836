"""Who computes next."""

import asyncio
import threading
import time

import pytest

from foundation.model_process.scheduling import Lane, Priority


@pytest.fixture
def lane() -> Lane:
    return Lane("calls")


async def hold(lane: Lane) -> tuple[threading.Event, "asyncio.Future[None]"]:
    """Keep the lane busy until the event is set."""
    begun, release = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        release.wait(5)

    held = asyncio.ensure_future(lane.run(work, priority=Priority.HEARING))
    await asyncio.to_thread(begun.wait, 5)
    return release, held


async def test_what_is_urgent_overtakes_what_waits(lane: Lane) -> None:
    done: list[Priority] = []
    release, held = await hold(lane)
    waiting = [
        asyncio.ensure_future(lane.run(lambda p=p: done.append(p), priority=p))
        for p in (Priority.MORE_WORDS, Priority.HEARING, Priority.QUERY, Priority.FIRST_WORDS)
    ]
    await asyncio.sleep(0)
    release.set()
    await asyncio.gather(held, *waiting)
    assert done == sorted(done)


async def test_work_of_one_priority_is_done_in_order(lane: Lane) -> None:
    done: list[int] = []
    release, held = await hold(lane)
    waiting = [
        asyncio.ensure_future(lane.run(lambda n=n: done.append(n), priority=Priority.HEARING))
        for n in range(20)
    ]
    await asyncio.sleep(0)
    release.set()
    await asyncio.gather(held, *waiting)
    assert done == list(range(20))


async def test_the_background_waits_for_calls(lane: Lane) -> None:
    background = Lane("background", after=lane)
    release, held = await hold(lane)
    done: list[str] = []
    passage = asyncio.ensure_future(
        background.run(lambda: done.append("passage"), priority=Priority.INGESTION)
    )
    await asyncio.sleep(0.05)
    assert done == []
    release.set()
    await asyncio.gather(held, passage)
    assert done == ["passage"]


async def test_a_call_does_not_wait_for_the_background(lane: Lane) -> None:
    background = Lane("background", after=lane)
    passage = asyncio.ensure_future(
        background.run(lambda: time.sleep(0.5), priority=Priority.INGESTION)
    )
    await asyncio.sleep(0.05)
    began = time.monotonic()
    await lane.run(lambda: None, priority=Priority.QUERY)
    assert time.monotonic() - began < 0.3
    await passage


async def test_cancelled_work_never_runs(lane: Lane) -> None:
    done: list[str] = []
    release, held = await hold(lane)
    unwanted = asyncio.ensure_future(
        lane.run(lambda: done.append("unwanted"), priority=Priority.HEARING)
    )
    await asyncio.sleep(0)
    unwanted.cancel()
    release.set()
    await held
    await lane.run(lambda: None, priority=Priority.MORE_WORDS)
    assert done == []


async def test_an_error_reaches_the_one_who_waits_and_the_lane_goes_on(lane: Lane) -> None:
    def fail() -> None:
        raise ValueError("no such sound")

    with pytest.raises(ValueError, match="no such sound"):
        await lane.run(fail, priority=Priority.HEARING)
    assert await lane.run(lambda: 1, priority=Priority.HEARING) == 1
