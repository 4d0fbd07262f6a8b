"""What an access table may answer, and a policy server: access(5), as policy/access.py reads it.

An action is no function with a docstring but a row of a table there, so its manual is written here; a test holds that
the two name the same.
"""

import inspect
from collections.abc import Iterator

from gatepost.manual.topics.topic import Kind, Topic, read_manual

STEERING = "How the list goes on"
REFUSING = "Refusals"
CHANGING = "What becomes of the message"
LOGGING = "Words for the log"

_ACTIONS: tuple[tuple[str, str, str, str], ...] = (
    (
        "OK",
        "",
        STEERING,
        """Permit: the rest of this list, and of no other, is skipped.

        A value of digits only means the same.""",
    ),
    ("RELAY", "", STEERING, "The same as OK."),
    (
        "DUNNO",
        "",
        STEERING,
        """Have no opinion: the key is known, less specific keys are not tried, the next restriction is asked.""",
    ),
    (
        "restriction ...",
        "",
        STEERING,
        """Run these restrictions in place of the look-up.

        Any value that is no action is a list of restrictions and restriction classes. It may not name a table
        directly (`type:table`): 451 4.3.5.""",
    ),
    (
        "REJECT",
        "[text]",
        REFUSING,
        """Refuse, with access_map_reject_code (554) and 5.7.1, "Access denied" or the text.

        The text may begin with an enhanced code of its own: `REJECT 5.7.9 Not from here`.""",
    ),
    (
        "DEFER",
        "[text]",
        REFUSING,
        """Refuse for now, with access_map_defer_code (450) and 4.7.1, "Access denied" or the text.""",
    ),
    ("4NN", "text", REFUSING, "Refuse for now, with this code, an enhanced code if the text has one, and the text."),
    ("5NN", "text", REFUSING, "Refuse, with this code, an enhanced code if the text has one, and the text."),
    (
        "DEFER_IF_PERMIT",
        "[text]",
        REFUSING,
        """Answer access_map_defer_code (450) instead of a final permit; a later refusal keeps its own text.""",
    ),
    (
        "DEFER_IF_REJECT",
        "[text]",
        REFUSING,
        """Answer access_map_defer_code (450) instead of a 5xx refusal by a later restriction.""",
    ),
    ("HANGUP", "", REFUSING, "Close the connection without a reply."),
    (
        "DISCARD",
        "[text]",
        CHANGING,
        """Answer 250 to the whole message and drop it; no later list is run. The text goes to the log.""",
    ),
    (
        "PREPEND",
        "Header: text",
        CHANGING,
        """Put a header line above the message that is sent on.

        At the end of the message it comes too late and is passed over with a log line. Text that is no header of
        one line is ignored with a log line.""",
    ),
    (
        "BCC",
        "user@domain",
        CHANGING,
        """Offer the message to one recipient more.

        If the next hop refuses that one, the mail goes on without. At the end of the message it comes too late:
        451 4.3.0. Text that is no mail address is ignored with a log line.""",
    ),
    (
        "REDIRECT",
        "user@domain",
        CHANGING,
        """Send the message to this address instead of all its recipients, those of BCC included.

        The last one that is asked for counts; if the next hop refuses it, the client is refused. At the end of the
        message it comes too late: 451 4.3.0. Text that is no mail address is ignored with a log line.""",
    ),
    (
        "HOLD",
        "[text]",
        CHANGING,
        """Refuse for now, 451 4.3.0: there is no queue that could hold the message.

        A log line tells it, so that the table can be changed. Postfix keeps the message back.""",
    ),
    (
        "FILTER",
        "transport:destination",
        CHANGING,
        """Refuse for now, 451 4.3.0: there is no queue that a filter could be fed from.

        A log line tells it; smtpd_proxy_filter and transport_maps choose where mail goes. Postfix sends the message
        through the filter. Text that is no transport is ignored with a log line.""",
    ),
    ("INFO", "[text]", LOGGING, "Log a line, and go on with the next restriction."),
    ("WARN", "[text]", LOGGING, "Log a line as a warning, and go on with the next restriction."),
)


def action_topics() -> Iterator[Topic]:
    """All actions, in the order of their groups."""
    for name, synopsis, group, text in _ACTIONS:
        manual = read_manual(inspect.cleandoc(text))
        facts = (*manual.facts, ("Postfix", "access(5)"))
        yield Topic(Kind.ACTION, name, manual.summary, manual.body, facts, synopsis, group=group)
