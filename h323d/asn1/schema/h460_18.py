"""
H.460.18 (09/2005), signalling through NAT and firewalls: SIGNALLING-TRAVERSAL.
"""

from __future__ import annotations

from typing import Any

from h323d.asn1.schema.h225 import CallIdentifier, TimeToLive, TransportAddress
from h323d.asn1.schema.notation import Sequence, components, mandatory

class IncomingCallIndication(Sequence):
    componentType = components(
        mandatory("callSignallingAddress", TransportAddress()),
        mandatory("callID", CallIdentifier()),
    )
    extensible = True
    rootCount = 2


class LRQKeepAliveData(Sequence):
    componentType = components(
        mandatory("lrqKeepAliveInterval", TimeToLive()),
    )
    extensible = True
    rootCount = 1


TYPES: dict[str, Any] = {
    "IncomingCallIndication": IncomingCallIndication,
    "LRQKeepAliveData": LRQKeepAliveData,
}
