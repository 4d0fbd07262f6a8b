"""What is said at load about answers of access tables that are no action and no restriction."""

import pytest

from gatepost.service.gate import load_gate
from gatepost.service.misspelt_actions import MOST_FINDINGS

MAIN_CF = """\
compatibility_level = 3.6
myhostname = gate.example.com
mydestination = example.com
local_recipient_maps =
maildir_directory = maildirs
smtpd_restriction_classes = guests
guests = reject_unknown_client_hostname
"""


@pytest.fixture
def findings(tmp_path):
    def findings(kind, table):
        check = f"smtpd_client_restrictions = check_client_access {kind}:$config_directory/t\n"
        (tmp_path / "main.cf").write_text(MAIN_CF + check)
        (tmp_path / "master.cf").write_text("127.0.0.1:2525 inet n - n - - smtpd\n")
        (tmp_path / "t").write_text(table)
        return [c for c in load_gate(tmp_path).complaints if c.place.path.endswith("/t")]

    return findings


@pytest.mark.parametrize(("kind", "table", "line", "text", "cure"), [
    ("hash", "a.example OK\nb.example REJCT no\nc.example REJCT\n", 2, "unknown restriction REJCT", "did you mean REJECT?"),
    ("texthash", "a.example permit_mynetwork\n", 1, "unknown restriction permit_mynetwork", "did you mean permit_mynetworks?"),
    ("regexp", "/a/ 550 no\n/b/ REJECTED\n", 2, "unknown restriction REJECTED", "did you mean REJECT?"),
    ("pcre", "/(b)/ DEFR $1\n/b/ DEFR\n", 2, "unknown restriction DEFR", "did you mean DEFER?"),
    ("cidr", "192.0.2.0/24 hash:/etc/other\n", 1, "may not name another table", "write an action of access(5)"),
    ("hash", "a.example check_policy_service\n", 1, "check_policy_service needs", "name it"),
])  # fmt: skip
def test_a_mistake_is_told_with_its_line(findings, kind, table, line, text, cure):
    warning = next(c for c in findings(kind, table) if text in c.text)
    assert (warning.severity, warning.place.line, warning.breaks_mail) == ("warning", line, True)
    assert "451 4.3.5" in warning.text and cure in warning.cure


def test_an_argument_that_makes_an_action_void(findings):
    (warning,) = findings("hash", "a.example OK\nb.example REDIRECT nobody\n")
    assert "REDIRECT needs a mail address" in warning.text and not warning.breaks_mail


@pytest.mark.parametrize("answer", ["OK", "relay", "550 no", "299", "dunno", "guests", "reject_unauth_destination, permit", "PREPEND X: y"])  # fmt: skip
def test_what_is_right_is_not_told(findings, answer):
    assert findings("hash", f"a.example {answer}\n") == []


def test_what_a_group_decides_is_not_told(findings):
    assert findings("pcre", "/^(x)y/ $1\n/(z)/ reject_$1\n") == []


def test_a_table_of_mistakes_is_told_in_part(findings):
    assert len(findings("hash", "".join(f"h{n} WRONG{n}X\n" for n in range(500)))) == MOST_FINDINGS
