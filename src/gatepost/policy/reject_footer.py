"""The footer of refusals: smtpd_reject_footer and smtpd_reject_footer_maps (postfix-semantics 3.7).

`\\n` in the template begins another line of the reply, with code and enhanced code repeated; a leading `\\c` joins
the first line to the last of the refusal. $-names are those below; any other is empty. Our own `$decision_id` is the
id that the log line of the refusal has, or, where a command was refused without asking the policy, the id that all
decisions of the session begin with.

Limits: every line is cut at 512 octets with CRLF (RFC 5321 section 4.5.3.1.5). The log never shows the footer.
Postfix: smtpd_reject_footer, smtpd_reject_footer_maps, smtpd_expansion_filter.
"""

from collections.abc import Mapping
from dataclasses import replace

from gatepost.model.reply import Reply
from gatepost.model.session import UNKNOWN, Client
from gatepost.model.settings import Settings
from gatepost.policy.listing_reply import address_values, clean
from gatepost.policy.outcome import cut
from gatepost.policy.subjects import client_label
from gatepost.policy.templates import compile_template, render


def add_footer(reply: Reply, template: str, values: Mapping[str, str], allowed: str = "") -> Reply:
    """The reply with its footer; `allowed` is smtpd_expansion_filter. Raises TemplateError."""
    pieces = [compile_template(piece) for piece in template.removeprefix("\\c").split("\\n")]
    footer = [render(piece, lambda name: clean(values.get(name, ""), allowed)).replace("\n", " ") for piece in pieces]
    lines = reply.text.split("\n")
    if template.startswith("\\c"):
        lines[-1] += footer.pop(0)
    return replace(reply, text="\n".join(cut(line, reply.enhanced) for line in (*lines, *footer)))


def footer_values(
    client: Client, settings: Settings, *, helo_name: str, sender: str | None, recipient: str | None, ident: str
) -> dict[str, str]:
    """What a footer may show; `$localtime` is for those who have a clock."""
    name = client.names.name if client.names else UNKNOWN
    return {
        "client": client_label(client, name, with_port=settings.smtpd_client_port_logging),
        "client_address": client.address.text,
        "client_name": name,
        "client_port": str(client.port),
        "decision_id": ident,
        "helo_name": helo_name,
        "reverse_client_name": client.names.reverse_name if client.names else UNKNOWN,
        "server_name": settings.myhostname,
        **address_values("sender", sender),
        **address_values("recipient", recipient),
    }
