import asyncio
import os
import signal
from datetime import UTC, datetime

from jobs.scheduler import Tick, asked_to_stop, build_scheduler, run_rounds, run_tick, run_until_stopped


class TestTicks:
    async def test_a_job_that_fails_does_not_stop_the_clock(self) -> None:
        async def fails(_now: datetime) -> int:
            raise RuntimeError("a secret")

        await run_tick(Tick("fails", 1, fails))

    async def test_a_late_tick_merges_into_the_next_and_never_runs_beside_itself(self) -> None:
        async def nothing(_now: datetime) -> int:
            return 0

        scheduler = build_scheduler([Tick("nothing", 15, nothing)])
        scheduler.start(paused=True)
        job = scheduler.get_jobs()[0]
        scheduler.shutdown(wait=False)

        assert (job.id, job.coalesce, job.max_instances, job.misfire_grace_time) == (
            "nothing",
            True,
            1,
            None,
        )

    async def test_a_running_job_is_finished_before_the_process_stops(self) -> None:
        started, finished = asyncio.Event(), asyncio.Event()

        async def slow(_now: datetime) -> int:
            started.set()
            await asyncio.sleep(0.2)
            finished.set()
            return 1

        clock = asyncio.create_task(run_until_stopped([Tick("slow", 60, slow)]))
        await started.wait()
        os.kill(os.getpid(), signal.SIGTERM)
        await clock

        assert finished.is_set()

    async def test_a_single_run_finishes_what_it_is_doing_and_begins_nothing_else(self) -> None:
        async def first(_now: datetime) -> int:
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.sleep(0.01)
            return 1

        ticks = [Tick("first", 5, first), Tick("second", 5, first)]
        moved = await run_rounds(ticks, datetime(2026, 1, 6, tzinfo=UTC), stop=asked_to_stop())
        assert moved == {"first": 1, "second": 0}
