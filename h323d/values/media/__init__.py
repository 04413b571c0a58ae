"""
The media of a call: what can be sent and heard, and the outcome of a negotiation.

These values are neutral: SDP and H.245 capabilities are both translated to
them.  Nothing here encodes or negotiates.
"""
