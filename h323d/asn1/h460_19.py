"""
The types of H.460.19 (09/2005): media through NAT and firewalls.
"""

from __future__ import annotations

from h323d.asn1.codec import h460_19 as _codec
from h323d.asn1.namespace import Namespace

__all__ = ["decode", "decodePlaced", "encode", "encodePlaced", "types"]

_namespace = Namespace(_codec)
types = _namespace.types
decode = _namespace.decode
encode = _namespace.encode
decodePlaced = _namespace.decodePlaced
encodePlaced = _namespace.encodePlaced
