"""What is said at load about actions in access tables that a gate without a queue cannot carry out."""

import pytest

from gatepost.service.gate import load_gate

MAIN_CF = """\
compatibility_level = 3.6
myhostname = gate.example.com
mydestination = example.com
local_recipient_maps =
maildir_directory = maildirs
"""


@pytest.fixture
def findings(tmp_path):
    def findings(policy, table=""):
        (tmp_path / "main.cf").write_text(MAIN_CF + policy)
        (tmp_path / "master.cf").write_text("127.0.0.1:2525 inet n - n - - smtpd\n")
        (tmp_path / "t").write_text(table)
        return [
            each for each in load_gate(tmp_path).complaints if "451 4.3.0" in each.text or "too late" in each.text
        ]

    return findings


@pytest.mark.parametrize(
    ("name", "table", "line"),
    [
        ("hash:$config_directory/t", "a.example OK\nb.example hold it\nc.example HOLD\n", 2),
        ("texthash:$config_directory/t", "b.example HOLD\nc.example HOLD\n", 1),
        ("regexp:$config_directory/t", "/a/ REJECT\n/(b)/ HOLD $1\n/c/ HOLD\n", 2),
        ("pcre:$config_directory/t", "/a/ HOLD\nif /b/\n/b/ HOLD\nendif\n", 1),
        ("cidr:$config_directory/t", "192.0.2.0/24 OK\n!198.51.100.0/24 HOLD\n0.0.0.0/0 HOLD\n", 2),
    ],
)
def test_a_file_that_shows_it(findings, name, table, line):
    (warning,) = findings(f"smtpd_client_restrictions = check_client_access {name}\n", table)
    assert (warning.severity, warning.place.line) == ("warning", line)
    assert warning.place.path.endswith("/t")
    assert "smtpd_client_restrictions: HOLD needs a queue" in warning.text
    assert "(and 1 more)" in warning.text


@pytest.mark.parametrize("name", ["static:{FILTER smtp:[127.0.0.1]:25}", "inline:{ {x=FILTER smtp:[127.0.0.1]:25} }"])
def test_a_table_without_a_file(findings, name):
    (warning,) = findings(f"smtpd_sender_restrictions = check_sender_access {name}\n")
    assert "FILTER needs a queue" in warning.text
    assert warning.place.path == name


@pytest.mark.parametrize("action", ["BCC a@b.example", "REDIRECT a@b.example", "PREPEND X-A: b"])
def test_what_comes_too_late_at_the_end_of_the_message(findings, action):
    (warning,) = findings(f"smtpd_end_of_data_restrictions = check_sender_access inline:{{ {{x={action}}} }}\n")
    assert "too late" in warning.text
    assert findings(f"smtpd_data_restrictions = check_sender_access inline:{{ {{x={action}}} }}\n") == []


@pytest.mark.parametrize("action", ["FILTER nowhere", "HOLDER", "REJECT HOLD", "DISCARD"])
def test_what_can_be_done_or_is_passed_over(findings, action):
    assert findings(f"smtpd_sender_restrictions = check_sender_access inline:{{ {{x={action}}} }}\n") == []
