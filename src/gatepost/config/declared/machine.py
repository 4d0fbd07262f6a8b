"""Who this machine is, which addresses are its own, which networks it trusts."""

from gatepost.config.declaration import Kind, Parameter

MACHINE = (
    Parameter(
        "compatibility_level",
        Kind.TEXT,
        "The version of Postfix whose defaults this configuration was written for. Without it the level is 0, and "
        "several defaults are those of Postfix 2: above all smtpd_relay_restrictions is empty. New configurations "
        "say 3.6.",
    ),
    Parameter(
        "myhostname",
        Kind.TEXT,
        "The full name of this machine: in the greeting, in HELO to the next hop, in Received headers. The system's "
        "host name by default, with $mydomain behind it when it has no dot.",
    ),
    Parameter("mydomain", Kind.TEXT, "The domain of this machine: by default myhostname without its first label."),
    Parameter("myorigin", Kind.TEXT, "The domain that an address without one belongs to."),
    Parameter("mail_name", Kind.TEXT, "The name of the mail system in the greeting and in Received headers."),
    Parameter("mail_version", Kind.TEXT, "The version of Postfix whose behaviour is followed, for $mail_version."),
    Parameter(
        "inet_interfaces",
        Kind.WORDS,
        "The addresses to listen on for rows of master.cf that name none, and the addresses that count as our own: "
        "all, loopback-only, addresses (IPv6 in brackets or not) or host names.",
    ),
    Parameter(
        "inet_protocols",
        Kind.WORDS,
        "The protocols to listen on and to connect with: all, ipv4, ipv6.",
    ),
    Parameter(
        "proxy_interfaces",
        Kind.WORDS,
        "Further addresses that are ours: those of a proxy or an address translator in front of this machine.",
    ),
    Parameter(
        "mynetworks",
        Kind.CLIENTS,
        "The clients that may relay (permit_mynetworks): networks, addresses, host names, tables, /files. IPv6 in "
        "brackets: [2001:db8::]/32. Computed from mynetworks_style when not given; give it.",
    ),
    Parameter(
        "mynetworks_style",
        Kind.CHOICE,
        "How mynetworks is computed when it is not given: host (this machine only), subnet (the networks of its "
        "interfaces), class (the whole class A, B or C network: never wise).",
        choices=("class", "subnet", "host"),
    ),
    Parameter(
        "known_tcp_ports",
        Kind.WORDS,
        "Names of ports that are known without /etc/services: name=number, or name=name=number.",
    ),
    Parameter("config_directory", Kind.TEXT, "The directory of main.cf and master.cf, as given with -c."),
    Parameter("queue_directory", Kind.TEXT, "Where relative unix: names of services are looked for."),
    Parameter(
        "data_directory",
        Kind.TEXT,
        "The directory for what Gatepost writes itself, owned by mail_owner. Beside a Postfix on the same machine "
        "name one of its own, such as /var/lib/gatepost.",
    ),
    Parameter(
        "mail_owner",
        Kind.TEXT,
        "The account that workers run as when Gatepost is started as root.",
    ),
    Parameter(
        "stress",
        Kind.TEXT,
        "yes for sessions that are opened while a door is overloaded: fewer than a quarter of its maxproc places are "
        "free, or file descriptors have run out. Defaults such as ${stress?{10}:{300}}s are written with it. Set in "
        "main.cf or by -o it stays as it is set.",
    ),
    Parameter("service_name", Kind.TEXT, "The first field of the row of master.cf that is served."),
    Parameter("process_name", Kind.TEXT, "The name of the serving program, as in log lines."),
    Parameter(
        "soft_bounce", Kind.YES_NO, "Turn every refusal for good (5xx) into one for now (4xx): for trying out."
    ),
)
