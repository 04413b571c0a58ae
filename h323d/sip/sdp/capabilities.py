"""
What sound there would have been, in a refusal of an offer that has none of it (RFC 3261, 21.4.26):
a description that offers nothing (RFC 3264, 9).
"""

from __future__ import annotations

from collections.abc import Iterable

from h323d.sip.sdp.description import (
    Connection,
    MediaDescription,
    Origin,
    SessionDescription,
    write,
)
from h323d.sip.sdp.payloads import formatAttributes, payloadTypeFor
from h323d.values.media.formats import MediaFormat

__all__ = ["capabilitiesOf"]

NOWHERE = 0  # port: nothing is to be sent


def capabilitiesOf(formats: Iterable[MediaFormat], host: str, sessionId: int) -> bytes:
    """
    @param formats: best first; those that no payload type is left for are not told.
    @param host: who tells.
    @param sessionId: unlike that of any other description.
    """
    numbered: dict[int, MediaFormat] = {}
    for each in formats:
        number = payloadTypeFor(each, numbered)
        if number is not None:
            numbered[number] = each
    attributes = tuple(formatAttributes(numbered))
    line = MediaDescription(
        "audio", NOWHERE, "RTP/AVP", tuple(map(str, numbered)), attributes=attributes
    )
    here = Connection.to(host)
    return write(SessionDescription(Origin(sessionId, 0, here), (line,), here))
