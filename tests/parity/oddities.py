"""What sessions say besides the usual: addresses in every form that RFC 821, 822, 5321 or habit know, and odd lines.

Not drawn, because docs/differences.md tells of them: control characters, STARTTLS, AUTH and XFORWARD.
"""

import random

LOCALS = (
    "known",
    "nobody",
    "ann",
    "bob",
    "user",
    "box",
    "alias",
    "postmaster",
    "Known",
    "refused",
    "owner-list",
    "any7",
)
DOMAINS = (
    "ours.example", "relay.example", "alias.example", "vmail.example", "good.example", "local.example", "void.example",
    "nullmx.example", "sub.relay.example", "Ours.Example", "xn--bcher-kva.example", "else.example", "origin.example",
)  # fmt: skip

PATHS = (
    "<@hop.example,@two.example:{l}@{d}>", " <{l}@{d}>", "{l}@{d}", "<{l}@[IPv6:2001:db8::5]>", "<{l}@[192.0.2.1]>",
    '<"{l}"@{d}>', r"<{l}\@x@{d}>", "<{l} x@{d}>", "<(note){l}@{d}>", "<{l}@{d}(note)>", "Name <{l}@{d}>", "<{l}@{d}>, <x@y.example>",
    "<{l}%{e}@{d}>", "<{e}!{l}@{d}>", "<{e}!{l}>", "<{l}%{e}>", "<{l}@{e}@{d}>", "<{l}.@{d}>", "<.{l}@{d}>", "<{l}..x@{d}>",
    "<{l}@{d}.>", "<{l}@{d}..>", "<{l}@.{d}>", "<{l}@>", "<@{d}>", "<>", "<{l}", "{l}>", "<bücher@{d}>", "<{l}@bücher.example>",
    "<{l}+ext@{d}>", "<{l}-ext@{d}>", "<{l}+@{d}>", "<+{l}@{d}>", '<""@{d}>', '<" {l}"@{d}>', "<{l}@{d}:25>", "<{l}/x@{d}>", "<-{l}@{d}>",
    "<{l}@-x.example>", "<{l}@127.0.0.1>", "<{l}@[127.0.0.1]>", "<{l}@[x]>", "<{l}@[]>", r'<"a\"b"@{d}>', "<{l}@x_y.example>",
    "<{l}@{d}%{e}>", "<{e}!{l}%{d}>", '<"{l}@{e}"@{d}>', '<"{l}%{e}"@{d}>', "<{l}@ours>", "<{l}@localhost>", "<{l}@{d} >", "< {l}@{d}>",
    "<<{l}@{d}>>", "<{l};x@{d}>", "<{l}:x@{d}>", "<{l},x@{d}>", '<"{l}@{d}>', "<{l}@{d}", "{l}@{d}>", "<{l}@1.2>", "<{l}@a.b.>",
    "<postmaster>", "<Postmaster>", "postmaster", "<{l}@mx.ours.example>", "<!{l}@{d}>", "<{l}!@{d}>", "<%{l}@{d}>", "<{l}%@{d}>",
    "<{l}%{e}%{d}>", "<{e}!{d}!{l}>", "<{l}@[IPv6:::1]>", "<{l}@[192.0.2.1]>", "<{l}@[192.0.2.53]>", "<" + "l" * 70 + "@{d}>",
    "<{l}@" + "d" * 64 + ".example>", "<{l}@*.example>", "<{l}'s@{d}>", "<{l}={d}@{e}>", "<SRS0=x=y={d}={l}@{e}>", "<{l}@{d}>x",
)  # fmt: skip

MAIL_OPTIONS = (
    "SIZE=100", "SIZE=99999999999", "SIZE=x", "SIZE=", "SIZE", "BODY=8BITMIME", "BODY=7BIT", "BODY=x", "SMTPUTF8", "smtputf8", "RET=HDRS",
    "RET=FULL", "RET=x", "ENVID=abc", "ENVID=a+2", "ENVID=", "X=1", "SIZE=1 SIZE=2", "body=8bitmime size=5", "RET=FULL RET=HDRS",
    "NOTIFY=NEVER", "SMTPUTF8=x", "<x>",
)  # fmt: skip
RCPT_OPTIONS = (
    "NOTIFY=NEVER", "NOTIFY=SUCCESS,NEVER", "NOTIFY=SUCCESS,FAILURE,DELAY", "NOTIFY=x", "NOTIFY=", "ORCPT=rfc822;x@y.example",
    "ORCPT=x", "ORCPT=;x", "ORCPT=utf-8;x@y.example", "SIZE=1", "FOO", "notify=never orcpt=rfc822;a+2Bb@c.example", "<x>",
)  # fmt: skip

LINES = (
    "NOOP", "NOOP x y", "RSET", "RSET x", "rset", "HELP", "EXPN x", "FOO", "FOO BAR", "DATA x", "DATA", "HELO", "EHLO", "HELO a b",
    "EHLO [192.0.2.10] x", "ehlo mail.good.example", "HELO pc1", "EHLO good.example", "EHLO fails.example", "EHLO bücher.example",
    "MAIL", "RCPT", "MAIL FROM", "MAIL FROM:", "MAIL FROM : <a@good.example>", "MAIL FROM:<a@good.example", "RCPT TO:", "RCPT TO:<>",
    "RCPT FROM:<known@ours.example>", "MAIL TO:<a@good.example>", "MAIL FROM:<ann@good.example>", "mail from:<bob@onlya.example>",
    "RCPT TO:<known@ours.example>", "rcpt to:<nobody@ours.example>", "VRFY", "VRFY a b", "VRFY <known@ours.example>", "VRFY bob@[x]",
    "VRFY known@ours.example SMTPUTF8", "VRFY user@relay.example", "VRFY <>", "vrfy friend@good.example", "VRFY a@b@c..", "ETRN",
    "ETRN a b", "ETRN @good.example", "ETRN #x", "etrn good.example", "ETRN good.example.", "ETRN 192.0.2.1", "ETRN [IPv6:::1]",
    "BDAT", "BDAT x", "BDAT 20", "BDAT 0 LAST", "BDAT 30 LAST", "BDAT 5 FIRST", "BDAT 0", "bdat 12 last", "QUIT x",
    "MAIL FROM:<ann@good.example> SIZE=20000000", "XCLIENT", "XCLIENT NAME=x", "TURN", "RCPT TO:<known@ours.example> NOTIFY=NEVER",
)  # fmt: skip


def odd_path(chance: random.Random) -> str:
    """What may stand behind FROM: or TO:, brackets and all."""
    local, domain, other = chance.choice(LOCALS), chance.choice(DOMAINS), chance.choice(DOMAINS)
    return chance.choice(PATHS).format(l=local, d=domain, e=other)


def with_option(chance: random.Random, command: str) -> str:
    """MAIL or RCPT with an ESMTP parameter, known or not."""
    options = MAIL_OPTIONS if command.startswith("MAIL") else RCPT_OPTIONS
    return f"{command} {chance.choice(options)}"


def odd_line(chance: random.Random) -> str:
    """A line that few clients say, or that few say there."""
    return chance.choice(LINES)
