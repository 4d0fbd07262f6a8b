"""Gatepost beside a real Postfix: random policies, the same sessions, every reply line compared.

    make parity                                                 300 policies, some 120,000 reply lines, three minutes
    make parity SEED=77 POLICIES=1000
    .venv/bin/python -m tests.parity.run --seed 1 --policies 40
    .venv/bin/python -m tests.parity.run --replay CASE.json     one difference again

What is drawn, from a seed:

world             who is there: client addresses, names, the zone that both sides ask
site              main.cf: domains, recipient tables, rewriting, transports
vocabulary        what policies are made of: tables, actions, patterns, templates
further_words     arguments for the restrictions that are not everyday words
door_parameters   the parameters of smtpd that change a verdict or a reply
policies          main.cf, tables and restriction lists of a batch; every restriction in turn
sessions          SMTP sessions; nearly half speak for another client by XCLIENT
oddities          addresses in every form, odd lines
certificates      the server's, and those with which clients come

What must be reached, and how:

outcomes          every outcome of every restriction and action
coverage          the table of what was reached, and what is rare
focuses           words, parameters and people that reach an outcome
aimed             policies that aim at what is rare

What compares:

servers           a private Postfix, `gatepost run` and the name server, all on loopback in a network of their own
policy_server     what check_policy_service asks, on both sides
login_server      what AUTH asks, on both sides
speaking          one session spoken, its replies read
witnessed         `gatepost run` with a witness, who counts verdicts
judging           the first difference of a session, and whether docs/differences.md explains it
cases             a difference that can be kept, run again and taken apart
shrinking         leave out what a difference does not need
replaying         run kept cases
report            figures, differences, the table, the exit code
run               the command: everything together

verification (address probes) has a world of its own, and is run beside the policies for the one table. qmqp, limits and
tls (every dialogue about TLS) are runs of their own.

What is not drawn, because the two are known to differ there (Postfix 3.7.11; docs/differences.md tells of them):
* `error:` transports with smtpd_reject_unlisted_recipient = no: Postfix queues and bounces, Gatepost refuses at RCPT.
* A class that names itself: Postfix dies, Gatepost says 451 when it is reached.
* reject_unlisted_sender and _recipient outside the recipient's lists: after a refusal Postfix takes the next address
  for checked.
* `REJECT 5.7.1` and `550 5.7.1` without words: Postfix sends what is left in a buffer.
* $recipient in a footer: Postfix knows it after a DISCARD too. $client_name in one: Gatepost does not wait for it.
* A reply line of more than 512 octets, a TXT record of several strings, XCLIENT with a bad attribute behind good ones.
"""
