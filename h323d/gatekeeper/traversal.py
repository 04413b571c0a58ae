"""
How endpoints behind a NAT or firewall are reached: H.460.18's server, and guessing for those
that do not know it.

L{Locality} judges addresses: whether what an endpoint says of itself can be true.  L{Reach} says
how somebody who registers can be reached.  L{DialBacks} gets the signalling connection of a call to an endpoint that cannot be connected to: it tells
the endpoint of the call over RAS, whose way the endpoint keeps open, and waits until the
endpoint connects and names the call.

From which host it may, L{Origins} says: call identifiers stand in messages that others see.
"""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from h323d.call.dialrule import DialRule
from h323d.call.media import Latching
from h323d.errors import RemoteProtocolError, ResourceUnavailable
from h323d.gatekeeper.origins import Origins
from h323d.gatekeeper.registry.registrations import Registration
from h323d.gatekeeper.traversalconfig import TraversalConfig
from h323d.h323.ras.messages import RASMessage
from h323d.h323.ras.transactions import RASAsked
from h323d.h323.signalling.connection import SignallingConnection
from h323d.h323.signalling.features import Fields, feature, parametersOf, withFeature
from h323d.h323.signalling.traversal import SIGNALLING_TRAVERSAL, IncomingCall, incomingCallData
from h323d.h323.signalling.uuie import Content
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause

__all__ = ["Ask", "DialBacks", "Locality", "Reach", "Whereabouts"]

REPEAT = 1.5  # seconds until an endpoint is told again of a call

Ask = Callable[
    [str, Fields, TransportAddress, Callable[[RASMessage | None], None], float],
    RASAsked,
]
"""
Asks an endpoint over RAS, as L{h323d.h323.ras.channel.RASChannel.request}.
"""


RegistrationAt = Callable[[TransportAddress], Registration | None]
"""
Who has that call signalling address.
"""


class Locality:
    """
    Whether an address that stands in a message can be its sender's.
    """

    def __init__(self, config: TraversalConfig) -> None:
        self._guess = config.guess
        self._networks = tuple(ipaddress.ip_network(each) for each in config.privateNetworks)
        self._isPrivate = functools.lru_cache(maxsize=4096)(self._look)

    def believable(self, named: str, source: str) -> bool:
        """
        @param named: the host that a message names.
        @param source: the host that it came from.
        """
        if not self._guess or named == source:
            return True
        return not self._isPrivate(named) or self._isPrivate(source)

    def reachable(self, named: TransportAddress, source: str) -> TransportAddress:
        """
        Where to reach who says that it is at C{named}: there, or at the host that its packets
        come from.
        """
        if self.believable(named.host, source):
            return named
        return TransportAddress(source, named.port)

    def _look(self, host: str) -> bool:
        address = ipaddress.ip_address(host)
        return any(address in network for network in self._networks)


class Reach:
    """
    How an endpoint that registers can be reached.
    """

    def __init__(self, config: TraversalConfig, dialRule: DialRule) -> None:
        """
        @param dialRule: where endpoints may have us connect to.
        """
        self._config = config
        self._dialRule = dialRule
        self.locality = Locality(config)

    def reconfigure(self, config: TraversalConfig) -> None:
        """
        Reach otherwise who registers, and whose calls begin, from now on.
        """
        self._config = config
        self.locality = Locality(config)

    def asked(self, fields: Fields) -> bool:
        """
        Whether a GRQ or RRQ asks for traversal, and there is any.
        """
        wanted = parametersOf(fields, SIGNALLING_TRAVERSAL) is not None
        return wanted and self._config.enabled

    def confirmed(self, confirmation: Fields) -> Fields:
        """
        The fields of a GCF or RCF that grants it.
        """
        return withFeature(confirmation, feature(SIGNALLING_TRAVERSAL))

    def timeToLive(self, seconds: int, traversal: bool) -> int:
        """
        How long a registration lasts that would last for C{seconds} otherwise.
        """
        return min(seconds, self._config.timeToLive) if traversal else seconds

    def signalling(
        self, named: tuple[TransportAddress, ...], source: TransportAddress, traversal: bool
    ) -> tuple[TransportAddress, ...]:
        """
        Where calls to an endpoint go.  One with traversal is never connected to, and the
        addresses it names may be those of others behind other NATs: it gets the one that is
        its own, of its RAS.  Where it may not have us connect to, no call goes.
        """
        if traversal:
            return (source,)
        reached = dict.fromkeys(self.locality.reachable(each, source.host) for each in named)
        return tuple(
            each
            for each in reached
            if self._dialRule.objection(each, source.host, "callSignalAddress") is None
        )

    def whereabouts(self, registration: Registration | None, host: str) -> Whereabouts:
        """
        Where a side of a call is.

        @param registration: its own, if it has one.
        @param host: where its packets come from.
        """
        traversal = registration is not None and registration.traversal
        config = self._config
        return Whereabouts(
            host, traversal, self.locality, config.keepAliveInterval, config.multiplex
        )


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """
    Where a side of a call is, as far as its media goes.

    @ivar host: where its signalling comes from.
    @ivar traversal: whether only it can open connections.
    @ivar keepAliveInterval: how often it is to keep its way open, seconds.
    @ivar multiplex: whether its media may share ports with that of others.
    """

    host: str
    traversal: bool
    locality: Locality
    keepAliveInterval: int
    multiplex: bool = False

    def seen(self, told: TransportAddress | None) -> TransportAddress | None:
        """
        Where it is to be looked for that says it is at C{told}.
        """
        return None if told is None else self.locality.reachable(told, self.host)

    def latching(self, told: TransportAddress | None) -> Latching:
        """
        Whether to go by where its packets come from.
        """
        if told is not None and not self.locality.believable(told.host, self.host):
            return Latching.ANY_HOST
        return Latching.OWN_HOST if self.traversal else Latching.NEVER


