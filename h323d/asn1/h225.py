"""
The types of H.225.0 (12/2009), H323-MESSAGES: RAS and call signalling.
"""

from __future__ import annotations

from h323d.asn1.codec import h225 as _codec
from h323d.asn1.namespace import Namespace

__all__ = ["decode", "decodePlaced", "encode", "encodePlaced", "types"]

_namespace = Namespace(_codec)
types = _namespace.types
decode = _namespace.decode
encode = _namespace.encode
decodePlaced = _namespace.decodePlaced
encodePlaced = _namespace.encodePlaced
