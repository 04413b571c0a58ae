"""
The octets and messages of call signalling: TPKT, Q.931, H.225.0, and the connection that carries
them.
"""
