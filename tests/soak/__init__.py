"""A whole site under load for a long time, with a fault every second: does it keep its word, and its memory?

    python -m tests.soak.run --minutes 60       (make soak)

ledger.py judges every message, load.py makes the load, faults.py the faults, site.py what they happen to, weighing.py
the memory, lines.py the log.
"""
