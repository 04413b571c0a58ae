"""
What the gatekeeper is, and what is its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from zope.interface import Interface

from h323d.call.homes import Home, Homes
from h323d.gatekeeper.alternates import Elsewhere
from h323d.h323.ports import RAS_PORT, SIGNALLING_PORT
from h323d.h323.ras.messages import PROTOCOL_IDENTIFIER, Fields, RASMessage, rejection
from h323d.h323.ras.transactions import RASRequest
from h323d.values.address import PartyAddress, TransportAddress

__all__ = ["ILocalNumbers", "Identity"]


class ILocalNumbers(Interface):
    """
    What the server itself answers: its rooms.
    """

    def serves(address: PartyAddress) -> bool:
        """
        Whether a call to this name ends in this server.  No endpoint can
        register such a name, so a catch-all must not say yes here.
        """


@dataclass(frozen=True, slots=True)
class Identity:
    """
    What the gatekeeper tells of itself.

    @ivar identifier: the C{gatekeeperIdentifier}.
    @ivar homes: our addresses.
    @ivar rasPort: where endpoints send RAS.
    @ivar signallingPort: where they call.
    @ivar securePort: where they call over TLS; 0 if they cannot.
    @ivar others: the gatekeepers that endpoints can turn to instead.
    """

    identifier: str
    homes: Homes
    rasPort: int = RAS_PORT
    signallingPort: int = SIGNALLING_PORT
    securePort: int = 0
    others: Elsewhere = field(default_factory=Elsewhere)

    @property
    def signalling(self) -> TransportAddress:
        """
        Our own call-signalling address among destinations; an asker is told what
        L{told} makes of it.
        """
        return TransportAddress(self.homes.main.told, self.signallingPort)

    def towards(self, request: RASRequest) -> Home:
        """
        Our address as an asker knows it.
        """
        return self.homes.towards(request.asker.host, request.local)

    def told(self, destination: TransportAddress, home: Home) -> TransportAddress:
        """
        A destination as somebody is told of it: ourselves at our address towards them.
        """
        if destination != self.signalling:
            return destination
        return TransportAddress(home.told, self.signallingPort)

    def isOurSignalling(self, address: TransportAddress) -> bool:
        """
        Whether a call to that address comes to us.
        """
        return address.port == self.signallingPort and self._isOurs(address.host)

    def isOurRAS(self, address: TransportAddress) -> bool:
        return address.port == self.rasPort and self._isOurs(address.host)

    def isOurSecure(self, address: TransportAddress) -> bool:
        return address.port == self.securePort and self._isOurs(address.host)

    def _isOurs(self, host: str) -> bool:
        return host == self.homes.main.told or self.homes.owns(host)

    @property
    def alternates(self) -> tuple[Fields, ...]:
        """
        The gatekeepers that endpoints can turn to instead, each an H.225.0
        C{AlternateGK}, the first to try first.
        """
        return self.others.told

    def reject(self, request: RASMessage, reason: str, value: object = None) -> RASMessage:
        """
        The reject of a GRQ or RRQ, which tells who we are, and who else could
        help if we cannot.

        @param reason: and C{value}, as for L{rejection}.
        """
        return rejection(
            request,
            reason,
            value,
            protocolIdentifier=PROTOCOL_IDENTIFIER,
            gatekeeperIdentifier=self.identifier,
            **self.elsewhere(reason),
        )

    def elsewhere(self, reason: str, permanent: bool = False) -> Fields:
        """
        What a reject says of the alternates: where to turn to, if it is for
        want of resources that we refuse.

        @param permanent: with all requests from now on, not with this one.
        """
        if reason != "resourceUnavailable" or not self.alternates:
            return {}
        return {
            "altGKInfo": {
                "alternateGatekeeper": list(self.alternates),
                "altGKisPermanent": permanent,
            }
        }
