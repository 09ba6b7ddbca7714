"""Jobs to try a worker with: `python -m worker run worker.samples:registry --embedded -`."""

from __future__ import annotations

import asyncio
import time

from worker.registry import Registry, current_job

registry = Registry()


@registry.job
def add(a: int, b: int) -> int:
    """Succeeds, in a thread."""
    return a + b


@registry.job
async def flaky(succeeds_at: int = 3) -> str:
    """Fails until the given attempt."""
    attempt = current_job().attempt
    if attempt < succeeds_at:
        raise ConnectionError(f"attempt {attempt} did not get through")
    return f"through at attempt {attempt}"


@registry.job(max_attempts=2)
async def doomed() -> None:
    """Never succeeds."""
    raise ValueError("this can never work")


@registry.job
async def nap(seconds: float = 1.0) -> str:
    """Takes its time, to see a worker busy."""
    await asyncio.sleep(seconds)
    return f"slept {seconds:g} s"


@registry.job
def block(seconds: float = 1.0) -> str:
    """Takes its time and a thread, to see that beats go on."""
    time.sleep(seconds)
    return f"blocked {seconds:g} s"
