"""
What SIP asks for, as applications: INVITE, re-INVITE (and UPDATE with an offer), REGISTER.
"""

from __future__ import annotations

from h323d.call.applications import Application, Door, Texts
from h323d.call.legs import IOffer
from h323d.errors import DecodeError
from h323d.sip.calls.parties import partiesOf
from h323d.sip.guardheader import SignedClaims, claimsOf
from h323d.sip.messages.uri import SIPURI
from h323d.sip.sdp.description import MediaDescription, parse
from h323d.values.address import TransportAddress
from h323d.values.ed25519 import SCHEME
from h323d.values.proof import Proof

__all__ = [
    "bandwidthOf",
    "inviteApplication",
    "registerApplication",
    "reinviteApplication",
]

HEADER_BITS = 8 * (20 + 8 + 12)  # of each packet: IPv4, UDP, RTP; they count in AS, and not here
PACKET_MS = 20  # where a description does not say


def inviteApplication(offer: IOffer, sipCallId: str, body: bytes) -> Application:
    """
    @param offer: the call that an INVITE asks for.
    @param sipCallId: its Call-ID.
    @param body: its session description; may be empty.
    """
    return _callApplication(Door.INVITE, offer, sipCallId, body)


def reinviteApplication(offer: IOffer, sipCallId: str, body: bytes) -> Application:
    """
    The same for a request that changes the session of a call.
    """
    return _callApplication(Door.REINVITE, offer, sipCallId, body)


def registerApplication(
    address: SIPURI, source: TransportAddress, proofs: tuple[Proof, ...] = ()
) -> Application:
    """
    @param address: the address of record that a REGISTER is about.
    @param source: where it came from.
    @param proofs: what its sender has proved.
    """
    return Application(Door.REGISTER, "sip", source, proofs=proofs, calling=partiesOf(address))


def _callApplication(door: Door, offer: IOffer, sipCallId: str, body: bytes) -> Application:
    claims = _claimsIn(offer.proofs)
    return Application(
        door,
        "sip",
        offer.peer,
        proofs=offer.proofs,
        calling=offer.calling,
        called=offer.called,
        texts=Texts(offer.displayName),
        bandwidth=max(bandwidthOf(body), 0 if claims is None else claims.bandwidth),
        callType=None if claims is None else claims.callType,
        callIdentifier=sipCallId,
        callId=offer.callId,
        legId=offer.legId,
        declaredPII=claims is not None and claims.declaredPII,
    )


def _claimsIn(proofs: tuple[Proof, ...]) -> SignedClaims | None:
    """
    What a signature says of the call, verified or not: it counts if the call is admitted.
    """
    signatures = (each for each in proofs if each.scheme == SCHEME and each.signature)
    return next(map(claimsOf, signatures), None)


def bandwidthOf(body: bytes) -> int:
    """
    What a session description asks for: bit/s of payload, both directions together; 0 if it
    does not say, or cannot be read, which somebody else will complain of.
    """
    if b"b=" not in body:
        return 0
    try:
        description = parse(body)
    except DecodeError:
        return 0
    streams = [media for media in description.media if media.port]
    asked = sum(_limitOf(media.bandwidths, media) for media in streams)
    if not asked and streams:
        asked = _limitOf(description.bandwidths, streams[0])
    return 2 * asked


def _limitOf(bandwidths: tuple[tuple[str, int], ...], media: MediaDescription) -> int:
    """
    Bit/s of one direction: what is meant for transports of any kind (TIAS, RFC 3890) before
    the sum with headers (AS, RFC 8866).
    """
    told = dict(bandwidths)
    if "TIAS" in told:
        return told["TIAS"]
    headers = HEADER_BITS * 1000 // (media.packetMs or PACKET_MS)
    return max(0, 1000 * told.get("AS", 0) - headers)
