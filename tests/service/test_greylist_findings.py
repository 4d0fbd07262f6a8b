"""What `gatepost check` says about greylisting that cannot work as it is set."""

import pytest

from gatepost.service.gate import load_gate
from gatepost.world.greylists.pools import _suffixes as pool_suffixes
from gatepost.world.greylists.pools import pool_of

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
        ("greylist_store = sqlite:/tmp/no-such-place/db", "there is no directory /tmp/no-such-place yet"),
        (
            "mail_owner = nobody\ngreylist_store = sqlite:/etc/greylist.db",
            "may not write /etc/greylist.db: /etc is root's, mode 0755: greylist_tempfail_action decides on all mail",
        ),
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


def test_what_an_access_table_answers_counts_as_use(tmp_path):
    """Its parts are made ready while they can be read: mail_owner may be unable to."""
    (tmp_path / "access").write_text("dsl.example  reject_unlisted_recipient, check_greylist\n")
    text = "smtpd_client_restrictions = check_client_access texthash:access\n"
    pool_suffixes.cache_clear()
    pool_of.cache_clear()
    assert len(findings(tmp_path, f"{text}greylist_training = yes\n")) == 1
    assert pool_suffixes.cache_info().currsize == 1


def test_a_table_behind_a_server_may_answer_it_where_a_store_is_named(tmp_path):
    (tmp_path / "access.cf").write_text("dbpath = /tmp/access.db\nquery = SELECT v FROM t WHERE k='%s'\n")
    text = "smtpd_client_restrictions = check_client_access sqlite:./access.cf\ngreylist_training = yes\n"
    assert len(findings(tmp_path, text)) == 1


def test_a_restriction_class_counts_as_use(tmp_path):
    text = "smtpd_restriction_classes = grey\ngrey = check_greylist\ngreylist_training = yes\n"
    assert len(findings(tmp_path, text)) == 1
