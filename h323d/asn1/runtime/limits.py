"""
How much a peer may make us do.
"""

from __future__ import annotations

__all__ = [
    "DEPTH_LIMIT",
    "ELEMENT_LIMIT",
    "INTEGER_LIMIT",
    "OID_LIMIT",
]

DEPTH_LIMIT = 64  # decoders within decoders, among types that contain each other
ELEMENT_LIMIT = 4096  # elements of a list whose type sets no bound
INTEGER_LIMIT = 256  # octets of an INTEGER without bounds
OID_LIMIT = 127  # octets of an OBJECT IDENTIFIER: a length of one octet
