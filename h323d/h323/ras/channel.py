"""
A RAS channel: the UDP port that requests and answers of both directions share
(ITU-T H.225.0, 7.2; H.323, 7.1).

Octets in, transactions out.  What cannot be decoded is dropped, told as the
fact L{h323d.events.doors.BadInput}, and logged once for each peer; a request that
its owner does not know is the owner's to refuse (C{unknownMessageResponse}).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twisted.logger import Logger
from zope.interface import implementer

from h323d.call.complaints import Complaints
from h323d.call.listeners import bindAll
from h323d.call.surroundings import Surroundings
from h323d.call.transport import IDatagramPort, IDatagrams, IDatagramUser
from h323d.errors import DecodeError, ResourceUnavailable
from h323d.h323.ports import MULTICAST_PORT
from h323d.h323.ras.answering import ServerTransactions
from h323d.h323.ras.messages import Fields, RASMessage, decodeRAS, isRequest
from h323d.h323.ras.security import UNSECURED, RASSecurity
from h323d.h323.ras.transactions import (
    Answered,
    ClientTransactions,
    RASAsked,
    RASOwner,
    RASRequest,
)
from h323d.h323.ras.wiretap import WireTap
from h323d.values.address import TransportAddress
from h323d.values.proof import Proof

__all__ = ["DISCOVERY_GROUP", "RASChannel"]

DISCOVERY_GROUP = TransportAddress("224.0.1.41", MULTICAST_PORT)

ReplyTo = Callable[[RASMessage, TransportAddress, Proof | None], TransportAddress | None]


def toItsSource(message: RASMessage, source: TransportAddress, proof: Proof | None) -> None:
    """
    Where the answer to a request goes that may not say so itself.
    """


@implementer(IDatagramUser)
class RASChannel:
    """
    One RAS port, with its transactions.
    """

    _log = Logger()

    def __init__(
        self,
        world: Surroundings,
        hosts: Sequence[str],
        number: int,
        owner: RASOwner,
        multicast: bool = False,
        replyTo: ReplyTo = toItsSource,
        security: RASSecurity = UNSECURED,
    ) -> None:
        """
        @param hosts: the addresses that L{start} binds.
        @param number: the port on each; 0 takes any that is free.
        @param owner: answers the requests that arrive.
        @param multicast: listen for discovery by multicast too, on the
            interface of the first of C{hosts} that is of IPv4; done without if that
            cannot be bound.
        @param replyTo: says where the answer to a request goes instead of to
            its source: an address that stands in it, if whoever sent it, and
            proved to be somebody, is trusted.  It is not asked about a request
            that is not believed.
        @param security: judges what arrives, and seals what leaves.
        """
        self._security = security
        self._replyTo = replyTo
        self._datagrams = world.datagrams
        self._hosts = tuple(hosts)
        self._number = number
        self._multicast = multicast
        self._complaints = Complaints(world.clock, world.events)
        self._wire = world.wire
        self._wiretap = WireTap(world.clock, world.wire)
        self._server = ServerTransactions(world.clock, self._sendOctets, owner)
        self._client = ClientTransactions(world.clock, world.rng, self._sendOctets)
        self._port: IDatagramPort | None = None
        self._group: IDatagramPort | None = None

    @property
    def address(self) -> TransportAddress:
        """
        What is bound, with its real port; before that, what is to be bound.
        """
        if self._port is None:
            return TransportAddress(self._hosts[0], self._number)
        address: TransportAddress = self._port.address
        return address

    def heardAt(self, peer: TransportAddress) -> str:
        """
        The address of ours that a peer sent to last; empty if that is not known.
        """
        return "" if self._port is None else self._port.heardAt(peer)

    def start(self) -> None:
        """
        Listen from now on.

        @raise ResourceUnavailable: the unicast port cannot be bound.
        """
        self._port = bindAll(self._datagrams, self._hosts, self._number, self)
        interface = next((host for host in self._hosts if ":" not in host), None)
        if self._multicast and interface is not None:
            self._group = self._joinGroup(self._datagrams, interface)

    def request(
        self,
        name: str,
        fields: Fields,
        destination: TransportAddress,
        answered: Answered,
        interval: float | None = None,
    ) -> RASAsked:
        """
        Ask a peer, as L{ClientTransactions.request}.
        """
        association = self._security.towards(name, fields, destination)
        return self._client.request(name, fields, destination, answered, interval, association)

    def tell(self, name: str, fields: Fields, destination: TransportAddress) -> None:
        """
        Send once what needs no answer, as L{ClientTransactions.tell}.
        """
        association = self._security.towards(name, fields, destination)
        self._client.tell(name, fields, destination, association)

    def forgetAnswers(self, source: TransportAddress) -> None:
        """
        Answer what comes from a source anew, even if it repeats something.
        """
        self._server.forget(source)

    def close(self) -> None:
        """
        Answer and ask nothing more, and free the ports.
        """
        self._client.close()
        self._server.close()
        for port in (self._port, self._group):
            if port is not None:
                port.close()
        self._port = self._group = None

    def datagramReceived(self, data: bytes, source: TransportAddress) -> None:
        self.received(data, source, multicast=False)

    def received(self, data: bytes, source: TransportAddress, multicast: bool) -> None:
        """
        One datagram arrived.

        @param multicast: on the group's socket.
        """
        if source.port == 0:
            return
        repeated = self._server.repeated(data, source)
        if repeated is not None:
            self._note(source, False, data, None, multicast)
            self._server.answerAgain(repeated)
            return
        try:
            message = decodeRAS(data)
        except DecodeError as error:
            self._complaints.about("ras", source, error)
            return
        self._note(source, False, data, message, multicast)
        if self._client.arrived(message, source, data):
            return
        if isRequest(message):
            self._requested(message, data, source, multicast)
        else:
            stray = DecodeError("an answer to nothing that was asked", message.name)
            self._complaints.about("ras", source, stray)

    def _requested(
        self, message: RASMessage, data: bytes, source: TransportAddress, multicast: bool
    ) -> None:
        verdict = self._security.examine(message, data, source)
        replyTo = self._replyTo(message, source, verdict.proof) if verdict.believed else None
        if not verdict.believed and multicast and message.name == "locationRequest":
            return  # all gatekeepers were asked: only who knows answers
        local = self.heardAt(replyTo or source)
        self._server.requested(
            RASRequest(message, source, data, multicast, replyTo, verdict, local)
        )

    def _joinGroup(self, datagrams: IDatagrams, interface: str) -> IDatagramPort | None:
        try:
            return datagrams.bindMulticast(DISCOVERY_GROUP, interface, _GroupDoor(self))
        except ResourceUnavailable as error:
            self._log.warn("no discovery by multicast: {reason}", reason=error.reason)
            return None

    def _sendOctets(
        self, data: bytes, destination: TransportAddress, message: RASMessage | None
    ) -> None:
        if self._port is not None:
            self._note(destination, True, data, message)
            self._port.send(data, destination)

    def _note(
        self,
        peer: TransportAddress,
        sent: bool,
        data: bytes,
        message: RASMessage | None,
        multicast: bool = False,
    ) -> None:
        if self._wire.keeps:
            local = DISCOVERY_GROUP if multicast else self._addressFor(peer)
            self._wiretap.note(local, peer, sent, data, message)

    def _addressFor(self, peer: TransportAddress) -> TransportAddress:
        """
        The address of ours that a peer knows.
        """
        address, heard = self.address, self.heardAt(peer)
        if heard in ("", address.host):
            return address
        return TransportAddress(heard, address.port)


@implementer(IDatagramUser)
class _GroupDoor:
    """
    The multicast group's socket.  Answers do not leave from it.
    """

    def __init__(self, channel: RASChannel) -> None:
        self._channel = channel

    def datagramReceived(self, data: bytes, source: TransportAddress) -> None:
        self._channel.received(data, source, multicast=True)