@dataclass(slots=True, eq=False)
class _Awaited:
    """
    A call whose endpoint was told.
    """

    registration: Registration
    connected: Deferred[SignallingConnection]
    timeout: IDelayedCall
    asked: RASAsked | None = None


class DialBacks:
    """
    Calls that wait for their endpoint to connect.
    """

    def __init__(
        self,
        config: TraversalConfig,
        clock: IReactorTime,
        signallingTowards: Callable[[TransportAddress], TransportAddress],
        registrationAt: RegistrationAt,
        ask: Ask,
        origins: Origins,
    ) -> None:
        """
        @param signallingTowards: where an endpoint with that RAS address is to connect: our
            call signalling address.
        @param origins: says from where they may.
        """
        self._origins = origins
        self._registrationAt = registrationAt
        self._timeout = config.dialBackTimeout
        self._clock = clock
        self._signallingTowards = signallingTowards
        self._ask = ask
        self._awaited: dict[bytes, _Awaited] = {}

    def reconfigure(self, config: TraversalConfig) -> None:
        """
        Give endpoints that are summoned from now on so much time.
        """
        self._timeout = config.dialBackTimeout

    def __len__(self) -> int:
        return len(self._awaited)

    def summon(self, registration: Registration, call: bytes) -> Deferred[SignallingConnection]:
        """
        Have an endpoint connect to us for a call.

        @param registration: one with C{traversal}.
        @param call: the call identifier, 16 octets, as the Setup will have it.

        @return: fires with the connection, on which the Setup is to be sent; cancel it when
            the call is over.  Fails with L{RemoteProtocolError} when the endpoint does not
            answer or connect in time, or is being summoned for this call already.
        """
        if call in self._awaited:
            return _failed(Cause.INVALID_CALL_REFERENCE, "an endpoint is summoned for it already")
        connected: Deferred[SignallingConnection] = Deferred(lambda _: self._forget(call))
        timeout = self._clock.callLater(self._timeout, self._fail, call, "has not connected")
        awaited = _Awaited(registration, connected, timeout)
        self._awaited[call] = awaited
        here = self._signallingTowards(registration.source)
        fields: Fields = {
            "serviceControl": [],
            "genericData": [incomingCallData(IncomingCall(call, here))],
        }
        try:
            awaited.asked = self._ask(
                "serviceControlIndication",
                fields,
                registration.source,
                lambda answer: self._answered(call, answer),
                REPEAT,
            )
        except ResourceUnavailable:  # as many questions are under way as there can be
            self._fail(call, "cannot be told")
        return connected

    def summonBehind(
        self, signalling: TransportAddress, call: bytes
    ) -> Deferred[SignallingConnection] | None:
        """
        Have the endpoint with a call signalling address connect to us for a call.

        @return: as of L{summon}; C{None} where nobody has to be summoned: one can connect there.
        """
        registration = self._registrationAt(signalling)
        if registration is None or not registration.traversal:
            return None
        return self.summon(registration, call)

    def facilityReceived(self, connection: SignallingConnection, content: Content) -> bool:
        """
        A Facility came that belongs to no call of its connection.

        @return: whether it was what a call has waited for.
        """
        call = content.callIdentifier
        awaited = None if call is None else self._awaited.get(call)
        if call is None or awaited is None:
            return False
        if not self._origins.takesDialBack(connection.peer, awaited.registration, call):
            connection.close()
            return False
        self._forget(call)
        awaited.connected.callback(connection)
        return True

    def close(self) -> None:
        """
        Nobody waits any more.
        """
        for call in tuple(self._awaited):
            self._fail(call, "was not waited for, as we leave")

    def _answered(self, call: bytes, answer: RASMessage | None) -> None:
        """
        The endpoint answered; that it is told is all that counts, so whatever it answers but
        nothing, or that it does not know the message, is good.
        """
        awaited = self._awaited.get(call)
        if awaited is None:
            return
        awaited.asked = None
        if answer is None:
            self._fail(call, "does not answer")
        elif answer.name == "unknownMessageResponse":
            self._fail(call, "does not know how to connect")

    def _fail(self, call: bytes, reason: str) -> None:
        connected = self._awaited[call].connected
        self._forget(call)
        connected.errback(RemoteProtocolError(Cause.NO_USER_RESPONDING, f"the endpoint {reason}"))

    def _forget(self, call: bytes) -> None:
        awaited = self._awaited.pop(call)
        if awaited.timeout.active():
            awaited.timeout.cancel()
        if awaited.asked is not None:
            awaited.asked.cancel()


def _failed(cause: Cause, reason: str) -> Deferred[SignallingConnection]:
    failed: Deferred[SignallingConnection] = Deferred()
    failed.errback(RemoteProtocolError(cause, reason))
    return failed
