"""
What an operator sees (L{h323d.operation.views}), made of the server's own objects.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from h323d.call.applications import Refusal
from h323d.call.legs import ILeg, LegDirection
from h323d.call.media import IMediaPort
from h323d.conference.participant import Participant
from h323d.conference.room import Room
from h323d.dsp.provisions import Provision
from h323d.gatekeeper.admission import CallAdmission
from h323d.gatekeeper.parents.parent import Parent
from h323d.gatekeeper.registry.registrations import Registration
from h323d.gatekeeper.routed.call import RoutedCall
from h323d.gatekeeper.routing.chain import Called, Finding, FoundWay
from h323d.gatekeeper.routing.explanation import Explanation
from h323d.gateway.bridge import Bridge
from h323d.gateway.bridgeside import BridgeSide
from h323d.operation.peerviews import ParentView
from h323d.operation.routeviews import AskedView, DestinationView, RouteView
from h323d.operation.views import (
    AdmissionView,
    BridgedView,
    CodecView,
    LegView,
    MediaView,
    MemberView,
    ParticipantView,
    QualityView,
    ReceivedView,
    RegistrationView,
    RoomView,
    RoutedView,
    SentView,
)
from h323d.values.address import PartyAddress, TransportAddress
from h323d.values.identifiers import LegID
from h323d.values.media.formats import MediaFormat
from h323d.values.quality import DirectionQuality, Grade, LegQuality, worst

__all__ = [
    "QualityOf",
    "admissionView",
    "codecViews",
    "legView",
    "parentView",
    "memberViews",
    "participantView",
    "qualityView",
    "registrationView",
    "roomView",
    "routeView",
    "routedView",
    "sideView",
]

QualityOf = Callable[[LegID], LegQuality | None]
"""
How good the sound of a leg is.
"""


def legView(leg: ILeg) -> LegView:
    """
    A leg, without its media.
    """
    return LegView(
        callId=leg.callId,
        legId=leg.legId,
        protocol=leg.protocol,
        direction=leg.direction.value,
        calling=_texts(leg.calling),
        called=_texts(leg.called),
        displayName=leg.displayName,
        peer=str(leg.peer),
        state=leg.state,
    )


def participantView(
    room: Room, participant: Participant, now: float, quality: LegQuality | None = None
) -> ParticipantView:
    """
    A leg that is in a room.

    @param quality: of its sound; C{None} while that is not known.
    """
    joinedAt, port = participant.joinedAt, participant.port
    return ParticipantView(
        **dataclasses.asdict(legView(participant.leg)),
        room=room.roomId,
        presence=participant.presence.value,
        joined=None if joinedAt is None else round(now - joinedAt, 3),
        media=None if port is None else _mediaView(port),
        quality=None if quality is None else qualityView(quality),
    )


def sideView(bridge: Bridge, side: BridgeSide, quality: LegQuality | None = None) -> BridgedView:
    """
    A leg that is joined with another.

    @param quality: of its sound; C{None} while that is not known.
    """
    return BridgedView(
        **dataclasses.asdict(legView(side.leg)),
        bridge=bridge.state,
        sound=side.sound.value,
        passing=bridge.passing,
        media=None if side.port is None else _mediaView(side.port),
        quality=None if quality is None else qualityView(quality),
    )


def admissionView(admission: CallAdmission, used: int | None, now: float) -> AdmissionView:
    """
    One side of a call between endpoints that the gatekeeper admitted.

    @param used: what it is known to use, in units of 100 bit/s.
    """
    claim = admission.claim
    return AdmissionView(
        callId=claim.call.hex(),
        protocol="h323",
        model=admission.model,
        side="called" if claim.answerCall else "calling",
        endpointId=claim.endpointId,
        calling=_texts(admission.calling),
        called=_texts(admission.called),
        peer=str(admission.source),
        bandwidth=admission.bandwidth,
        used=used,
        admitted=round(now - admission.since, 3),
    )


def routedView(call: RoutedCall, granted: int | None, used: int | None, now: float) -> RoutedView:
    """
    A call whose signalling goes through us.

    @param granted: to the side that asked for most, in units of 100 bit/s; C{None} if none
        asked.
    @param used: what it is known to use, likewise.
    """
    return RoutedView(
        callId=call.callId,
        legId=call.legId,
        callIdentifier=call.callIdentifier,
        protocol="h323",
        model=call.model.value,
        calling=_texts(call.calling),
        called=_texts(call.called),
        displayName=call.displayName,
        peer=str(call.peer),
        target=None if call.route is None else str(call.route.destination),
        bandwidth=granted,
        used=used,
        state=call.state,
        answered=None if call.answeredAt is None else round(now - call.answeredAt, 3),
    )


def _unknown(legId: LegID) -> None:
    """
    How good the sound of any leg is, for who does not know.
    """


def roomView(room: Room, now: float, qualityOf: QualityOf = _unknown) -> RoomView:
    """
    A room, and who is in it.
    """
    grade = worst(quality.grade for quality in map(qualityOf, room.participants) if quality)
    return RoomView(
        room=room.roomId,
        open=round(now - room.openedAt, 3),
        maxParticipants=room.maxParticipants,
        locked=room.locked,
        speaker=room.speaker,
        participants=tuple(memberViews(room, qualityOf)),
        quality=_word(grade),
    )


def memberViews(room: Room, qualityOf: QualityOf = _unknown) -> Iterator[MemberView]:
    """
    Who is in a room, in the order in which they came.
    """
    for legId, participant in room.participants.items():
        quality = qualityOf(legId)
        yield MemberView(
            legId=legId,
            name=_nameOf(participant.leg),
            displayName=participant.leg.displayName,
            role=participant.role.value,
            presence=participant.presence.value,
            voice=participant.voice.value,
            level=room.loudness.get(legId),
            quality=None if quality is None else qualityView(quality),
        )


def qualityView(quality: LegQuality) -> QualityView:
    """
    How good the sound of a leg is, with as many digits as mean anything.
    """
    incoming, outgoing = quality.incoming, quality.outgoing
    silence = incoming.silence
    return QualityView(
        grade=_word(quality.grade),
        received=ReceivedView(
            **_wayTold(incoming),
            concealed=incoming.concealed,
            silence=_rounded(silence, 1),
        ),
        sent=SentView(**_wayTold(outgoing), reported=_rounded(outgoing.reported, 2)),
    )


def _wayTold(way: DirectionQuality) -> dict[str, Any]:  # Any: fields of a view
    rating = way.rating
    return {
        "grade": _word(way.grade),
        "mos": _rounded(way.mos, 2),
        "scale": None if rating is None else rating.scale.value,
        "isEstimated": rating is not None and rating.isEstimated,
        "loss": _rounded(way.loss, 4),
        "delay": _rounded(way.delay, 4),
        "jitter": _rounded(way.jitter, 5),
        "bitRate": _rounded(way.bitRate, 0),
    }


def _word(grade: Grade | None) -> str | None:
    return None if grade is None else grade.value


def _rounded(figure: float | None, digits: int) -> float | None:
    return None if figure is None else round(figure, digits)


def _nameOf(leg: ILeg) -> str:
    """
    What its party is called: as it calls itself, or else the first of its addresses.
    """
    name: str = leg.displayName
    if name:
        return name
    party = leg.calling if leg.direction is LegDirection.INCOMING else leg.called
    return str(party[0] if party else leg.peer)


def registrationView(
    registration: Registration, roundTrips: Mapping[str, float | None]
) -> RegistrationView:
    """
    A registered endpoint.

    @param roundTrips: of its contacts, by their URIs.
    """
    return RegistrationView(
        endpointId=registration.endpointId,
        protocol=registration.protocol,
        kind=registration.kind.value,
        aliases=_texts(registration.aliases),
        signalling=_texts(registration.signalling),
        source=str(registration.source),
        timeToLive=registration.timeToLive,
        product=registration.product,
        user=registration.authenticated,
        roundTrips=tuple(roundTrips.get(each.uri) for each in registration.contacts),
    )


def parentView(parent: Parent, now: float) -> ParentView:
    """
    A gatekeeper that we are registered with, or want to be.
    """
    return ParentView(
        parent=parent.name,
        state=parent.state.value,
        since=round(now - parent.since, 3),
        gatekeeper=str(parent.gatekeeper or parent.config.ras),
        gatekeeperIdentifier=parent.gatekeeperIdentifier or None,
        endpointId=parent.endpointIdentifier or None,
        aliases=_texts(parent.aliases),
        prefixes=parent.config.supportedPrefixes,
        calls=len(parent.calls),
        lastRefusal=parent.lastRefusal or None,
    )


def codecViews(provided: Iterable[Provision], loaded: Collection[MediaFormat]) -> list[CodecView]:
    """
    The codecs of the house, and then those that are plugged in.

    @param loaded: what the media thread can do.
    """
    views = [
        CodecView(
            name=each.format.name,
            encoding=_encoding(each.format),
            ways="none" if each.codec is None else "both",
            loaded=each.format in loaded,
            library=each.library or None,
            missing=each.missing or None,
        )
        for each in provided
    ]
    ours = {each.encoding for each in views}
    return views + [
        CodecView(each.name, _encoding(each), "both", True, "plug-in", None)
        for each in loaded
        if _encoding(each) not in ours
    ]


def _encoding(mediaFormat: MediaFormat) -> str:
    """
    @return: with its parameters: some of one name differ in nothing else.
    """
    said = (f"{name}={value}" for name, value in mediaFormat.parameters)
    return " ".join((str(mediaFormat), *said))


def routeView(name: str, explanation: Explanation) -> RouteView:
    """
    Where a call would go, and which policy says so, or why not.

    @param name: who would be called.
    """
    decision = explanation.decision
    refused = decision.word if isinstance(decision, Refusal) else None
    found = () if decision is None or isinstance(decision, Refusal) else decision
    deciding = explanation.said[-1][0] if explanation.said else ""
    if refused is not None:
        why = f"{deciding} refuses: {refused}"
    else:
        why = f"{deciding} knows {name}" if found else f"no policy knows {name}"
    return RouteView(
        refused=refused,
        why=why,
        destinations=tuple(map(_destinationView, found)),
        asked=tuple(AskedView(policy, _said(said)) for policy, said in explanation.said),
    )


def _destinationView(found: FoundWay) -> DestinationView:
    onward = found.destination if found.onward is None else found.onward.destination
    return DestinationView(
        signalling=str(onward),
        endpointId=None if found.registration is None else found.registration.endpointId,
        names=_texts(found.called if found.onward is None else found.onward.called),
        parent=found.parent,
        trunk=found.trunk,
        why=found.why,
    )


def _said(finding: Finding) -> str:
    """
    What a policy found, in words.
    """
    if finding is None:
        return "knows nobody of that name"
    if isinstance(finding, Refusal):
        return f"not at all: {finding.word} ({finding.cause.name})"
    if isinstance(finding, Called):
        return f"ask on for {', '.join(map(str, finding.names))}"
    asked = [each.parent for each in finding if each.parent]
    if asked:
        return f"asks {', '.join(asked)}"
    return f"at {', '.join(map(_placeOf, finding))}"


def _placeOf(found: FoundWay) -> str:
    if found.onward is None:
        return str(found.destination)
    return f"trunk {found.trunk}, {found.onward.destination} ({found.why})"


def _mediaView(port: IMediaPort) -> MediaView:
    transmit, suite = port.stream.transmit, port.encryption
    return MediaView(
        rtp=str(port.rtp),
        direction=port.stream.direction.value,
        format=None if transmit is None else str(transmit.format),
        remote=None if transmit is None else str(transmit.rtp),
        encryption=None if suite is None else suite.value,
        **dataclasses.asdict(port.statistics()),
    )


def _texts(addresses: Iterable[PartyAddress | TransportAddress]) -> tuple[str, ...]:
    return tuple(str(each) for each in addresses)
