"""
Calls as legs: the INVITE session on either side, its media, and its digits.
"""
