"""One thread: in order, errors to the asker, the last work at its end, nothing left of it when a process ends."""

import asyncio
import subprocess
import sys
import threading
import time

import pytest

from gatepost.world.one_thread import OneThread, ThreadClosedError


def test_work_is_done_in_its_order_in_one_thread_that_is_not_ours():
    async def run():
        thread = OneThread("some")
        done = await asyncio.gather(*(thread.do(lambda n: (n, threading.current_thread().name), n) for n in range(9)))
        thread.close(lambda: None)
        return done

    assert asyncio.run(run()) == [(n, "some") for n in range(9)]


def test_what_the_work_raises_is_the_askers():
    async def run():
        thread = OneThread("some")
        with pytest.raises(KeyError):
            await thread.do({}.__getitem__, "x")
        assert await thread.do(str, 1) == "1"
        thread.close(lambda: None)
        with pytest.raises(ThreadClosedError):
            await thread.do(str, 1)

    asyncio.run(run())


def test_who_leaves_is_not_told_and_the_work_is_done():
    async def run():
        thread, began, done = OneThread("some"), threading.Event(), []

        def work(what):
            began.set()
            time.sleep(0.05)
            done.append(what)

        asked = asyncio.create_task(thread.do(work, "x"))
        await asyncio.to_thread(began.wait, 10)
        asked.cancel()
        assert await thread.do(str, 1) == "1"
        thread.close(lambda: None)
        return done

    assert asyncio.run(run()) == ["x"]


PROGRAM = """
import asyncio, time
from gatepost.world.one_thread import OneThread

async def main():
    thread = OneThread("some")
    asyncio.ensure_future(thread.do(lambda text: (time.sleep(0.2), print(text)), "done"))
    await asyncio.sleep(0.05)
    {close}

asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("close", "said"), [("thread.close(lambda: print('closed'))", "done\nclosed\n"), ("", "done\n")]
)
def test_a_process_that_ends_waits_for_the_work_and_for_nothing_else(close, said):
    program = PROGRAM.replace("{close}", close)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30)
    assert (done.stdout, done.stderr, done.returncode) == (said, "", 0)
