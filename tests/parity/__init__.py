"""Gatepost beside a real Postfix: random policies, the same sessions, every reply line compared.

    .venv/bin/python -m tests.parity.run --seed 1 --policies 40

world      who is there: client addresses, names, the zone that both sides ask
policies   random main.cf, tables and restriction lists, from a seed
sessions   random SMTP sessions, from a seed
servers    a private Postfix, `gatepost run` and the name server, all on loopback in a network of their own
speaking   one session spoken, its replies read
run        the command: everything together, differences printed

What is not drawn, because the two are known to differ there (Postfix 3.7.11):
* FILTER, HOLD, REDIRECT, BCC: Gatepost keeps no queue and says 451.
* `error:` transports with smtpd_reject_unlisted_recipient = no: Postfix queues and bounces.
* A class that names itself: Postfix dies, Gatepost says 451 when it is reached.
* reject_unlisted_sender and _recipient outside the recipient's lists, and the sender's under smtpd_delay_reject = no:
  after a refusal Postfix takes the next address for checked.
* permit_dnswl_client and permit_rhswl_client on a list that fails: Postfix raises its flag the first time only and
  then remembers "not listed" for the life of the process.
* `REJECT 5.7.1` and `550 5.7.1` without words: Postfix sends what is left in a buffer.
* VRFY without MAIL: Postfix repeats the deferral of an earlier sender, or forgets that of the client.
* A reply text of more than 510 octets: Postfix does not cut it.
* A TXT record of several strings: Postfix shows the first, Gatepost all.
Seen, and left: under smtpd_delay_reject = no a deferral of the sender stage still refuses recipients after DISCARD; at
HANGUP Postfix drops the replies of the same pipelined group.
"""
