"""The corpora through the engine: no session raises, and the tables in docs/corpora.md and README are those measured."""

from collections import Counter
from functools import cache
from typing import Any

import pytest
from bench.corpora import MODULE, Refused, Tally, Trial, reason
from bench.written import END, begin, replace_table, written_table

from bench import corpora
from gatepost.service.gate import Gate, load_gate

SESSION = {
    "client_ip": "192.0.2.7",
    "client_name": "mx.sender.example",
    "helo": "mx.sender.example",
    "proto": "ESMTP",
    "mail_from": "ann@sender.example",
    "rcpt": "bob@elsewhere.example",
    "label": "ham",
    "corpus": "letters",
}


@cache
def guide() -> Gate:
    return load_gate(corpora.GUIDE)


def trial(**facts: Any) -> Refused | None:
    whole = SESSION | facts
    return Trial(guide(), whole).run(whole)


def test_a_proper_session_is_let_through_although_its_recipient_is_not_ours() -> None:
    assert trial() is None


@pytest.mark.parametrize(
    ("facts", "check"),
    [
        ({"helo": "pc1"}, "`reject_non_fqdn_hostname`"),
        ({"helo": "-x.example"}, "`reject_invalid_hostname`"),
        ({"helo": "a b.example"}, "`reject_invalid_hostname`"),
        ({"helo": "192.0.2.7"}, "`helo.regexp` “An address belongs in brackets”"),
        ({"helo": "12345"}, "`reject_invalid_hostname`"),
        ({"helo": "GATE.example.com"}, "`helo.regexp` “Do not use my own host name”"),
        ({"mail_from": "ann@sender"}, "`reject_non_fqdn_sender`"),
        ({"mail_from": "ann@[1086695621] [pi]"}, "MAIL syntax"),
        ({"mail_from": "ann@spammer.example"}, "`sender_checks` “We do not want your mail”"),
        ({"rcpt": "bob b@elsewhere.example"}, "RCPT syntax"),
        ({"rcpt": "elsewhere.example%bob@ours.example"}, "`reject_unauth_destination`"),
    ],
)
def test_the_first_check_that_refuses_is_named(facts: dict[str, Any], check: str) -> None:
    refused = trial(**facts)
    assert refused is not None
    assert reason(refused) == check


@pytest.mark.parametrize(
    "facts",
    [
        {"mail_from": None},
        {"mail_from": ""},
        {"mail_from": "phishing@pot"},
        {"rcpt": None},
        {"rcpt": "hibody hibody csmining.org"},
        {"client_name": None},
        {"helo": "[192.0.2.7]"},
        {"proto": "SMTP"},
        {"proto": "UTF8SMTPS", "mail_from": "änn@sender.example"},
        {"client_ip": "2001:db8::7"},
    ],
)
def test_what_the_corpus_does_not_know_is_not_held_against_the_client(facts: dict[str, Any]) -> None:
    assert trial(**facts) is None


def test_a_row_names_the_commonest_checks_and_adds_up_the_rest() -> None:
    tally = Tally()
    tally.sessions = 200
    tally.reasons = Counter({name: count for count, name in enumerate("abcdefg", 1)})
    assert (
        tally.row("letters", "spam")
        == "| letters | spam | 200 | 28 | 14.00 % | g 7 · f 6 · e 5 · d 4 · c 3 · others 3 |"
    )


def test_the_table_has_sums_and_replaces_only_itself() -> None:
    tallies = corpora.count(guide(), [SESSION, SESSION | {"label": "spam", "helo": "pc1"}])
    table = corpora.table(tallies)
    assert "| letters | ham | 1 | 0 | 0.00 % |  |" in table
    assert "| **all** | spam | 1 | 1 | 100.00 % | `reject_non_fqdn_hostname` 1 |" in table
    page = replace_table(f"above\n{begin(MODULE)}\nold\n{END}\nbelow\n", MODULE, table)
    assert page.startswith("above\n")
    assert page.endswith("\nbelow\n")
    assert written_table(page, MODULE) == table


@pytest.mark.parametrize("page", ["", f"above {begin(MODULE)}", f"above {END}"])
def test_a_page_without_markers_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="the page has no"):
        replace_table(page, MODULE, "table")


@pytest.mark.shared
def test_every_session_runs_and_the_page_is_not_stale() -> None:
    tallies = corpora.count(guide(), corpora.read_sessions(corpora.SESSIONS))
    assert sum(tally.sessions for tally in tallies.values()) == 32_774
    for page in corpora.PAGES:
        assert written_table(page.read_text(encoding="utf-8"), MODULE) == corpora.table(tallies), page
