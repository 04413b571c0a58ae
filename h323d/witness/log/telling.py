"""
What becomes a record, of all the facts that a server tells: its type, and its members' names.

A name, address or number of a person is sealed; what is secret is in no fact.  What happens many
times a second, or is a measurement, is not recorded.
"""

from __future__ import annotations

import random
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from h323d.events.bus import Fact
from h323d.events.calls import (
    CallAdmitted,
    CallAnswered,
    CallEnded,
    CallOffered,
    CallOriginated,
    CallPreempted,
    CallRefused,
    CallRouted,
    CallTransferred,
)
from h323d.events.council import (
    CouncilConvened,
    CouncilDismissed,
    GuardianAbsent,
    GuardianCalled,
    GuardianJoined,
    GuardianLeft,
    GuardianQueued,
    GuardianRefused,
)
from h323d.events.doors import (
    ApplicationPassed,
    ApplicationRefused,
    AuthenticationFailed,
    CallFromElsewhere,
    PolicySwitchedOff,
    SourceBanned,
)
from h323d.events.gatekeeper import (
    BandwidthChanged,
    CallLost,
    EndpointLocated,
    EndpointRegistered,
    EndpointUnregistered,
    RASAdmissionEnded,
    RASAdmissionGranted,
    RASAdmissionRefused,
    RASRequestRefused,
    RegistrationsRestored,
)
from h323d.events.rooms import (
    ParticipantJoined,
    ParticipantKicked,
    ParticipantLeft,
    ParticipantMuted,
    ParticipantUnmuted,
    PINEntered,
    RoomClosed,
    RoomLocked,
    RoomOpened,
    RoomUnlocked,
)
from h323d.events.server import (
    ConfigurationReloaded,
    GatesClosed,
    GatesOpened,
    OperatorActed,
    WitnessFailed,
    WitnessRecovered,
)
from h323d.values.proof import Proof
from h323d.witness.log.chain import Entry
from h323d.witness.log.record import canonical, cleaned, timestampOf
from h323d.witness.log.sealing import Opening, newOpening

__all__ = ["TOLD", "Told", "entryOf"]

MAX_TEXT = 512  # characters of a text that a record has


@dataclass(frozen=True, slots=True)
class Told:
    """
    How a kind of fact is told.

    @ivar msgType: of its records.
    @ivar plain: the fields of the fact that stand in the record, by the names that they have there.
    @ivar sealed: those that are sealed.
    """

    msgType: str
    plain: Mapping[str, str]
    sealed: Mapping[str, str]


def _told(msgType: str, plain: str = "", sealed: str = "") -> Told:
    return Told(msgType, _named(plain), _named(sealed))


def _named(fields: str) -> dict[str, str]:
    return {_memberOf(each): each for each in fields.split()}


def _memberOf(field: str) -> str:
    """
    The name of a field as records have names: C{callId} is C{call_id}.
    """
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in field)


_CALL = "callId legId"
_SIDE = "endpointId callIdentifier"

