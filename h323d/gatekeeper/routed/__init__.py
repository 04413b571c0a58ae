"""
Calls between endpoints whose signalling goes through the gatekeeper (H.323, 8.1.3).
"""
