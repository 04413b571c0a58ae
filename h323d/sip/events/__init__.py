"""
Events that peers subscribe to (RFC 6665), as who tells them.
"""
