"""Run stories from the command line: `python -m gatepost.testing.story` (see there for how stories are written)."""

import argparse
import sys
import tempfile
from pathlib import Path

from gatepost.model.errors import ConfigurationError
from gatepost.testing.story import DRIVER_NAMES, Story, StoryError, parse_story
from gatepost.testing.story_drivers import DRIVERS
from gatepost.testing.story_telling import StoryFailsError


def read_story(path: Path) -> Story:
    """Read a story file. Raises StoryError, OSError."""
    return parse_story(path.read_text(encoding="utf-8"), str(path))


def run_story(story: Story, driver: str) -> str:
    """Run a story in a fresh directory. Gives "" when it holds, else what is wrong."""
    with tempfile.TemporaryDirectory(prefix="gatepost-story-") as directory:
        Path(directory).chmod(0o755)
        try:
            DRIVERS[driver](story, Path(directory))
        except (StoryFailsError, StoryError) as failure:
            return str(failure)
        except ConfigurationError as error:
            return f"{story.path}:1: the configuration cannot be used:\n{error}"
    return ""


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line. Exit codes: 0 all stories hold, 1 one does not, 2 usage or an unreadable story."""
    parser = argparse.ArgumentParser(
        prog="python -m gatepost.testing.story", description="Run stories: SMTP dialogues that a configuration keeps."
    )
    parser.add_argument(
        "--driver", choices=(*DRIVER_NAMES, "all"), default="loopback", help="how to run them (default %(default)s)"
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE.story")
    options = parser.parse_args(arguments)
    try:
        stories = [read_story(path) for path in options.files]
    except (StoryError, OSError, UnicodeDecodeError) as error:
        print(error, file=sys.stderr)
        return 2
    drivers = DRIVER_NAMES if options.driver == "all" else (options.driver,)
    outcomes = [_tell_one(story, driver) for story in stories for driver in drivers]
    return 0 if all(outcomes) else 1


def _tell_one(story: Story, driver: str) -> bool:
    """Run one story, print one line for it, and more where it fails."""
    if driver in story.excluded:
        print(f"-    {driver:8} {story.path}: {story.excluded[driver]}")
        return True
    wrong = run_story(story, driver)
    print(f"{'FAIL' if wrong else 'ok  '} {driver:8} {wrong or f'{story.path}: {story.title}'}", flush=True)
    return not wrong
