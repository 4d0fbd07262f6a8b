"""What workers can write is told by modes and owners, before they try."""

import os

import pytest

from gatepost.service import write_rights
from gatepost.service.gate import load_gate
from gatepost.service.write_rights import unwritable


@pytest.fixture
def owner(monkeypatch):
    """The workers are who runs the tests, and are judged by modes, be it root."""
    writer = write_rights._Writer("me", os.geteuid(), frozenset())
    monkeypatch.setattr(write_rights, "_writers", lambda _: [writer])


@pytest.mark.parametrize(
    ("directory_mode", "file_mode", "name", "is_fine"),
    [
        (0o700, None, "store.db", True),
        (0o700, None, "new/deep/store.db", True),
        (0o700, 0o600, "file", True),
        (0o500, 0o600, "file", True),
        (0o500, None, "store.db", False),
        (0o500, None, "new/store.db", False),
        (0o077, None, "store.db", False),
        (0o600, 0o600, "file", False),
        (0o700, 0o400, "file", False),
    ],
)
def test_modes(owner, tmp_path, directory_mode, file_mode, name, is_fine):
    directory = tmp_path / "data"
    directory.mkdir()
    if file_mode is not None:
        (directory / "file").touch(file_mode)
    directory.chmod(directory_mode)
    try:
        why = unwritable(directory / name, "")
    finally:
        directory.chmod(0o700)
    assert (why == "") is is_fine
    if why:
        assert why.startswith(f"me may not write {directory / name}: {directory}")


def test_who_has_a_right_by_a_group(monkeypatch, tmp_path):
    group = tmp_path.stat().st_gid
    monkeypatch.setattr(write_rights, "_writers", lambda _: [write_rights._Writer("w", -1, frozenset({group}))])
    monkeypatch.setattr(write_rights, "_ENTER", 0)
    tmp_path.chmod(0o770)
    assert unwritable(tmp_path / "x", "") == ""
    tmp_path.chmod(0o757)
    assert unwritable(tmp_path / "x", "")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives itself up")
def test_root_that_stays_root_may_write_anywhere():
    assert unwritable(write_rights.Path("/etc/x"), "") == ""
    assert "nobody may not write" in unwritable(write_rights.Path("/etc/x"), "nobody")


@pytest.mark.parametrize(("words", "count"), [("reject_unverified_recipient", 1), ("reject_unlisted_recipient", 0)])
def test_a_cache_of_verification_that_cannot_be_written_is_told_where_it_is_used(tmp_path, words, count):
    (tmp_path / "master.cf").write_text("127.0.0.1:2525 inet n - n - - smtpd\n")
    (tmp_path / "main.cf").write_text(
        "compatibility_level = 3.6\nmyhostname = gate.example.com\nmaildir_directory = maildirs\nmail_owner = nobody\n"
        f"address_verify_map = sqlite:/etc/verify.db\nsmtpd_recipient_restrictions = reject_unauth_destination, {words}\n"
    )
    said = [each.text for each in load_gate(tmp_path).complaints if "may not write /etc/verify.db" in each.text]
    assert len(said) == count
