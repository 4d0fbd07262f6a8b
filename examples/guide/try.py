"""Talk to the demo (`make run`) with nothing but Python: one accepted mail and each kind of refusal of the guide.

try.py                       all of them
try.py 127.0.0.3             one session from that address, with an honest HELO and sender
try.py 127.0.0.2 --helo 12345 --from ann@sender.example --to bob@example.com
"""

import argparse
import smtplib
import sys

SERVER = ("127.0.0.1", 2525)
HONEST = {
    "client": "127.0.0.2",
    "helo": "good.sender.example",
    "sender": "ann@sender.example",
    "to": "bob@example.com",
}

TRIALS: tuple[tuple[str, dict[str, str]], ...] = (
    ("an honest mail", {}),
    ("our own name in HELO", {"helo": "gate.example.com"}),
    ("a bare number in HELO", {"helo": "12345"}),
    ("a bare address in HELO", {"helo": "192.0.2.1"}),
    ("no host name at all in HELO", {"helo": "-bad-"}),
    ("HELO without a domain", {"helo": "localhost"}),
    ("a sender without a domain", {"sender": "ann"}),
    ("a sender whose domain does not exist", {"sender": "ann@nowhere.example"}),
    ("a sender we refuse by table", {"sender": "promo@spammer.example"}),
    ("a recipient elsewhere: relaying", {"to": "victim@elsewhere.example"}),
    ("a forged sender that the table lets skip the checks: still no relay",
     {"sender": "boss@internal.example", "to": "victim@elsewhere.example"}),
    ("the same towards us", {"sender": "boss@internal.example"}),
    ("a client on the block lists", {"client": "127.0.0.3", "helo": "spam.source.example"}),
    ("a listed sender domain", {"sender": "news@listed-domain.example"}),
    ("a client without a name", {"client": "127.0.0.4"}),
    ("a client about whom a list answers with an error: not a listing", {"client": "127.0.0.5"}),
    ("own network: let through", {"client": "127.0.0.1", "helo": "12345", "to": "friend@elsewhere.example"}),
)  # fmt: skip


def session(client: str, helo: str, sender: str, to: str) -> str:
    """One whole session; gives the reply that decided it."""
    with smtplib.SMTP(*SERVER, local_hostname=helo, source_address=(client, 0), timeout=30) as smtp:
        for code, text in (smtp.ehlo(helo), smtp.mail(sender), smtp.rcpt(to)):
            if code >= 400:
                return f"{code} {text.decode()}"
        code, text = smtp.data(f"From: <{sender}>\nTo: <{to}>\nSubject: a trial of Gatepost\n\nHello.\n")
        return f"{code} {text.decode()}"


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("client", nargs="?", help="the loopback address to come from")
    parser.add_argument("--helo", default=HONEST["helo"])
    parser.add_argument("--from", dest="sender", default=HONEST["sender"])
    parser.add_argument("--to", default=HONEST["to"])
    asked = parser.parse_args()
    try:
        if asked.client:
            print(session(asked.client, asked.helo, asked.sender, asked.to))
            return 0
        for what, facts in TRIALS:
            print(f"{what}\n    {session(**(HONEST | facts))}")
    except ConnectionRefusedError:
        print("nothing listens on 127.0.0.1:2525: start it with `make run`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
