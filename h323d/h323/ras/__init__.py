"""
RAS, the registration, admission and status signalling of ITU-T H.225.0: its
messages, its transactions, and an endpoint's side of it.  A gatekeeper's side
is C{h323d.gatekeeper}.
"""
