"""
SIP transactions: RFC 3261, 17, with the Accepted states of RFC 6026.

One module per machine, one for the timers they share, one for the keys that
messages are matched by, and the layer that holds the running ones.
"""
