"""
Frozen values that every layer speaks: addresses, causes, identifiers, media.
"""
