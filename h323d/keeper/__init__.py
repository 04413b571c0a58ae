"""
The process that outlives the servers: it listens, and hands on what it has accepted.
"""
