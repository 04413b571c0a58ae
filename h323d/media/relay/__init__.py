"""
Packets that are passed on between two peers as they are.
"""
