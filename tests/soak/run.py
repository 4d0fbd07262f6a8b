"""Run a soak and judge it: `python -m tests.soak.run --minutes 60`.

In the first half of the time every fault happens, in the second half no worker is killed and nothing reloaded, so that
workers grow old enough to be weighed. Half of what the gate takes at the beginning is the load; --rate says another.
Prints its figures; exit status 1 when anything was wrong.
"""

import argparse
import asyncio
import contextlib
import os
import random
import re
import shutil
import signal
import sys
import time
from pathlib import Path

from tests.soak.faults import Faults
from tests.soak.ledger import Ledger
from tests.soak.lines import outages, unexpected
from tests.soak.load import Load
from tests.soak.site import Site, whole_site
from tests.soak.weighing import Scales

SETTLED_S = 10.0
"""So old a dump of the hop is finished: smtpd_proxy_timeout is shorter."""

LAST_TRIES_S = 40.0

LEFT_ALONE_S = 6.0
"""So long nobody asks what has just failed; a name server longest (world/names/ports.py, PROBE_EVERY_S)."""

WARM_S, CALIBRATION_S = 3.0, 20.0
"""How long clients that never pause are served, before it counts and while it does."""


def collect(site: Site, ledger: Ledger, *, everything: bool) -> None:
    """Take what arrived into the ledger, and off the disk."""
    now = time.time()
    for path in list(site.hop.dumps.iterdir()):
        with contextlib.suppress(FileNotFoundError):
            if everything or now - path.stat().st_mtime > SETTLED_S:
                ledger.arrived(path.read_bytes())
                path.unlink()
    for path in list(site.maildirs.glob("*/new/*")):
        ledger.arrived(path.read_bytes())
        path.unlink()


async def keep_collecting(site: Site, ledger: Ledger) -> None:
    """Every second, until cancelled: else the Maildirs fill their disk by themselves."""
    while True:
        await asyncio.sleep(1)
        await asyncio.to_thread(collect, site, ledger, everything=False)


async def play(site: Site, ledger: Ledger, scales: Scales, seconds: float, rate: float, seed: str) -> list[str]:
    """Load and faults for so long; gives the lines of the report."""
    loop = asyncio.get_running_loop()
    chance = random.Random(seed)
    faults = Faults(site, chance)
    load = Load(site, ledger, faults, chance)
    collecting = asyncio.create_task(keep_collecting(site, ledger))
    await load.capacity(min(WARM_S, seconds / 10))
    measured = await load.capacity(min(CALIBRATION_S, seconds / 10))
    rate = rate or measured / 2
    told = [
        f"load: {rate:.0f} sessions a second, {rate / max(measured, 1):.0%} of the {measured:.0f} taken without faults"
    ]
    tasks = [asyncio.create_task(load.run(rate)), asyncio.create_task(faults.run())]
    began = loop.time()
    while loop.time() < began + seconds:
        await asyncio.sleep(1)
        faults.is_gentle = loop.time() > began + seconds / 2
        scales.weigh(loop.time(), site.gate.memory_kb())
        for task in (*tasks, collecting):
            if task.done():
                task.result()
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    site.stop_everything_paused()
    await load.finish(LAST_TRIES_S)
    await asyncio.sleep(LEFT_ALONE_S)
    await load.visit_everything()
    collecting.cancel()
    await asyncio.wait([collecting])
    told.append(f"faults: {faults.done.total()}: {dict(faults.done.most_common())}")
    told.append(f"heard: {dict(sorted(load.counts.items()))}; {load.left_out} sessions left out")
    ledger.faults.extend(load.faults)
    return told


def soak(minutes: float, rate: float, seed: str, keep: Path | None) -> int:
    """One soak; the exit status."""
    ledger, scales = Ledger(), Scales()
    with whole_site() as site:
        report = asyncio.run(play(site, ledger, scales, minutes * 60, rate, seed))
        site.gate.signal(signal.SIGTERM)
        status = site.gate.end()
        site.hop.kill()
        collect(site, ledger, everything=True)
        log = site.gate.log()
        if keep is not None:
            keep.write_text(log)
    counts, doubled = outages(log)
    warnings = re.findall(r": warning: (.*)", log)
    report.append(f"messages: {dict(sorted(ledger.tally().items()))}; {ledger.whole.total()} copies arrived, "
                  f"{sum(n > 1 for n in ledger.whole.values())} more than once, {ledger.cut_short} cut short")  # fmt: skip
    report.append(
        f"outages told: {dict(sorted(counts.items()))}; {len(warnings)} warnings in {log.count(chr(10))} lines"
    )
    report.append(f"memory: {scales.told()}")
    faults = (
        ledger.judge() + unexpected(log) + doubled + scales.judge() + ([f"exit status {status}"] if status else [])
    )
    print("\n".join(report))
    print(
        f"{len(faults)} faults" if faults else "no faults: every message accounted for, nothing unexpected in the log"
    )
    print("\n".join(f"  {fault[:400]}" for fault in faults[:40]))
    return 1 if faults else 0


def main() -> int:
    """Read the command line; as root run in a mount namespace of our own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rate", type=float, default=0)
    parser.add_argument("--seed", default="soak")
    parser.add_argument("--log", type=Path, help="keep the gate's log here")
    options = parser.parse_args()
    unshare = shutil.which("unshare")
    if os.geteuid() == 0 and unshare and "SOAK_NAMESPACE" not in os.environ:
        os.environ["SOAK_NAMESPACE"] = "own"
        os.execv(unshare, [unshare, "-m", sys.executable, "-m", "tests.soak.run", *sys.argv[1:]])
    return soak(options.minutes, options.rate, options.seed, options.log)


if __name__ == "__main__":
    sys.exit(main())
