"""
C{h323d-witness}: verifies the log of a server that it need not trust, or know.
"""
