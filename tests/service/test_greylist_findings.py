"""What `gatepost check` says about greylisting that cannot work as it is set."""

import pytest

from gatepost.service.gate import load_gate

MAIN_CF = """\
compatibility_level = 3.6
myhostname = gate.example.com
mydestination = example.com
local_recipient_maps =
maildir_directory = maildirs
worker_processes = 1
data_directory = .
greylist_store = sqlite:/tmp/greylist.db
"""
IN_USE = "smtpd_recipient_restrictions = reject_unauth_destination, check_greylist\n"


def findings(tmp_path, text):
    (tmp_path / "main.cf").write_text(MAIN_CF + text)
    (tmp_path / "master.cf").write_text("127.0.0.1:2525 inet n - n - - smtpd\n")
    return [
        each
        for each in load_gate(tmp_path).complaints
        if "greylist" in each.text and "earlier entry" not in each.text
    ]


def test_the_defaults_are_fine(tmp_path):
    assert findings(tmp_path, IN_USE) == []


def test_nothing_is_said_where_it_is_not_used(tmp_path):
    assert findings(tmp_path, "greylist_delay = 9d\ngreylist_store = oracle:\n") == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("greylist_delay = 3d\ngreylist_delay_ceiling = 0", "no retry counts"),
        ("greylist_delay_ceiling = 2d", "is never reached"),
        ("greylist_delay_ceiling = 1m", "it decides"),
        ("greylist_max_age = 1d", "is no longer than greylist_retry_window"),
        ("greylist_store = oracle:x", "no greylist store has the type 'oracle:'"),
        ("greylist_store = memory:\nworker_processes = 2", "each worker knows only what it has seen itself"),
        ("greylist_store = sqlite:/no/such/place/db", "there is no directory /no/such/place yet"),
        ("greylist_client_exceptions = 10.0.0.0/8, ann@sender.example", "'ann@sender.example' is a mail address"),
        ("greylist_training = yes", "none is put off"),
        (
            "smtpd_delay_reject = no\nsmtpd_client_restrictions = check_greylist",
            "check_greylist is never run here",
        ),
    ],
)
def test_what_cannot_work(tmp_path, text, said):
    found = findings(tmp_path, f"{IN_USE}{text}\n")
    assert len(found) == 1, found
    assert said in found[0].text
    assert found[0].cure
    assert found[0].place.line > 8


def test_a_restriction_class_counts_as_use(tmp_path):
    text = "smtpd_restriction_classes = grey\ngrey = check_greylist\ngreylist_training = yes\n"
    assert len(findings(tmp_path, text)) == 1
