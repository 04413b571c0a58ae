"""
Where a call to an alias goes (H.323, 8.1; H.225.0, 7.11).

Each rule is a policy with one method, and the first that knows the called
party decides; adding one means adding one class.  This is about call-signalling
addresses: a call that reaches our own is routed further by
L{h323d.call.switch}.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zope.interface import Interface, implementer

from h323d.gatekeeper.registrations import EndpointRegistry, Registration
from h323d.values.address import PartyAddress, TransportAddress

__all__ = [
    "Called",
    "Destination",
    "Identity",
    "ICalledPolicy",
    "ILocalNumbers",
    "LocalNumbers",
    "RegisteredEndpoints",
    "RoutingChain",
    "SignalledAddress",
]


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
    @ivar ras: where endpoints send RAS.
    @ivar signalling: our own call-signalling address.
    """

    identifier: str
    ras: TransportAddress
    signalling: TransportAddress


@dataclass(frozen=True, slots=True)
class Called:
    """
    Who is to be called.

    @ivar names: best first; may be empty.
    @ivar signalled: the call-signalling address that the caller knows already,
        if any.
    """

    names: tuple[PartyAddress, ...]
    signalled: TransportAddress | None = None


@dataclass(frozen=True, slots=True)
class Destination:
    """
    Where the call goes.

    @ivar signalling: the call-signalling address to connect to.
    @ivar registration: the endpoint there, if it is registered.
    """

    signalling: TransportAddress
    registration: Registration | None = None


class ICalledPolicy(Interface):
    """
    One rule.
    """

    def destination(called: Called) -> Destination | None:
        """
        @return: C{None}: ask the next rule.
        """


@implementer(ICalledPolicy)
class LocalNumbers:
    """
    Our own rooms, at our own call-signalling address.
    """

    def __init__(self, numbers: ILocalNumbers, signalling: TransportAddress) -> None:
        self._numbers = numbers
        self._here = Destination(signalling)

    def destination(self, called: Called) -> Destination | None:
        if any(self._numbers.serves(name) for name in called.names):
            return self._here
        return None


@implementer(ICalledPolicy)
class RegisteredEndpoints:
    """
    Whoever registered the name.
    """

    def __init__(self, registry: EndpointRegistry) -> None:
        self._registry = registry

    def destination(self, called: Called) -> Destination | None:
        for name in called.names:
            found = self._registry.byAlias(name)
            if found is not None:
                return Destination(found.signalling[0], found)
        return None


@implementer(ICalledPolicy)
class SignalledAddress:
    """
    The address that the caller knows itself, for names that nobody has.
    """

    def __init__(self, registry: EndpointRegistry) -> None:
        self._registry = registry

    def destination(self, called: Called) -> Destination | None:
        if called.signalled is None:
            return None
        return Destination(called.signalled, self._registry.bySignalling(called.signalled))


class RoutingChain:
    """
    The rules, in order.
    """

    def __init__(self, policies: Sequence[ICalledPolicy]) -> None:
        self._policies = tuple(policies)

    def destination(self, called: Called) -> Destination | None:
        """
        @return: C{None} if no rule knows the called party.
        """
        for policy in self._policies:
            found: Destination | None = policy.destination(called)
            if found is not None:
                return found
        return None
