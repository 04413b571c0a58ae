"""
What a call needs of our registration with a gatekeeper: ARQ before, DRQ after.

Declared here because calls ask; the RAS client answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from twisted.internet.defer import Deferred

from h323d.call.declaration import NOTHING_DECLARED, Declaration
from h323d.call.ways import Way
from h323d.h323.signalling.uuie import CallIdentity, Fields
from h323d.values.address import PartyAddress, TransportAddress
from h323d.values.cause import Cause

__all__ = ["USUAL_BANDWIDTH", "AdmissionGrant", "AdmissionRequest", "Admitter"]

USUAL_BANDWIDTH = 1280  # in units of 100 bit/s: G.711 both ways


@dataclass(frozen=True, slots=True)
class AdmissionRequest:
    """
    What a gatekeeper is told about a call of ours.

    @ivar identity: the call identifier and conference identifier.
    @ivar reference: the call reference value.
    @ivar answerCall: we are the called side.
    @ivar source: where the caller's signalling comes from, if it is not us.
    @ivar destination: where the call would go to without the gatekeeper's help.
    @ivar bandwidth: in units of 100 bit/s, both directions together.
    @ivar parent: the name of the gatekeeper that is asked, where the way says so.
    @ivar declaration: what is declared of the call.
    """

    identity: CallIdentity
    reference: int
    answerCall: bool
    calling: tuple[PartyAddress, ...]
    called: tuple[PartyAddress, ...]
    source: TransportAddress | None = None
    destination: TransportAddress | None = None
    bandwidth: int = USUAL_BANDWIDTH
    parent: str = ""
    declaration: Declaration = NOTHING_DECLARED


@dataclass(frozen=True, slots=True)
class AdmissionGrant:
    """
    A gatekeeper's consent.

    @ivar ways: where the Setup goes (C{destCallSignalAddress}), and by which names, if the
        gatekeeper put others in the place of ours; then where it goes if that fails, in this order
        (C{alternateEndpoints}).  Empty if the gatekeeper leaves that to us.
    @ivar endpointIdentifier: ours, where the gatekeeper routes the call; C{None} otherwise.
    @ivar tokens: what the Setup has to show where it goes, each a C{ClearToken}.
    """

    ways: tuple[Way, ...] = ()
    endpointIdentifier: str | None = None
    tokens: tuple[Fields, ...] = ()


class Admitter(Protocol):
    """
    Our registration with a gatekeeper, as far as calls need it.
    """

    def concerns(self, request: AdmissionRequest) -> bool:
        """
        Whether a call has to be admitted at all.
        """

    def admit(self, request: AdmissionRequest) -> Deferred[AdmissionGrant]:
        """
        Ask for admission (ARQ).  Fails with a L{RemoteProtocolError} whose cause the call
        is released with.
        """

    def answered(self, request: AdmissionRequest) -> None:
        """The admitted call is answered; the gatekeeper may want to know when."""

    def disengage(self, request: AdmissionRequest, cause: Cause) -> None:
        """The admitted call is over (DRQ)."""
