"""
The policies that need no help: our own rooms, who is registered, and the
address that the caller knows itself.
"""

from __future__ import annotations

from zope.interface import implementer

from h323d.gatekeeper.identity import ILocalNumbers
from h323d.gatekeeper.registry.registrations import EndpointRegistry
from h323d.gatekeeper.routing.chain import Called, FoundWay, ICalledPolicy
from h323d.values.address import TransportAddress

__all__ = ["LocalNumbers", "RegisteredEndpoints", "SignalledAddress"]


@implementer(ICalledPolicy)
class LocalNumbers:
    """
    Our own rooms, at our own call-signalling address.
    """

    name = "rooms"

    def __init__(self, numbers: ILocalNumbers, signalling: TransportAddress) -> None:
        self._numbers = numbers
        self._here = (FoundWay("h323", signalling),)

    def find(self, called: Called) -> tuple[FoundWay, ...] | None:
        if any(self._numbers.serves(name) for name in called.names):
            return self._here
        return None


@implementer(ICalledPolicy)
class RegisteredEndpoints:
    """
    Whoever registered the name by H.323, all of them where names are shared: who
    has resources left first, and of those who came first.  A SIP phone is called at our own
    call-signalling address: the gateway is behind that.
    """

    name = "registered"

    def __init__(self, registry: EndpointRegistry, signalling: TransportAddress) -> None:
        """
        @param signalling: our own call-signalling address.
        """
        self._registry = registry
        self._here = signalling

    def find(self, called: Called) -> tuple[FoundWay, ...] | None:
        for name in called.names:
            having = [each for each in self._registry.allByAlias(name) if each.protocol == "h323"]
            if not having:
                phone = self._registry.phoneOf(name)
                if phone is not None:
                    return (FoundWay("sip", self._here, registration=phone),)
            else:
                having.sort(key=lambda each: each.exhausted)
                return tuple(
                    FoundWay("h323", address, registration=each)
                    for each in having
                    for address in each.signalling
                )
        return None


@implementer(ICalledPolicy)
class SignalledAddress:
    """
    The address that the caller knows itself, for names that nobody has.
    """

    name = "signalled"

    def __init__(self, registry: EndpointRegistry) -> None:
        self._registry = registry

    def find(self, called: Called) -> tuple[FoundWay, ...] | None:
        if called.signalled is None:
            return None
        known = self._registry.bySignalling(called.signalled)
        return (FoundWay("h323", called.signalled, registration=known),)
