"""
What there would have been, in a refusal of an offer that has none of the formats, or asks for too
much bandwidth (RFC 3261, 21.4.26): a description that offers nothing (RFC 3264, 9).
"""

from __future__ import annotations

from h323d.sip.sdp.description import (
    Connection,
    MediaDescription,
    Origin,
    SessionDescription,
    write,
)
from h323d.sip.sdp.limits import limitsOf
from h323d.sip.sdp.payloads import formatAttributes, payloadTypeFor
from h323d.values.media.discord import Discord
from h323d.values.media.formats import MediaFormat

__all__ = ["capabilitiesOf"]

NOWHERE = 0  # port: nothing is to be sent


def capabilitiesOf(discord: Discord, host: str, sessionId: int) -> bytes:
    """
    @param discord: its formats that no payload type is left for are not told; where there are none,
        there is no stream that they could be those of.
    @param host: who tells.
    @param sessionId: unlike that of any other description.
    """
    here = Connection.to(host)
    limits = () if discord.bandwidth is None else limitsOf(discord.bandwidth // 2)
    media = (_lineOf(discord.formats),) if discord.formats else ()
    return write(SessionDescription(Origin(sessionId, 0, here), media, here, bandwidths=limits))


def _lineOf(formats: tuple[MediaFormat, ...]) -> MediaDescription:
    numbered: dict[int, MediaFormat] = {}
    for each in formats:
        number = payloadTypeFor(each, numbered)
        if number is not None:
            numbered[number] = each
    attributes = tuple(formatAttributes(numbered))
    return MediaDescription(
        "audio", NOWHERE, "RTP/AVP", tuple(map(str, numbered)), attributes=attributes
    )
