"""Gatepost beside a real Postfix: random policies, the same sessions, every reply line compared.

    make parity                                                 300 policies, some 75,000 reply lines, two minutes
    make parity SEED=77 POLICIES=1000
    .venv/bin/python -m tests.parity.run --seed 1 --policies 40

world           who is there: client addresses, names, the zone that both sides ask
vocabulary      what policies are made of: tables, actions, patterns, templates
further_words   every restriction that Gatepost registers, with arguments that suit it
policies        random main.cf, tables and restriction lists, from a seed; most have one restriction in their middle,
                all of them in turn
sessions        random SMTP sessions, from a seed; nearly half speak for another client by XCLIENT
policy_server   what check_policy_service asks, on both sides
servers         a private Postfix, `gatepost run` and the name server, all on loopback in a network of their own
speaking        one session spoken, its replies read
witnessed       `gatepost run` with a witness, who counts verdicts
coverage        the table of what was reached
run             the command: everything together, differences and the table printed

What is not drawn, because the two are known to differ there (Postfix 3.7.11):
* FILTER, HOLD, REDIRECT, BCC: Gatepost keeps no queue and has stand-ins (docs/differences.md).
* `error:` transports with smtpd_reject_unlisted_recipient = no: Postfix queues and bounces, Gatepost refuses at RCPT.
* A class that names itself: Postfix dies, Gatepost says 451 when it is reached.
* reject_unlisted_sender and _recipient outside the recipient's lists, and the sender's under smtpd_delay_reject = no:
  after a refusal Postfix takes the next address for checked.
* permit_dnswl_client and permit_rhswl_client on a list that fails: Postfix raises its flag the first time only and
  then remembers "not listed" for the life of the process.
* `REJECT 5.7.1` and `550 5.7.1` without words: Postfix sends what is left in a buffer.
* VRFY without MAIL: Postfix repeats the deferral of an earlier sender, or forgets that of the client.
* A reply line of more than 512 octets: Postfix does not cut it, Gatepost does.
* A TXT record of several strings: Postfix shows the first, Gatepost all.
* XCLIENT with a bad attribute behind good ones: Postfix lets those before it take effect.
* TLS: permit_tls_clientcerts, permit_tls_all_clientcerts and check_ccert_access are drawn, and have no certificate.
Seen, and left: under smtpd_delay_reject = no a deferral of the sender stage still refuses recipients after DISCARD; at
HANGUP Postfix drops the replies of the same pipelined group (run.py takes that for the same).
"""
