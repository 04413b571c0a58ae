"""
Whether SIP phones are where they have registered: an OPTIONS to each contact, now and then, and
how long its answer took (RFC 3261, 11).

Nobody is unregistered for what is found: a phone may sleep, and answer a call all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from h323d.call.parts import Part
from h323d.events.bus import EventBus
from h323d.events.gatekeeper import EndpointRegistered, EndpointUnregistered
from h323d.gatekeeper.registry.expiry import Expiry
from h323d.gatekeeper.registry.registration import Contact
from h323d.gatekeeper.registry.registrations import EndpointRegistry
from h323d.sip.asking import OptionsAsker, askOptions
from h323d.sip.calls.parties import uriOf
from h323d.sip.dialogs.routing import hopAt
from h323d.sip.endpoint import SIPEndpoint
from h323d.values.address import TransportAddress

__all__ = ["ContactProbe", "Pings", "RoundTrips", "SIPContacts"]


class ContactProbe(Protocol):
    """
    Who asks phones.
    """

    def ask(self, contact: Contact, address: TransportAddress, asker: OptionsAsker) -> None:
        """
        Send an OPTIONS.

        @param address: where the contact is reached.
        """


class SIPContacts:
    """
    Asks by SIP.
    """

    def __init__(self, endpoint: SIPEndpoint) -> None:
        self._endpoint = endpoint

    def ask(self, contact: Contact, address: TransportAddress, asker: OptionsAsker) -> None:
        uri = uriOf(contact.uri)
        nearest = uriOf(contact.path[0]) if contact.path else uri
        if uri is not None and nearest is not None:
            hop = hopAt(address.host, address.port, nearest)
            askOptions(self._endpoint, uri, hop, asker, contact.path)


class RoundTrips:
    """
    How long the last answers took.
    """

    def __init__(self) -> None:
        self._seconds: dict[str, dict[str, float | None]] = {}

    def of(self, endpointId: str) -> Mapping[str, float | None]:
        """
        Seconds, by the URIs of the contacts of a registration; C{None} for one that did not
        answer.
        """
        return self._seconds.get(endpointId, {})

    def note(self, endpointId: str, uri: str, seconds: float | None) -> None:
        self._seconds.setdefault(endpointId, {})[uri] = seconds

    def forget(self, endpointId: str) -> None:
        self._seconds.pop(endpointId, None)

    def keep(self, endpointId: str, contacts: tuple[Contact, ...]) -> None:
        """
        A registration has these contacts, and no others any more.
        """
        known = self._seconds.get(endpointId)
        if known is not None:
            uris = {each.uri for each in contacts}
            self._seconds[endpointId] = {uri: known[uri] for uri in known if uri in uris}


class Pings(Part[object]):
    """
    Asks all of them, each at its own time.
    """

    def __init__(
        self,
        interval: float,
        registry: EndpointRegistry,
        roundTrips: RoundTrips,
        probe: ContactProbe,
        clock: IReactorTime,
        events: EventBus,
    ) -> None:
        """
        @param interval: seconds between two questions to a contact; 0 to ask none.
        @param roundTrips: where to write what is found.
        @param events: tell who registers, and leaves.
        """
        self._interval = interval
        self._registry = registry
        self._roundTrips = roundTrips
        self._probe = probe
        self._clock = clock
        self._due: Expiry[str] = Expiry(clock, self._ask)
        if interval:
            events.subscribe(EndpointRegistered, self._registered)
            events.subscribe(EndpointUnregistered, self._unregistered)

    def start(self) -> None:
        """
        Ask those too who were registered before a restart.
        """
        for registration in self._registry:
            if self._interval and registration.protocol == "sip":
                self._askLater(registration.endpointId)

    def close(self) -> Deferred[None]:
        self._due.close()
        return super().close()

    def answered(self, endpointId: str, uri: str, seconds: float | None) -> None:
        """
        Somebody has answered, or has not.
        """
        registration = self._registry.byId(endpointId)
        if registration is not None and any(each.uri == uri for each in registration.contacts):
            self._roundTrips.note(endpointId, uri, seconds)

    def _registered(self, fact: EndpointRegistered) -> None:
        registration = self._registry.byId(fact.endpointId)
        if registration is not None and registration.protocol == "sip":
            self._roundTrips.keep(fact.endpointId, registration.contacts)
            self._askLater(fact.endpointId)

    def _unregistered(self, fact: EndpointUnregistered) -> None:
        self._due.remove(fact.endpointId)
        self._roundTrips.forget(fact.endpointId)

    def _askLater(self, endpointId: str) -> None:
        self._due.set(endpointId, self._clock.seconds() + self._interval)

    def _ask(self, endpointId: str) -> None:
        registration = self._registry.byId(endpointId)
        if registration is None:
            return
        self._askLater(endpointId)
        for contact, address in zip(registration.contacts, registration.signalling, strict=True):
            ping = _Ping(self, endpointId, contact.uri, self._clock)
            self._probe.ask(contact, address, ping)


class _Ping:
    """
    A question that waits for its answer.
    """

    def __init__(self, pings: Pings, endpointId: str, uri: str, clock: IReactorTime) -> None:
        self._pings = pings
        self._endpointId = endpointId
        self._uri = uri
        self._clock = clock
        self._asked = clock.seconds()

    def answered(self) -> None:
        seconds = self._clock.seconds() - self._asked
        self._pings.answered(self._endpointId, self._uri, seconds)

    def refused(self, reason: str, retryAfter: float = 0.0) -> None:
        self._pings.answered(self._endpointId, self._uri, None)
