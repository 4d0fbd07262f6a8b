"""An address looked up in recipient, alias and login maps (postfix-semantics 3.8; Postfix's mail_addr_find).

Keys: full, without extension, the bare user where the domain is ours, `@domain`. Pattern tables see the full address
only.
"""

from gatepost.model.answer import Found, Unavailable
from gatepost.model.settings import Settings
from gatepost.policy.asking import Asking
from gatepost.policy.lookup_order import map_address_keys, tries_partial_keys
from gatepost.policy.questions import TableHit, TableLookup
from gatepost.policy.resolving import AddressClass, Resolved


def find_address(
    maps: tuple[str, ...], resolved: Resolved, settings: Settings
) -> Asking[TableHit | Unavailable | None]:
    """The first hit in these tables, in their order; None where no table knows the address."""
    if not maps:
        return None
    is_local = resolved.address_class is AddressClass.LOCAL or resolved.domain == settings.myorigin.lower()
    keys = tuple(
        map_address_keys(
            resolved.address,
            settings.recipient_delimiter,
            owner_request_special=settings.owner_request_special,
            is_local=is_local,
        )
    )
    for table in maps:
        answer = yield TableLookup(table, keys if tries_partial_keys(table) else keys[:1])
        if isinstance(answer, Found):
            hit: TableHit = answer.value
            return hit
        if isinstance(answer, Unavailable):
            return answer
    return None
