"""
Calls as legs: the call machine, how media start, admission, and what becomes of a call.
"""
