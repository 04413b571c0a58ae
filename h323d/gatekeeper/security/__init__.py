"""
Whom a gatekeeper believes: tokens and passwords (ITU-T H.235), addresses, rates.
"""
