"""
Who wants to be told how it is heard: C{a=rtcp-xr} (RFC 3611, 5).

Each side asks for what it wants to receive (5.2); of all that can be asked for, we want and send
VoIP metrics alone.  Our offers ask for them, and our answers to those that do.
"""

from __future__ import annotations

from h323d.sip.sdp.description import (
    Attribute,
    MediaDescription,
    SessionDescription,
    attributeOf,
)

__all__ = ["WANTED", "takesMetrics"]

_NAME = "rtcp-xr"
_VOIP_METRICS = "voip-metrics"

WANTED: Attribute = (_NAME, _VOIP_METRICS)
"""
That we want them.
"""


def takesMetrics(description: SessionDescription, media: MediaDescription) -> bool:
    """
    Whether VoIP metrics are asked for of a stream; what its own lines say, holds for it alone.
    """
    wanted = media.attribute(_NAME)
    if wanted is None:
        wanted = attributeOf(description.attributes, _NAME)
    return _VOIP_METRICS in (wanted or "").split()
