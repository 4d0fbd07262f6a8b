"""No password of main.cf is in anything that is told about main.cf."""

import pytest

from gatepost.config.loading import load_configuration
from gatepost.config.main_cf import parse_main_cf
from gatepost.model.errors import Complaint, ConfigurationError, Place
from gatepost.model.secrets import without_secrets
from gatepost.service.gate import load_gate

SECRET = "geheim/2:x@y"


@pytest.mark.parametrize(("text", "shown"), [
    ("redis://:geheim@h:6379/0", "redis://:...@h:6379/0"),
    (f"redis+cluster://u:{SECRET}@h/0 is away", "redis+cluster://u:...@h/0 is away"),
    ("REDISS://u:geheim@h", "REDISS://u:...@h"),
    ("unix:///s?db=1&password=geheim&x=1", "unix:///s?db=1&password=...&x=1"),
    ("redis://h:6379/0", "redis://h:6379/0"),
    ("a:b@c.example", "a:b@c.example"),
    ("", ""),
])  # fmt: skip
def test_what_is_shown(text, shown):
    assert without_secrets(text) == shown


@pytest.mark.parametrize("text", [
    f"greylist_store = redis://:{SECRET}@h\ngreylist_store = memory:\n",
    f"greylist_store = redis://:{'x' * 70}{SECRET}@h\ngreylist_store = memory:\n",
    f"cards_password = {SECRET}\ncards_password = x\n",
    f"cards_bind_pw = {SECRET}\ncards_bind_pw = x\n",
])  # fmt: skip
def test_an_earlier_entry(text):
    _, complaints = parse_main_cf(text, "main.cf")
    [told] = map(str, complaints)
    assert "overriding earlier entry" in told
    assert "geheim" not in told
    assert "xxx" not in told


@pytest.mark.parametrize("text", [
    f"redis://:{SECRET}@h",
    f"greylist_delay = redis://:{SECRET}@h",
    f"greylist_store = redis://:$%{SECRET}@h",
    f"greylist_store = redis://:${{{SECRET}@h",
    f"smtpd_proxy_filter = redis://:{SECRET}@h",
    f"greylist_store = redis://:{SECRET}@h:99999",
    f"greylist_store = http://:{SECRET}@h",
    f"mynetworks = redis://:{SECRET}@h",
])  # fmt: skip
def test_a_value_that_cannot_be_used(tmp_path, text):
    (tmp_path / "main.cf").write_text(f"myhostname = a.example\nmaildir_directory = /nowhere\n{text}\n")
    (tmp_path / "master.cf").write_text("127.0.0.1:2525 inet n - n - 0 smtpd\n")
    told = []
    for load in (load_configuration, load_gate):
        try:
            told.extend(load(tmp_path).complaints)
        except ConfigurationError as error:
            told.extend(error.complaints)
    assert "geheim" not in " ".join(map(str, told))


def test_every_complaint_hides_the_passwords_of_urls():
    complaint = Complaint("error", Place("x"), "redis://:geheim@h is away", "write redis://:geheim@h")
    assert (complaint.text, complaint.cure) == ("redis://:...@h is away", "write redis://:...@h")
