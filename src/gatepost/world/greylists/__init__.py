"""Greylist stores: where greylisting is written down. One driver per file, opened by the value of greylist_store.

    memory:                 this process only, forgotten with it           memory.py
    sqlite:/file            all processes of one machine                   sqlite.py
    redis://…, rediss://…, unix://…, redis+cluster://…   any number of machines   redis.py

asking.py answers the questions of policy with them; pools.py tells the pool that a client belongs to.
"""
