"""Postfix's policy delegation protocol (SMTPD_POLICY_README): `name=value` lines up to an empty line, both ways.

attributes     what a request and a reply are made of
dialogue       the server's side: requests in, actions out; events is what it tells
reply          the client's side of reading: the action that a policy server answers
"""
