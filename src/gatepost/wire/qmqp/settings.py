"""The parameters that the QMQP dialogue reads, each named as in postconf(5), with the defaults of 3.7."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QmqpSettings:
    """How the door speaks. Times are in seconds, sizes in octets; a message_size_limit of 0 is no limit."""

    qmqpd_error_delay: int = 1
    qmqpd_timeout: int = 300
    message_size_limit: int = 10_240_000
    line_length_limit: int = 2048
    hopcount_limit: int = 50
    soft_bounce: bool = False
