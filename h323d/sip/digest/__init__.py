"""
Digest: who knows a password, shown without telling it (RFC 7616, RFC 8760, and RFC 3261, 22).
"""
