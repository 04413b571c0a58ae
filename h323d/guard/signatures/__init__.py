"""
Whether a signature counts: from whom, for us, now, and for the first time.
"""
