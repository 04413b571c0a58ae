"""
Calls to endpoints that cannot be connected to, as they are behind a NAT: they are told of the
call over RAS, whose way they keep open, and open the connection themselves (H.460.18).

From which host they may, L{Origins} says: call identifiers stand in messages that others see.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IReactorTime
from zope.interface import implementer

from h323d.call.timer import Timer
from h323d.call.transport import IOpening
from h323d.errors import ResourceUnavailable
from h323d.gatekeeper.origins import Origins
from h323d.gatekeeper.registry.registrations import Registration
from h323d.gatekeeper.traversalconfig import TraversalConfig
from h323d.h323.ras.messages import RASMessage
from h323d.h323.ras.transactions import RASAsked
from h323d.h323.signalling.connection import SignallingCall, SignallingConnection
from h323d.h323.signalling.features import Fields
from h323d.h323.signalling.traversal import IncomingCall, incomingCallData
from h323d.h323.signalling.uuie import Content
from h323d.values.address import TransportAddress

__all__ = ["Ask", "DialBacks"]

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


@implementer(IOpening)
class _DialBack:
    """
    The connection of one side of a call, on its way from an endpoint that was summoned.

    @ivar registration: the endpoint.
    @ivar callIdentifier: of the call.
    """

    def __init__(
        self,
        table: DialBacks,
        registration: Registration,
        callIdentifier: bytes,
        reference: int,
        call: SignallingCall,
        clock: IReactorTime,
    ) -> None:
        self.registration = registration
        self.callIdentifier = callIdentifier
        self._table = table
        self._reference = reference
        self._call = call
        self._timer = Timer(clock)
        self._asked: RASAsked | None = None

    def summon(self, ask: Ask, here: TransportAddress, timeout: float) -> None:
        """
        Tell the endpoint.

        @param here: where it is to connect.
        @param timeout: seconds that it gets.
        """
        self._timer.start(timeout, self.fail, "has not connected")
        incoming = incomingCallData(IncomingCall(self.callIdentifier, here))
        fields: Fields = {"serviceControl": [], "genericData": [incoming]}
        source = self.registration.source
        try:
            self._asked = ask("serviceControlIndication", fields, source, self._answered, REPEAT)
        except ResourceUnavailable:  # as many questions are under way as there can be
            self.fail("cannot be told")

    def cancel(self) -> None:
        self._table.forget(self)
        self._timer.stop()
        if self._asked is not None:
            self._asked.cancel()

    def connected(self, connection: SignallingConnection) -> None:
        """
        The endpoint has opened it.
        """
        self.cancel()
        if connection.carry(self._reference, True, self._call):
            self._call.connectionOpened(connection)
        else:
            self._call.connectionLost("it carries too many calls")

    def fail(self, reason: str) -> None:
        """
        There will be none.

        @param reason: what the endpoint did not do.
        """
        self.cancel()
        self._call.connectionLost(f"the endpoint {reason}")

    def _answered(self, answer: RASMessage | None) -> None:
        """
        The endpoint answered; that it is told is all that counts, so whatever it answers but
        nothing, or that it does not know the message, is good.
        """
        self._asked = None
        if answer is None:
            self.fail("does not answer")
        elif answer.name == "unknownMessageResponse":
            self.fail("does not know how to connect")


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
        self._awaited: dict[bytes, _DialBack] = {}  # by call identifier

    def reconfigure(self, config: TraversalConfig) -> None:
        """
        Give endpoints that are summoned from now on so much time.
        """
        self._timeout = config.dialBackTimeout

    def __len__(self) -> int:
        return len(self._awaited)

    def summon(
        self,
        registration: Registration,
        callIdentifier: bytes,
        reference: int,
        call: SignallingCall,
    ) -> IOpening:
        """
        Have an endpoint connect to us for a call, and the connection carry it.

        @param registration: one with C{traversal}.
        @param callIdentifier: 16 octets, as the Setup will have them.
        @param reference: of the call on the connection; we chose it.
        @param call: is told of the connection, on which the Setup is to be sent, or that there
            is none: the endpoint does not answer or connect in time, or is being summoned for
            this call already.  That may be before this returns.
        """
        dialBack = _DialBack(self, registration, callIdentifier, reference, call, self._clock)
        if callIdentifier in self._awaited:
            dialBack.fail("is summoned for it already")
        else:
            self._awaited[callIdentifier] = dialBack
            here = self._signallingTowards(registration.source)
            dialBack.summon(self._ask, here, self._timeout)
        return dialBack

    def summonBehind(
        self,
        signalling: TransportAddress,
        callIdentifier: bytes,
        reference: int,
        call: SignallingCall,
    ) -> IOpening | None:
        """
        Have the endpoint with a call signalling address connect to us for a call.

        @return: as of L{summon}; C{None} where nobody has to be summoned: one can connect there.
        """
        registration = self._registrationAt(signalling)
        if registration is None or not registration.traversal:
            return None
        return self.summon(registration, callIdentifier, reference, call)

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
        awaited.connected(connection)
        return True

    def forget(self, dialBack: _DialBack) -> None:
        """
        Nobody waits for that one any more.
        """
        if self._awaited.get(dialBack.callIdentifier) is dialBack:
            del self._awaited[dialBack.callIdentifier]

    def close(self) -> None:
        """
        Nobody waits any more.
        """
        for dialBack in tuple(self._awaited.values()):
            dialBack.fail("was not waited for, as we leave")
