"""
The types of H.450.11 (03/2001): call intrusion.
"""

from __future__ import annotations

from h323d.asn1.codec import h450_11 as _codec
from h323d.asn1.namespace import Namespace

__all__ = ["decode", "decodePlaced", "encode", "encodePlaced", "types"]

_namespace = Namespace(_codec)
types = _namespace.types
decode = _namespace.decode
encode = _namespace.encode
decodePlaced = _namespace.decodePlaced
encodePlaced = _namespace.encodePlaced
