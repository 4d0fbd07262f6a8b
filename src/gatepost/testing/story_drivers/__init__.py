"""The ways to tell a story, one file each. A driver runs a whole story in a directory of its own.

    DRIVERS["loopback"](story, directory)

Raises: StoryFailsError where the story does not hold; ConfigurationError where its configuration cannot be used.
"""

from collections.abc import Callable
from pathlib import Path

from gatepost.testing.story import Story
from gatepost.testing.story_drivers import loopback, memory, process

Driver = Callable[[Story, Path], None]

DRIVERS: dict[str, Driver] = {"memory": memory.run, "loopback": loopback.run, "process": process.run}
