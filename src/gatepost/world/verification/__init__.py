"""Whether an address takes mail: probes to next hops and mail exchangers, and the cache of what they came to."""
