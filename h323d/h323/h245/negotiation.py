"""
What two ends settle before they open channels: who is master, and what each
can receive (H.323, 8.2).

It owns the MSDSE and both halves of the CESE, and starts both again when a
peer that held us takes us back (H.323, 8.4.6).
"""

from __future__ import annotations

import random
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.h323.h245.capabilities.kinds import Kind
from h323d.h323.h245.capabilities.table import CapabilityTable, RemoteCapabilities
from h323d.h323.h245.cese import newIncomingCESE, newOutgoingCESE
from h323d.h323.h245.messages import Choice, Fields, Message, indication, request, response
from h323d.h323.h245.msdse import MSDRole, newMSDSE
from h323d.h323.h245.source import RejectSource
from h323d.tracing import stateName

__all__ = ["Negotiation", "NegotiationOwner"]


class NegotiationOwner(Protocol):
    """
    What a negotiation needs of its session.
    """

    def send(self, message: Message) -> None:
        """Send a message."""

    def localCapabilities(self, sequenceNumber: int) -> Fields:
        """Our C{TerminalCapabilitySet}, as it is now."""

    def roleSettled(self) -> None:
        """Both ends agree who is master."""

    def roleUnsettled(self) -> None:
        """They do not, and never did."""

    def peerCan(self, remote: RemoteCapabilities, takesBack: bool) -> None:
        """
        The peer said what it can do; it is acknowledged.

        @param takesBack: it held us before, and does so no more.
        """

    def capabilitiesRefused(self) -> None:
        """The peer did not take our capabilities."""


class Negotiation:
    """
    One session's roles and capabilities.

    @ivar role: ours, as last determined; C{None} before.
    """

    def __init__(
        self,
        owner: NegotiationOwner,
        clock: IReactorTime,
        rng: random.Random,
        terminalType: int,
        kinds: tuple[Kind, ...],
    ) -> None:
        self.role: MSDRole | None = None
        self._owner = owner
        self._table = CapabilityTable(kinds)
        self._remote = RemoteCapabilities()
        self._heard = self._remote  # and not acknowledged yet
        self._msdse = newMSDSE(self, clock, rng, terminalType)
        self._outgoingCESE = newOutgoingCESE(self, clock)
        self._incomingCESE = newIncomingCESE(self)

    @property
    def states(self) -> dict[str, str]:
        return {
            "MSDSE": stateName(self._msdse),
            "CESE out": stateName(self._outgoingCESE),
            "CESE in": stateName(self._incomingCESE),
        }

    def start(self) -> None:
        """
        Tell our capabilities and determine the roles, both at once.
        """
        self._outgoingCESE.transferRequest()
        self._msdse.determine()

    def tell(self) -> None:
        """
        Our capabilities have changed, or the peer wants to hear them again.
        """
        self._outgoingCESE.transferRequest()

    def stop(self) -> None:
        """
        Cancel every timer.
        """
        self._msdse.abandon()
        self._outgoingCESE.abandon()

    # What the peer sends.

    def masterSlaveDetermination(self, fields: Fields) -> None:
        self._msdse.determination(fields["terminalType"], fields["statusDeterminationNumber"])

    def masterSlaveDeterminationAck(self, fields: Fields) -> None:
        self._msdse.ack(MSDRole(fields["decision"][0]))

    def masterSlaveDeterminationReject(self, fields: Fields) -> None:
        self._msdse.reject()

    def masterSlaveDeterminationRelease(self, fields: Fields) -> None:
        self._msdse.release()

    def terminalCapabilitySet(self, fields: Fields) -> None:
        self._incomingCESE.terminalCapabilitySet(fields)

    def terminalCapabilitySetAck(self, fields: Fields) -> None:
        self._outgoingCESE.terminalCapabilitySetAck(fields["sequenceNumber"])

    def terminalCapabilitySetReject(self, fields: Fields) -> None:
        self._outgoingCESE.terminalCapabilitySetReject(fields["sequenceNumber"])

    def terminalCapabilitySetRelease(self, fields: Fields) -> None:
        self._incomingCESE.terminalCapabilitySetRelease()

    # MSDSEOwner

    def sendDetermination(self, terminalType: int, number: int) -> None:
        fields = {"terminalType": terminalType, "statusDeterminationNumber": number}
        self._owner.send(request("masterSlaveDetermination", fields))

    def sendAck(self, decision: MSDRole) -> None:
        fields = {"decision": (decision.value, None)}
        self._owner.send(response("masterSlaveDeterminationAck", fields))

    def sendReject(self) -> None:
        fields = {"cause": ("identicalNumbers", None)}
        self._owner.send(response("masterSlaveDeterminationReject", fields))

    def sendRelease(self) -> None:
        self._owner.send(indication("masterSlaveDeterminationRelease", {}))

    def roleDetermined(self, role: MSDRole) -> None:
        self.role = role
        self._owner.roleSettled()

    def roleUndetermined(self) -> None:
        # Roles that were agreed before a hold still stand when a peer does not
        # determine them again, as it should.
        if self.role is None:
            self._owner.roleUnsettled()

    # OutgoingCESEOwner

    def sendCapabilitySet(self, sequenceNumber: int) -> None:
        fields = self._owner.localCapabilities(sequenceNumber)
        self._owner.send(request("terminalCapabilitySet", fields))

    def sendCapabilitySetRelease(self) -> None:
        self._owner.send(indication("terminalCapabilitySetRelease", {}))

    def transferConfirm(self) -> None:
        """Channels wait for the peer's capabilities, not for this."""

    def transferRejected(self, source: RejectSource) -> None:
        self._owner.capabilitiesRefused()

    # IncomingCESEOwner

    def transferIndication(self, capabilitySet: Fields) -> None:
        self._heard = self._table.update(capabilitySet)
        self._incomingCESE.transferResponse()

    def transferWithdrawn(self, source: RejectSource) -> None:
        """We answer at once: there is nothing to stop."""

    def sendCapabilitySetAck(self, sequenceNumber: int) -> None:
        self._owner.send(response("terminalCapabilitySetAck", {"sequenceNumber": sequenceNumber}))
        held, self._remote = self._remote.isEmpty, self._heard
        self._owner.peerCan(self._remote, held and not self._remote.isEmpty)

    def sendCapabilitySetReject(self, sequenceNumber: int, cause: Choice) -> None:
        fields = {"sequenceNumber": sequenceNumber, "cause": cause}
        self._owner.send(response("terminalCapabilitySetReject", fields))
