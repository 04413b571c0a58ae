"""
What SIP asks for, as applications: INVITE, REGISTER, what changes or transfers a call - re-INVITE,
UPDATE with an offer, REFER - and the answer to an INVITE of ours.
"""

from __future__ import annotations

from h323d.call.applications import Application, CallType, Door, Texts
from h323d.call.legs import IOffer
from h323d.errors import DecodeError
from h323d.sip.calls.parties import partiesOf
from h323d.sip.calls.sentinvite import Fork
from h323d.sip.guardheader import SignedClaims, claimsOf, shownIn, shownInAnswer
from h323d.sip.messages.message import SIPRequest
from h323d.sip.messages.uri import SIPURI
from h323d.sip.resourcepriority import typeIn
from h323d.sip.sdp.description import parse
from h323d.sip.sdp.limits import limitOf
from h323d.values.address import TransportAddress
from h323d.values.ed25519 import SCHEME
from h323d.values.proof import Proof, ofConnection

__all__ = [
    "answerApplication",
    "bandwidthOf",
    "inviteApplication",
    "registerApplication",
    "withinApplication",
]


def inviteApplication(offer: IOffer, sipCallId: str, invite: SIPRequest | None) -> Application:
    """
    @param offer: the call that an INVITE asks for.
    @param sipCallId: its Call-ID.
    @param invite: C{None} if it is answered.
    """
    body = b"" if invite is None else invite.body
    said = None if invite is None else typeIn(invite)
    return _callApplication(Door.INVITE, offer, sipCallId, body, offer.proofs, said)


def withinApplication(offer: IOffer, request: SIPRequest) -> Application:
    """
    @param offer: the call that there is.
    @param request: what the peer asks for in it: to change its session, or to transfer it.  The
        signature of the INVITE does not count for that.
    """
    signature = shownIn(request)
    before = tuple(each for each in offer.proofs if each.scheme != SCHEME)
    proofs = before if signature is None else (*before, signature)
    door = Door.REFER if request.method == "REFER" else Door.REINVITE
    return _callApplication(door, offer, request.callId, request.body, proofs)


def answerApplication(offer: IOffer, fork: Fork, now: float) -> Application:
    """
    @param offer: a call of ours.
    @param fork: the 2xx that is the call; the other end of a connection is proven by that, too.
    @param now: seconds of Unix time.
    """
    request, response, flow = fork.invite.request, fork.response, fork.invite.flow
    proofs = ofConnection(flow.peerKey, now)
    signature = shownInAnswer(request, response)
    return Application(
        Door.ANSWER,
        "sip",
        flow.peer,
        proofs=proofs if signature is None else (*proofs, signature),
        called=offer.called,
        bandwidth=bandwidthOf(response.body),
        callIdentifier=request.callId,
        callId=offer.callId,
        legId=offer.legId,
        answering=True,
    )


def registerApplication(
    address: SIPURI, source: TransportAddress, proofs: tuple[Proof, ...] = ()
) -> Application:
    """
    @param address: the address of record that a REGISTER is about.
    @param source: where it came from.
    @param proofs: what its sender has proved.
    """
    return Application(Door.REGISTER, "sip", source, proofs=proofs, calling=partiesOf(address))


def _callApplication(
    door: Door,
    offer: IOffer,
    sipCallId: str,
    body: bytes,
    proofs: tuple[Proof, ...],
    said: CallType | None = None,
) -> Application:
    """
    @param said: what an INVITE declares without a signature; what is signed is what counts.
    """
    claims = _claimsIn(proofs)
    callType = None if claims is None else claims.callType
    return Application(
        door,
        "sip",
        offer.peer,
        proofs=proofs,
        calling=offer.calling,
        called=offer.called,
        texts=Texts(offer.displayName),
        bandwidth=max(bandwidthOf(body), 0 if claims is None else claims.bandwidth),
        callType=said if callType is None else callType,
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
    asked = sum(limitOf(media.bandwidths, media) for media in streams)
    if not asked and streams:
        asked = limitOf(description.bandwidths, streams[0])
    return 2 * asked
