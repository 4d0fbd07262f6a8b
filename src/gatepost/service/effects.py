"""What a gate without a queue makes of the effects that access tables ask for (access(5): PREPEND, HOLD, …)."""

from gatepost.model.reply import Reply

CARRIED_OUT = frozenset({"PREPEND"})
"""The actions that are done. Whatever else a table asks for is refused for now: mail must not pass without it."""

NEEDS_A_QUEUE = Reply(451, "4.3.0", "Error: this server keeps no queue and cannot do what its policy asks")
