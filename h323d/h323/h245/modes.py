"""
Modes for sound, as C{RequestMode} names them (ITU-T H.245, C.9).

A mode is named as the capability is, with other details.  A peer that asks us
for another mode gets it, where we can; we ask when a peer sends what we can
take but would rather not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.h323.h245.capabilities.audio import AudioAbility, abilitiesOf
from h323d.h323.h245.messages import Choice, Fields, indication, request, response
from h323d.h323.h245.mrse import newIncomingMRSE, newOutgoingMRSE
from h323d.h323.h245.owner import H245Owner
from h323d.h323.h245.source import RejectSource
from h323d.tracing import stateName
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile

__all__ = ["ModeSender", "Modes", "readModes", "requestedModes"]

_GSM_UNIT = 33  # octets in a frame (RFC 3551, 4.5.8)
_ANNEX_B = frozenset({"g729wAnnexB", "g729AnnexAwAnnexB"})


def requestedModes(profile: MediaProfile) -> list[list[Fields]]:
    """
    The C{requestedModes} of a profile: its formats, in its order.
    """
    sound = profile.of(Medium.AUDIO)
    return [
        [{"type": ("audioMode", _audioMode(ability))}]
        for ability in abilitiesOf(sound.formats, sound.packetMs)
    ]


def _audioMode(ability: AudioAbility) -> Choice:
    coding = ability.coding
    if coding == "g7231":
        return (coding, ("noSilenceSuppressionHighRate", None))
    if coding == "gsmFullRate":
        return (coding, {"audioUnitSize": _GSM_UNIT, "comfortNoise": False, "scrambled": False})
    return (coding, ability.packetMs // 10 if coding in _ANNEX_B else None)


def readModes(fields: Fields) -> list[str | None]:
    """
    What a peer asks us to send, best first: the alternative of C{AudioCapability},
    or C{None} for a mode that is not of sound alone.

    @param fields: a C{RequestMode}.
    """
    codings: list[str | None] = []
    for description in fields["requestedModes"]:
        coding: str | None = None
        if len(description) == 1:
            kind, value = description[0]["type"]
            coding = value[0] if kind == "audioMode" else None
        codings.append(coding)
    return codings


class ModeSender(Protocol):
    """
    Whoever sends in the modes that the peer asks for.
    """

    def chooseMode(self, codings: Sequence[str | None]) -> int | None:
        """The first that can be sent; C{None} if none can."""

    def applyMode(self) -> None:
        """Send in the mode chosen."""


class Modes:
    """
    Both halves of one session's MRSE.
    """

    def __init__(
        self,
        owner: H245Owner,
        clock: IReactorTime,
        profile: MediaProfile,
        sender: ModeSender,
    ) -> None:
        self._owner = owner
        self._profile = profile
        self._sender = sender
        self._outgoing = newOutgoingMRSE(self, clock)
        self._incoming = newIncomingMRSE(self)

    @property
    def states(self) -> dict[str, str]:
        return {"MRSE out": stateName(self._outgoing), "MRSE in": stateName(self._incoming)}

    def ask(self, profile: MediaProfile) -> None:
        """
        Ask the peer to send the best of a profile's formats that it can.
        """
        self._profile = profile
        self._outgoing.transferRequest()

    def stop(self) -> None:
        """
        Cancel every timer.
        """
        self._outgoing.abandon()

    # What the peer sends.

    def requestMode(self, fields: Fields) -> None:
        self._incoming.requestMode(fields)

    def requestModeRelease(self, fields: Fields) -> None:
        self._incoming.requestModeRelease()

    def requestModeAck(self, fields: Fields) -> None:
        self._outgoing.requestModeAck(fields["sequenceNumber"], fields["response"][0])

    def requestModeReject(self, fields: Fields) -> None:
        self._outgoing.requestModeReject(fields["sequenceNumber"])

    # OutgoingMRSEOwner

    def sendRequestMode(self, sequenceNumber: int) -> None:
        fields = {
            "sequenceNumber": sequenceNumber,
            "requestedModes": requestedModes(self._profile),
        }
        self._owner.sendControl(request("requestMode", fields))

    def sendRequestModeRelease(self) -> None:
        self._owner.sendControl(indication("requestModeRelease", {}))

    def modeConfirm(self, response: str) -> None:
        """The peer's channels follow."""

    def modeRejected(self, source: RejectSource) -> None:
        """It goes on sending what it sent; it was but a wish."""

    # IncomingMRSEOwner

    def modeIndication(self, request: Fields) -> None:
        chosen = self._sender.chooseMode(readModes(request))
        if chosen is None:
            self._incoming.rejectRequest("modeUnavailable")
        else:
            degree = "Most" if chosen == 0 else "Less"
            self._incoming.transferResponse(f"willTransmit{degree}PreferredMode")

    def modeWithdrawn(self, source: RejectSource) -> None:
        """We answer at once: there is nothing to stop."""

    def sendRequestModeAck(self, sequenceNumber: int, answer: str) -> None:
        fields = {"sequenceNumber": sequenceNumber, "response": (answer, None)}
        self._owner.sendControl(response("requestModeAck", fields))
        self._sender.applyMode()

    def sendRequestModeReject(self, sequenceNumber: int, cause: str) -> None:
        fields = {"sequenceNumber": sequenceNumber, "cause": (cause, None)}
        self._owner.sendControl(response("requestModeReject", fields))
