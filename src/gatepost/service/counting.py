"""Who counts the clients of one worker: the memory of this machine alone, or with it a store that machines share.

A store whose driver is not installed, or whose name cannot be read, is told of in the log, and this machine counts
alone; `gatepost check` finds both (arrival_findings.py).
"""

from gatepost.config.configuration import Configuration
from gatepost.service.client_limits import Counts
from gatepost.world.limits.shared_counts import SharedCounts
from gatepost.world.watching.log import Logging


def open_counts(configuration: Configuration, shared: SharedCounts, log: Logging) -> Counts:
    """Take part in the counting, in this process; nothing is connected yet."""
    counts = shared.join()
    url = configuration.text("anvil_store")
    if not url:
        return counts
    try:
        from gatepost.world.limits.store import StoreCounts

        return StoreCounts(counts, url, shared.machine, configuration.seconds("anvil_rate_time_unit"), log)
    except ImportError:
        log.warning("anvil_store: not installed: pip install gatepost[redis]: this machine counts its clients alone")
    except ValueError as error:
        log.warning(f"anvil_store: {error}: this machine counts its clients alone")
    return counts
