"""
H.460.19 (09/2005), media through NAT and firewalls: MEDIA-TRAVERSAL.
"""

from __future__ import annotations

from typing import Any

from h323d.asn1.schema.h225 import TimeToLive
from h323d.asn1.schema.h245 import TransportAddress
from h323d.asn1.schema.notation import Sequence, components, integer, optional

class TraversalParameters(Sequence):
    componentType = components(
        optional("multiplexedMediaChannel", TransportAddress()),
        optional("multiplexedMediaControlChannel", TransportAddress()),
        optional("multiplexID", integer(0, 4294967295)),
        optional("keepAliveChannel", TransportAddress()),
        optional("keepAlivePayloadType", integer(0, 127)),
        optional("keepAliveInterval", TimeToLive()),
    )
    extensible = True
    rootCount = 6


TYPES: dict[str, Any] = {
    "TraversalParameters": TraversalParameters,
}
