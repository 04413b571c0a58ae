"""
Dialogs, and where the requests within them go (RFC 3261, 12).
"""
