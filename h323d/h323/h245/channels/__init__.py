"""
The logical channels of a session, medium by medium: what is sent in them, and what is received.
"""
