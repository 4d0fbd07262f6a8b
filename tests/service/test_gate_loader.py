"""What a running server takes at a reload, and what it does not."""

import pytest

from gatepost.model.errors import ConfigurationError
from gatepost.service.serving import GateLoader

GOOD = """\
compatibility_level = 3.6
mydestination =
local_recipient_maps =
relay_domains = example.com
maildir_directory = /nowhere
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
"""


@pytest.fixture
def write(tmp_path):
    (tmp_path / "master.cf").write_text("127.0.0.1:2525 inet n - n - - smtpd\n")

    def write(text):
        (tmp_path / "main.cf").write_text(text)
        return tmp_path

    return write


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("smtpd_recipient_restrictions = reject_non_fqdn_sendr", "reject_non_fqdn_sendr"),
        ("smtpd_recipient_restrictions = check_sender_access hash:/no/such/file", "no such file"),
        (
            "smtpd_relay_restrictions =\n"
            "smtpd_recipient_restrictions = check_sender_access inline:{a=OK}, reject_unauth_destination",
            "open relay",
        ),
        ("smtpd_helo_required = maybe", "maybe"),
    ],
)
def test_a_change_that_breaks_mail_is_refused(write, line, said):
    load = GateLoader(write(GOOD))
    load()
    write(f"{GOOD}{line}\n")
    with pytest.raises(ConfigurationError) as refused:
        load()
    assert said in str(refused.value)
    assert "main.cf:" in str(refused.value) or "/no/such/file" in str(refused.value)
    write(GOOD)
    load()


def test_what_was_broken_at_the_start_does_not_stop_other_changes(write):
    broken = GOOD + "smtpd_recipient_restrictions = reject_non_fqdn_sendr\n"
    load = GateLoader(write(broken))
    load()
    write(broken + "smtpd_helo_required = yes\n")
    assert load().gate.smtp_doors[0].speech.smtpd_helo_required
