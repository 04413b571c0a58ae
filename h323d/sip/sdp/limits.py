"""
How much bandwidth a session description says that there is to be: its C{b=} lines (RFC 8866, 5.8),
by the modifiers C{TIAS} (RFC 3890) and C{AS}.
"""

from __future__ import annotations

from h323d.sip.sdp.description import MediaDescription

__all__ = ["Limits", "limitOf", "limitsOf"]

Limits = tuple[tuple[str, int], ...]

HEADER_BITS = 8 * (20 + 8 + 12)  # of each packet: IPv4, UDP, RTP; they count in AS, and not here
PACKET_MS = 20  # where a description does not say


def limitOf(bandwidths: Limits, media: MediaDescription) -> int:
    """
    Bit/s of one direction: what is meant for transports of any kind (TIAS) before the sum with
    headers (AS).
    """
    told = dict(bandwidths)
    if "TIAS" in told:
        return told["TIAS"]
    return max(0, 1000 * told.get("AS", 0) - _headers(media.packetMs or PACKET_MS))


def limitsOf(bandwidth: int) -> Limits:
    """
    Both lines, of which neither means more than that.

    @param bandwidth: bit/s of one direction.
    """
    withHeaders = bandwidth + _headers(PACKET_MS) if bandwidth else 0
    return ("TIAS", bandwidth), ("AS", withHeaders // 1000)


def _headers(packetMs: int) -> int:
    """
    Their bit/s.
    """
    return HEADER_BITS * 1000 // packetMs
