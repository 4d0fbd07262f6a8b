"""Secrets that others can read, a data_directory that cannot be written, chroot: what `check` and `run` say."""

import os
import stat

import pytest

from gatepost.service import write_rights
from gatepost.service.gate import load_gate
from gatepost.service.serving import GateLoader

MAIN_CF = """\
compatibility_level = 3.6
myhostname = gate.example.com
mydestination = example.com
local_recipient_maps =
maildir_directory = /nowhere
data_directory = {data}
mail_owner = nobody
"""
ROW = "127.0.0.1:2525 inet n - {chroot} - - smtpd{option}\n"


def write(tmp_path, more="", *, chroot="n", option="", mode=0o644, data="data"):
    (tmp_path / "main.cf").write_text(MAIN_CF.format(data=tmp_path / data) + more)
    (tmp_path / "master.cf").write_text(ROW.format(chroot=chroot, option=option))
    for name in ("main.cf", "master.cf"):
        (tmp_path / name).chmod(mode)
    return tmp_path


def told(directory):
    return [(c.severity, c.place.path.rpartition("/")[2], c.text) for c in load_gate(directory).complaints]


@pytest.mark.parametrize(("more", "option", "file"), [
    ("greylist_store = redis://:geheim@h/0\n", "", "main.cf"),
    ("x = y\ncards_password = geheim\n", "", "main.cf"),
    ("", " -o greylist_store=redis://u:geheim@h", "master.cf"),
])  # fmt: skip
def test_secrets_that_everybody_can_read(tmp_path, more, option, file):
    said = [each for each in told(write(tmp_path, more, option=option)) if "can read the password" in each[2]]
    assert [(severity, where) for severity, where, _ in said] == [("warning", file)]
    assert "geheim" not in str(said)
    write(tmp_path, more, option=option, mode=0o640)
    assert "can read the password" not in str(told(tmp_path))


@pytest.mark.parametrize(("chroot", "is_said"), [("y", True), ("n", False), ("-", False)])
def test_chroot_is_answered(tmp_path, chroot, is_said):
    said = [each for each in told(write(tmp_path, chroot=chroot)) if "chroot" in each[2]]
    assert [severity for severity, _, _ in said] == ["notice"] * is_said


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: another owner")
@pytest.mark.parametrize(("owner", "mode", "said"), [
    ("nobody", 0o750, ""),
    ("nobody", 0o550, "nobody may not write"),
    ("root", 0o755, "nobody may not write"),
    ("nobody", 0o777, "everybody may write to"),
    ("root", 0o1777, ""),
])  # fmt: skip
def test_whether_mail_owner_can_write(tmp_path, monkeypatch, owner, mode, said):
    monkeypatch.setattr(write_rights, "_ENTER", 0)  # the directories of pytest are closed to others
    data = write(tmp_path) / "data"
    data.mkdir()
    data.chmod(mode)
    os.chown(data, {"root": 0, "nobody": 65534}[owner], -1)
    found = [text for _, _, text in told(tmp_path) if "data_directory" in text]
    assert (len(found), said in "".join(found)) == (bool(said), True)


def test_it_is_made_where_it_is_missing(tmp_path):
    GateLoader(write(tmp_path))()
    found = (tmp_path / "data").stat()
    assert stat.S_IMODE(found.st_mode) == 0o750
    assert found.st_uid == (65534 if os.geteuid() == 0 else os.geteuid())
    assert GateLoader(tmp_path)().complaints == load_gate(tmp_path).complaints


def test_what_cannot_be_made_is_told(tmp_path):
    complaints = GateLoader(write(tmp_path, data="no/such/place"))().complaints
    [said] = [complaint for complaint in complaints if "cannot be made" in complaint.text]
    assert said.cure == f"install -d -o nobody -m 750 {tmp_path}/no/such/place"
