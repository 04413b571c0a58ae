"""
Who proves to be who in H.323: H.235.1, passwords, freshness.
"""