TOLD: Mapping[type[Fact], Told] = {
    ApplicationPassed: _told(
        "application_passed",
        "door protocol party proofs bandwidth callType callIdentifier callId legId room decision",
        "source identities signedOctets calling called",
    ),
    ApplicationRefused: _told(
        "application_refused",
        "door gate reason detail party callIdentifier proofs decision",
        "source identities signedOctets",
    ),
    AuthenticationFailed: _told("authentication_failed", "message reason", "source identity"),
    CallFromElsewhere: _told(
        "call_from_elsewhere", "what endpointId callIdentifier refused", "source known"
    ),
    PolicySwitchedOff: _told("policy_switched_off", "policy"),
    SourceBanned: _told("source_banned", "reason times", "source"),
    EndpointRegistered: _told(
        "endpoint_registered", "endpointId protocol timeToLive", "signalling aliases"
    ),
    EndpointUnregistered: _told("endpoint_unregistered", "endpointId reason"),
    RegistrationsRestored: _told("registrations_restored", "restored dropped"),
    RASAdmissionGranted: _told(
        "ras_admission_granted",
        f"{_SIDE} bandwidth answerCall conferenceId model",
        "source destination calling called",
    ),
    RASAdmissionRefused: _told("ras_admission_refused", f"{_SIDE} reason", "source calling called"),
    RASAdmissionEnded: _told("ras_admission_ended", f"{_SIDE} answerCall cause disengaged"),
    RASRequestRefused: _told("ras_request_refused", "request endpointId reason", "source"),
    BandwidthChanged: _told("bandwidth_changed", f"{_SIDE} bandwidth"),
    EndpointLocated: _told("endpoint_located", "callIdentifier", "source destination"),
    CallLost: _told("call_lost", f"{_SIDE} answerCall reason"),
    CallOffered: _told("call_offered", f"{_CALL} protocol callIdentifier conferenceId", "peer"),
    CallOriginated: _told(
        "call_originated", f"{_CALL} protocol origin callIdentifier", "calling called"
    ),
    CallAdmitted: _told("call_admitted", f"{_CALL} restricted", "calling called"),
    CallRefused: _told("call_refused", f"{_CALL} cause reason"),
    CallRouted: _told("call_routed", f"{_CALL} model target onward", "peer"),
    CallAnswered: _told("call_answered", _CALL),
    CallTransferred: _told("call_transferred", f"{_CALL} onward onwardLeg"),
    CallPreempted: _told("call_preempted", "legId by what", "terminalId byTerminalId"),
    CallEnded: _told("call_ended", f"{_CALL} cause releasedBy"),
    RoomOpened: _told("room_opened", "roomId"),
    PINEntered: _told("pin_entered", f"roomId {_CALL} isRight"),
    ParticipantJoined: _told("participant_joined", f"roomId {_CALL} encoding role"),
    ParticipantMuted: _told("participant_muted", f"roomId {_CALL} byItself"),
    ParticipantUnmuted: _told("participant_unmuted", f"roomId {_CALL}"),
    ParticipantKicked: _told("participant_kicked", f"roomId {_CALL}"),
    ParticipantLeft: _told("participant_left", f"roomId {_CALL} cause"),
    RoomLocked: _told("room_locked", "roomId"),
    RoomUnlocked: _told("room_unlocked", "roomId"),
    RoomClosed: _told("room_closed", "roomId"),
    CouncilConvened: _told("council_convened", "roomId callType seats guardians"),
    CouncilDismissed: _told("council_dismissed", "roomId reason"),
    GuardianCalled: _told("guardian_called", f"roomId guardian {_CALL} attempt"),
    GuardianJoined: _told("guardian_joined", f"roomId guardian {_CALL} wasCalled"),
    GuardianLeft: _told("guardian_left", f"roomId guardian {_CALL}"),
    GuardianQueued: _told("guardian_queued", "roomId guardian place"),
    GuardianAbsent: _told("guardian_absent", "roomId guardian reason attempts"),
    GuardianRefused: _told("guardian_refused", "guardian isProven door roomId reason detail"),
    GatesClosed: _told("gates_closed", "reason"),
    GatesOpened: _told("gates_opened"),
    ConfigurationReloaded: _told("configuration_reloaded", "sections"),
    OperatorActed: _told("operator_acted", "actor command", "arguments"),
    WitnessFailed: _told("witness_failed", "reason"),
    WitnessRecovered: _told("witness_recovered", "lost"),
}
"""
The facts that are recorded.
"""


def entryOf(fact: Fact, rng: random.Random) -> Entry | None:
    """
    @return: C{None} if it is not recorded.
    """
    told = TOLD.get(type(fact))
    if told is None:
        return None
    data = {name: _plain(getattr(fact, field)) for name, field in told.plain.items()}
    openings = [_sealed(name, getattr(fact, field), rng) for name, field in told.sealed.items()]
    known = tuple(each for each in openings if each is not None)
    return Entry(told.msgType, timestampOf(fact.at), data, known)


def _plain(value: Any) -> Any:
    """
    As JSON has it.  Any: of whatever kind facts have fields.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, Proof):
        return _proof(value)
    return cleaned(str(value))[:MAX_TEXT]


def _proof(proof: Proof) -> dict[str, str | int]:
    """
    A proof, but for whose it is and what is signed: with the opening of that, everybody can see
    that the signature is the key's, and that the server has not made it up.
    """
    octets = {"key": proof.key, "nonce": proof.nonce, "signature": proof.signature}
    told = {name: b64encode(each).decode() for name, each in octets.items() if each}
    return {"scheme": proof.scheme, "time": proof.time, **told}


def _sealed(name: str, value: Any, rng: random.Random) -> Opening | None:
    """
    @return: C{None} if there is nothing to be sealed.
    """
    if value is None or value in ("", ()):
        return None
    if isinstance(value, tuple):
        # What is signed is of use only whole.
        told = [cleaned(each) if isinstance(each, str) else _plain(each) for each in value]
        value = canonical(told).decode()
    return newOpening(name, str(value), rng)
