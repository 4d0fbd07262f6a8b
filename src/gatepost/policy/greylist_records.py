"""What a greylist store keeps, as keys and lines of text: the same for every kind of store.

    key                          value
    t RECIPIENT SENDER           SINCE { CLIENT FIRST LAST KNOWN_SINCE }     a pair and its triplets
    c CLIENT                     GOOD_RETRIES LAST ALLOWED_UNTIL             a client
    e RECIPIENT                  UNTIL                                       mail is expected until then

Words are separated by one space and hold none (policy/triplets.py sees to that); a null sender is `<>`. Whatever
must change together stands in one value, so a store needs no more than to change one value at once.

What cannot be read counts as not written: a store that somebody has edited never stops the mail.
"""

from gatepost.policy.greylisting import NO_CLIENT, NO_PAIR, ClientRecord, PairRecord, TripletRecord

PAIRS, CLIENTS, EXPECTED = "t ", "c ", "e "
"""How the keys of each kind begin."""

_WORDS_PER_TRIPLET = 4


def pair_key(recipient: str, sender: str) -> str:
    """The key of a pair."""
    return f"t {recipient} {sender}"


def client_key(client: str) -> str:
    """The key of a client."""
    return f"c {client}"


def expected_key(recipient: str) -> str:
    """The key of a recipient's window."""
    return f"e {recipient}"


def write_pair(pair: PairRecord) -> str:
    """The value of a pair."""
    text = str(pair.since)
    for each in pair.triplets:
        text += f" {each.client} {each.first} {each.last} {each.known_since}"
    return text


def read_pair(text: str | None) -> PairRecord:
    """The pair that a value stands for."""
    if not text:
        return NO_PAIR
    try:
        since, *words = text.split(" ")
        if len(words) % _WORDS_PER_TRIPLET:
            return NO_PAIR
        ranks = range(0, len(words), _WORDS_PER_TRIPLET)
        triplets = [
            TripletRecord(words[at], int(words[at + 1]), int(words[at + 2]), int(words[at + 3])) for at in ranks
        ]
        return PairRecord(int(since), tuple(triplets))
    except ValueError:
        return NO_PAIR


def write_client(client: ClientRecord) -> str:
    """The value of a client."""
    return f"{client.good_retries} {client.last} {client.allowed_until}"


def read_client(text: str | None) -> ClientRecord:
    """The client that a value stands for."""
    if not text:
        return NO_CLIENT
    try:
        good_retries, last, allowed_until = map(int, text.split(" "))
    except ValueError:
        return NO_CLIENT
    return ClientRecord(good_retries, last, allowed_until)


def read_expected(text: str | None) -> int:
    """Until when mail is expected; 0: it is not."""
    return int(text) if text and text.isascii() and text.isdigit() else 0
