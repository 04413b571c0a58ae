"""
The policies that need no help: our own rooms, who is registered, and the
address that the caller knows itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from zope.interface import implementer

from h323d.call.ways import LAST_RANK
from h323d.gatekeeper.identity import ILocalNumbers
from h323d.gatekeeper.registry.registrations import EndpointRegistry, Registration
from h323d.gatekeeper.routing.chain import Called, FoundWay, ICalledPolicy
from h323d.values.address import PartyAddress, TransportAddress

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
    has resources left first, and of those who came first.  If one of them is a SIP phone, all are
    called at our own call-signalling address: the gateway is behind that.  The gateway itself is
    told of each, and who is called at the same time: everybody at the address that they like best.
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
            having.sort(key=lambda each: each.exhausted)
            phones = self._phones(name)
            if called.bridged:
                found = (*_together(having), *phones)
            else:
                found = phones[:1] or _oneAfterTheOther(having)
            if found:
                return found
        return None

    def _phones(self, name: PartyAddress) -> tuple[FoundWay, ...]:
        phones = self._registry.phonesOf(name)
        return tuple(FoundWay("sip", self._here, rank=0, registration=each) for each in phones)


def _oneAfterTheOther(having: Sequence[Registration]) -> tuple[FoundWay, ...]:
    return tuple(
        FoundWay("h323", address, registration=each)
        for each in having
        for address in each.signalling
    )


def _together(having: Sequence[Registration]) -> tuple[FoundWay, ...]:
    """
    Everybody's first address has one rank, and so on; who has no resources left comes later.
    """
    ways = [
        FoundWay("h323", address, rank=index + LAST_RANK * each.exhausted, registration=each)
        for each in having
        for index, address in enumerate(each.signalling)
    ]
    return tuple(sorted(ways, key=lambda way: way.rank or 0))


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
