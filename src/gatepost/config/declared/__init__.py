"""The parameters that Gatepost uses, each declared once, grouped by what they are about."""

from gatepost.config.declaration import Parameter
from gatepost.config.declared.address_verification import ADDRESS_VERIFICATION
from gatepost.config.declared.addresses import ADDRESSES
from gatepost.config.declared.arrival import ARRIVAL
from gatepost.config.declared.block_lists import BLOCK_LISTS
from gatepost.config.declared.client_limits import CLIENT_LIMITS
from gatepost.config.declared.greylisting import GREYLISTING
from gatepost.config.declared.logging import LOGGING
from gatepost.config.declared.logins import LOGINS
from gatepost.config.declared.machine import MACHINE
from gatepost.config.declared.next_hop import NEXT_HOP
from gatepost.config.declared.policy_service import POLICY_SERVICE
from gatepost.config.declared.policyd import POLICYD
from gatepost.config.declared.qmqp_server import QMQP_SERVER
from gatepost.config.declared.reply_codes import REPLY_CODES
from gatepost.config.declared.restrictions import RESTRICTIONS
from gatepost.config.declared.running import RUNNING
from gatepost.config.declared.smtp_limits import SMTP_LIMITS
from gatepost.config.declared.smtp_server import SMTP_SERVER
from gatepost.config.declared.tls_client import TLS_CLIENT
from gatepost.config.declared.tls_server import TLS_SERVER
from gatepost.config.declared.trust_guard import TRUST_GUARD

DECLARATIONS: tuple[Parameter, ...] = (
    *MACHINE,
    *ADDRESSES,
    *RESTRICTIONS,
    *REPLY_CODES,
    *BLOCK_LISTS,
    *TRUST_GUARD,
    *POLICY_SERVICE,
    *ADDRESS_VERIFICATION,
    *GREYLISTING,
    *POLICYD,
    *SMTP_SERVER,
    *LOGINS,
    *SMTP_LIMITS,
    *CLIENT_LIMITS,
    *ARRIVAL,
    *TLS_SERVER,
    *TLS_CLIENT,
    *QMQP_SERVER,
    *NEXT_HOP,
    *RUNNING,
    *LOGGING,
)
