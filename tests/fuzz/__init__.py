"""Octets that nobody sane would send, by the hundred thousand, to everything that reads octets.

    python -m tests.fuzz.run --inputs 100000            every target (make fuzz)
    python -m tests.fuzz.run --seconds 60 smtp          one of them

One file in targets/ for each reader; its `one_input(octets)` raises for a fault and for nothing else. corpus/NAME/
holds what it starts from, and every input that ever found a fault: those are replayed by test_corpus.py for ever.
"""
