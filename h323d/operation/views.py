"""
How an operator sees calls, media, rooms and registrations: plain values (C{dict},
C{list}, C{str}, numbers), ready for JSON.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from h323d.call.legs import ILeg, LegDirection
from h323d.call.media import IMediaPort
from h323d.call.policy import Refusal
from h323d.conference.participant import Participant
from h323d.conference.room import Room
from h323d.gatekeeper.admission import Admission
from h323d.gatekeeper.registry.registrations import Registration
from h323d.gatekeeper.routed.call import RoutedCall
from h323d.gatekeeper.routing.chain import Called, Finding
from h323d.gatekeeper.routing.explanation import Explanation

__all__ = [
    "View",
    "admissionView",
    "legView",
    "participantView",
    "registrationView",
    "roomView",
    "routeView",
    "routedView",
]

View = dict[str, Any]  # Any: whatever JSON can say


def legView(leg: ILeg) -> View:
    """
    A leg, without its media.
    """
    return {
        "callId": leg.callId,
        "legId": leg.legId,
        "protocol": leg.protocol,
        "direction": leg.direction.value,
        "calling": [str(address) for address in leg.calling],
        "called": [str(address) for address in leg.called],
        "displayName": leg.displayName,
        "peer": str(leg.peer),
        "state": leg.state,
    }


def participantView(room: Room, participant: Participant, now: float) -> View:
    """
    A leg that is in a room.
    """
    view = legView(participant.leg) | {
        "room": room.roomId,
        "presence": participant.presence.value,
    }
    if participant.joinedAt is not None:
        view["joined"] = round(now - participant.joinedAt, 3)
    if participant.port is not None:
        view["media"] = _mediaView(participant.port)
    return view


def admissionView(admission: Admission, used: int | None, now: float) -> View:
    """
    One side of a call between endpoints that the gatekeeper admitted.

    @param used: what it is known to use, in units of 100 bit/s.
    """
    claim = admission.claim
    return {
        "callId": claim.call.hex(),
        "protocol": "h323",
        "model": admission.model,
        "side": "called" if claim.answerCall else "calling",
        "endpointId": claim.endpointId,
        "calling": [str(address) for address in admission.calling],
        "called": [str(address) for address in admission.called],
        "peer": str(admission.source),
        "bandwidth": admission.bandwidth,
        "used": used,
        "admitted": round(now - admission.since, 3),
    }


def routedView(call: RoutedCall, granted: int | None, used: int | None, now: float) -> View:
    """
    A call whose signalling goes through us.

    @param granted: to the side that asked for most, in units of 100 bit/s; C{None} if none
        asked.
    @param used: what it is known to use, likewise.
    """
    return {
        "callId": call.callId,
        "legId": call.legId,
        "callIdentifier": call.callIdentifier,
        "protocol": "h323",
        "model": call.model.value,
        "calling": [str(address) for address in call.calling],
        "called": [str(address) for address in call.called],
        "displayName": call.displayName,
        "peer": str(call.peer),
        "target": None if call.route is None else str(call.route.signalling),
        "bandwidth": granted,
        "used": used,
        "state": call.state,
        "answered": None if call.answeredAt is None else round(now - call.answeredAt, 3),
    }


def roomView(room: Room, now: float) -> View:
    """
    A room, and who is in it.
    """
    return {
        "room": room.roomId,
        "open": round(now - room.openedAt, 3),
        "maxParticipants": room.maxParticipants,
        "speaker": room.speaker,
        "participants": [
            {
                "legId": legId,
                "name": _nameOf(participant.leg),
                "displayName": participant.leg.displayName,
                "presence": participant.presence.value,
                "level": room.loudness.get(legId),
            }
            for legId, participant in room.participants.items()
        ],
    }


def _nameOf(leg: ILeg) -> str:
    """
    What its party is called: as it calls itself, or else the first of its addresses.
    """
    name: str = leg.displayName
    if name:
        return name
    party = leg.calling if leg.direction is LegDirection.INCOMING else leg.called
    return str(party[0] if party else leg.peer)


def registrationView(registration: Registration) -> View:
    """
    A registered endpoint.
    """
    return {
        "endpointId": registration.endpointId,
        "protocol": registration.protocol,
        "kind": registration.kind.value,
        "aliases": [str(alias) for alias in registration.aliases],
        "signalling": [str(address) for address in registration.signalling],
        "source": str(registration.source),
        "timeToLive": registration.timeToLive,
        "product": registration.product,
    }


def routeView(name: str, explanation: Explanation) -> View:
    """
    Where a call would go, and which policy says so, or why not.

    @param name: who would be called.
    """
    decision = explanation.decision
    refused = decision.reason if isinstance(decision, Refusal) else None
    found = () if decision is None or isinstance(decision, Refusal) else decision
    deciding = explanation.said[-1][0] if explanation.said else ""
    if refused is not None:
        why = f"{deciding} refuses: {refused}"
    else:
        why = f"{deciding} knows {name}" if found else f"no policy knows {name}"
    return {
        "refused": refused,
        "why": why,
        "destinations": [
            {
                "signalling": str(each.signalling),
                "endpointId": None if each.registration is None else each.registration.endpointId,
                "names": [str(alias) for alias in each.names],
            }
            for each in found
        ],
        "asked": [{"policy": policy, "said": _said(said)} for policy, said in explanation.said],
    }


def _said(finding: Finding) -> str:
    """
    What a policy found, in words.
    """
    if finding is None:
        return "knows nobody of that name"
    if isinstance(finding, Refusal):
        return f"not at all: {finding.reason} ({finding.cause.name})"
    if isinstance(finding, Called):
        return f"ask on for {', '.join(map(str, finding.names))}"
    return f"at {', '.join(str(each.signalling) for each in finding)}"


def _mediaView(port: IMediaPort) -> View:
    transmit = port.stream.transmit
    return {
        "rtp": str(port.rtp),
        "direction": port.stream.direction.value,
        "format": None if transmit is None else str(transmit.format),
        "remote": None if transmit is None else str(transmit.rtp),
        **dataclasses.asdict(port.statistics()),
    }
