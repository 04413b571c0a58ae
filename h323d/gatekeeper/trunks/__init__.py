"""
Trunks: SIP servers, and H.323 gateways and gatekeepers, that are called by their address.
"""
