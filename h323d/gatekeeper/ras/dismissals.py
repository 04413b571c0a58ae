"""
How the gatekeeper tells an endpoint that it is not registered any more: URQ of our own
(H.225.0, 7.10; H.323, 7.2.2).

It is sent while the registration still stands, because it is signed with what is known of
the endpoint, and goes to where the endpoint registered from.  Where as many questions are
under way as there can be, it is not sent: the endpoint's next renewal is refused all the same.
SIP has no such message.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Protocol

from h323d.errors import ResourceUnavailable
from h323d.gatekeeper.identity import Identity
from h323d.gatekeeper.registry.registrations import Registration
from h323d.h323.ras.messages import Fields
from h323d.h323.ras.transactions import Answered
from h323d.h323.signalling.addresses import transportToValue
from h323d.values.address import TransportAddress

__all__ = ["Dismissals"]

_URQ = "unregistrationRequest"


class Channel(Protocol):
    """
    Who sends RAS requests.
    """

    def request(
        self, name: str, fields: Fields, destination: TransportAddress, answered: Answered
    ) -> object:
        """Repeat it until there is an answer."""

    def tell(self, name: str, fields: Fields, destination: TransportAddress) -> None:
        """Send it once."""


class Dismissals:
    """
    Sends URQ.
    """

    def __init__(self, channel: Channel, identity: Identity) -> None:
        self._channel = channel
        self._identity = identity

    def dismiss(self, registration: Registration) -> None:
        """
        The operator ends a registration.
        """
        if registration.protocol == "h323":
            fields = self._fields(registration, "undefinedReason")
            with suppress(ResourceUnavailable):
                self._channel.request(_URQ, fields, registration.source, _over)

    def expire(self, registration: Registration) -> None:
        """
        A registration is over because it was not renewed in time (C{ttlExpired}): whoever
        is there after all registers anew.  Most are not, so it is sent once, and nobody
        waits for an answer.
        """
        if registration.protocol == "h323":
            fields = self._fields(registration, "ttlExpired")
            with suppress(ResourceUnavailable):
                self._channel.tell(_URQ, fields, registration.source)

    def _fields(self, registration: Registration, reason: str) -> Fields:
        return {
            "callSignalAddress": [transportToValue(each) for each in registration.signalling],
            "endpointIdentifier": registration.endpointId,
            "gatekeeperIdentifier": self._identity.identifier,
            "reason": (reason, None),
        }


def _over(answer: object) -> None:
    """
    Whatever it answers, and even if it does not, the registration is over.
    """
