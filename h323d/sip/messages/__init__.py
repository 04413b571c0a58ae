"""
SIP messages: their grammar, reading and writing them, and cutting a stream into them.
"""
