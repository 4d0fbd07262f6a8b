"""What a greylist decision comes to, in words."""

import time

from gatepost.policy.greylisting import Decision, Standing


def told_standing(decision: Decision) -> str:
    """What is known of the three, and what follows."""
    terms = decision.attempt.terms
    first = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(decision.first))
    retries = f"{decision.good_retries} of {terms.auto_allow_clients} good retries"
    match decision.standing:
        case Standing.NEW:
            return f"put off for {decision.seconds_left} s; the client has {retries}"
        case Standing.EARLY:
            return f"first tried {first}, put off for {decision.seconds_left} s more"
        case Standing.RETRIED:
            return f"first tried {first}, accepted now; the client then has {retries}"
        case Standing.CEILING:
            return f"this sender has waited for {terms.delay_ceiling} s (greylist_delay_ceiling), accepted now"
        case Standing.EXPECTED:
            return "mail is expected (gatepost greylist expect), accepted now"
        case Standing.KNOWN:
            return f"first tried {first}, accepted"
        case Standing.ALLOWED:
            return f"accepted: the client is allowed, by hand or by its good retries ({retries})"
