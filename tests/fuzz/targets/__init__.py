"""The targets, in the order in which they are run."""

TARGETS = (
    "smtp",
    "qmqp",
    "policy_protocol",
    "policy_reply",
    "hop_reply",
    "proxy_header",
    "netstring",
    "dns_answer",
    "main_cf",
    "master_cf",
    "restrictions",
    "text_table",
    "pattern_table",
    "lookup_file",
    "table_reply",
)
