"""FileWatch: when a change is told, and when it is not yet."""

import os
import time

import pytest

from gatepost.service.reload import FileWatch


@pytest.fixture
def watched(tmp_path):
    path = tmp_path / "table"
    path.write_text("one")
    os.utime(path, (1, 1))
    watch = FileWatch()
    began = time.time_ns() + 10**9  # as if the file had been written long before
    watch.after_load(began, [path])
    return watch, path


def rewrite(path):
    path.write_text("two")


def append(path):
    with path.open("a") as file:
        file.write("more")


def replace_keeping_size_and_time(path):
    times = path.stat()
    fresh = path.with_name("fresh")
    fresh.write_text("two")
    os.utime(fresh, ns=(times.st_atime_ns, times.st_mtime_ns))
    fresh.rename(path)


def remove(path):
    path.unlink()


def permit(path):
    path.chmod(0o600)


@pytest.mark.parametrize("change", [rewrite, append, replace_keeping_size_and_time, remove, permit])
def test_a_change_is_told_at_the_second_look_that_sees_it(watched, change):
    watch, path = watched
    assert watch.look() == ()
    time.sleep(0.02)  # the grain of a file's time
    change(path)
    assert watch.look() == ()
    assert watch.look() == (path,)


def test_a_file_that_is_being_written_is_waited_for(watched):
    watch, path = watched
    for _ in range(3):
        append(path)
        assert watch.look() == ()
    assert watch.look() == (path,)


def test_a_change_that_was_loaded_is_not_told_again(watched):
    watch, path = watched
    rewrite(path)
    watch.after_load(watch.before_load(), [path])
    assert watch.look() == watch.look() == ()


def test_a_change_during_the_load_is_told_afterwards(watched):
    watch, path = watched
    began = watch.before_load()
    append(path)
    watch.after_load(began, [path])
    watch.look()
    assert watch.look() == (path,)


def test_a_new_file_as_young_as_the_load_is_loaded_once_more(watched):
    watch, path = watched
    began = watch.before_load()
    young = path.with_name("young")
    young.write_text("x")
    watch.after_load(began, [path, young])
    watch.look()
    assert watch.look() == (young,)
    watch.after_load(watch.before_load(), [path, young])
    assert watch.look() == watch.look() == ()


def test_a_missing_file_is_told_when_it_comes(watched):
    watch, path = watched
    missing = path.with_name("missing")
    watch.also_watch([missing])
    assert watch.look() == watch.look() == ()
    missing.write_text("here")
    watch.look()
    assert watch.look() == (missing,)
