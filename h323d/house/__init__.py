"""
What a service runs: a server, and what it needs to be there.
"""
