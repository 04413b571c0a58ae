"""
Modes of sending, as C{RequestMode} names them (ITU-T H.245, C.9).

A mode is named as the capability is, with other details.  A peer that asks us
for another mode gets it, where we can; we ask when a peer sends what we can
take but would rather not.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.h323.h245.capabilities.kinds import Kind, carried
from h323d.h323.h245.messages import Fields, indication, request, response
from h323d.h323.h245.mrse import newIncomingMRSE, newOutgoingMRSE
from h323d.h323.h245.owner import H245Owner
from h323d.h323.h245.source import RejectSource
from h323d.tracing import stateName
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile

__all__ = ["Mode", "ModeSender", "Modes", "readModes", "requestedModes"]

MAXIMUM_MODES = 256  # of the schema's requestedModes

Mode = Mapping[Medium, str]
"""
What is to be sent at the same time: for each medium, the alternative of the kind's capabilities.
"""


def requestedModes(profile: MediaProfile, kinds: Iterable[Kind]) -> list[list[Fields]]:
    """
    The C{requestedModes} of a profile: its formats, in its order, each with all of every other
    medium.
    """
    alternatives = [
        [{"type": (kind.modeType, ability.mode())} for ability in kind.sendable(wanted)]
        for kind, wanted in carried(profile, kinds)
    ]
    modes = itertools.product(*filter(None, alternatives))
    return [list(mode) for mode in itertools.islice(modes, MAXIMUM_MODES) if mode]


def readModes(fields: Fields, kinds: Sequence[Kind]) -> list[Mode | None]:
    """
    What a peer asks us to send, best first; C{None} for a mode with something that we do not know.

    @param fields: a C{RequestMode}.
    """
    return [_readMode(description, kinds) for description in fields["requestedModes"]]


def _readMode(description: Sequence[Fields], kinds: Sequence[Kind]) -> Mode | None:
    byType = {kind.modeType: kind for kind in kinds}
    mode: dict[Medium, str] = {}
    for name, value in (element["type"] for element in description):
        kind = byType.get(name)
        coding = kind.codingOf(value) if kind is not None else None
        if kind is None or coding is None or kind.medium in mode:
            return None
        mode[kind.medium] = coding
    return mode


class ModeSender(Protocol):
    """
    Whoever sends in the modes that the peer asks for.
    """

    def chooseMode(self, modes: Sequence[Mode | None]) -> int | None:
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
        kinds: Sequence[Kind],
        sender: ModeSender,
    ) -> None:
        self._owner = owner
        self._profile = profile
        self._kinds = kinds
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
            "requestedModes": requestedModes(self._profile, self._kinds),
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
        chosen = self._sender.chooseMode(readModes(request, self._kinds))
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
