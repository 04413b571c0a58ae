"""
Dialogs over TLS whose connection is gone, and how their peers are reached again.
"""

from __future__ import annotations

import pytest

from h323d.call.applications import PASSED, Admission, Application, Verdict
from h323d.call.legs import IOffer
from h323d.call.silence import LOST
from h323d.sip.binding import Binding
from h323d.sip.events.packages import Watcher
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.uri import SIPURI, URI
from h323d.sip.outside import Services
from h323d.sip.registrar import Registrant
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.media.digits import DigitMethod
from h323d.values.media.formats import G711_ULAW
from h323d.values.media.profile import MediaProfile
from tests.support.sealed import sealedStreams
from tests.support.sippeers import SECURED, SIPWorld, Wire, offerBody, request, responseTo

PHONE, STRANGER = "10.0.0.3", "10.0.0.66"
TLS = 5061  # the port
OTHERWISE = MediaProfile.audio((G711_ULAW,))
INSTANCE = '+sip.instance="<urn:uuid:00000000-0000-1000-8000-000a95a0e128>"'
FLOW = f"<sip:script@{PHONE}:40001;transport=tls>;{INSTANCE};reg-id=1"
AGAIN = FLOW.replace("40001", "40002")
PLAIN = f"<sip:script@{PHONE}:40001;transport=tls>"


class Locations:
    """
    A L{h323d.sip.registrar.RegistrarOwner} that keeps nothing.
    """

    def bindings(self, address: SIPURI, registrant: Registrant) -> tuple[Binding, ...]:
        return ()

    def rebind(
        self, address: SIPURI, bindings: tuple[Binding, ...], registrant: Registrant
    ) -> None:
        pass

    def judge(self, application: Application) -> Verdict:
        return PASSED

    def admitted(self, address: SIPURI, registrant: Registrant, admission: Admission) -> None:
        pass

    def connectionClosed(self, peer: TransportAddress) -> None:
        pass

    def needs(self, peer: TransportAddress) -> bool:
        return False


class Bell:
    """
    A kind of events, without contents.
    """

    name, contentType, pause = "bell", "text/bell", 5.0

    def __init__(self) -> None:
        self.watchers: list[Watcher] = []

    def watch(self, resource: URI, subscriber: IOffer, watcher: Watcher) -> Bell:
        self.watchers.append(watcher)
        return self

    def state(self) -> bytes:
        return b"silent"

    def news(self) -> bytes:
        return b"rings"

    def close(self) -> None:
        pass


class House:
    """
    A server, and a phone that registers and calls by one connection.
    """

    def __init__(self, contact: str = FLOW) -> None:
        self.world = SIPWorld()
        self.bell = Bell()
        services = Services((self.bell,))
        self.server = self.world.peer("10.0.0.1", SECURED, Locations(), services=services)
        self.number = 0
        self.first = self.connect()
        self.register(self.first, contact)
        self.first.send(self.text("INVITE", body=offerBody()))
        self.world.run(0.1)
        answers = [each for each in self.first.messages if isinstance(each, SIPResponse)]
        self.tag = answers[-1].toAddress.tag or ""
        self.first.send(self.text("ACK", toTag=self.tag))
        self.world.run(0.1)
        (self.leg,), (self.log,) = self.server.legs, self.server.logs

    def text(
        self, method: str, host: str = PHONE, toTag: str = "", extra: str = "", body: str = ""
    ) -> str:
        self.number += 1
        return request(
            method,
            branch=f"z9hG4bK{self.number}",
            cseq=self.number - (method == "ACK"),
            via=f"SIP/2.0/TLS {host};rport",
            toTag=toTag,
            extra=extra,
            body=body,
        )

    def connect(self, host: str = PHONE) -> Wire:
        wire = Wire()
        opener = sealedStreams(self.world.network.host(host)).opener
        opener.open(TransportAddress("10.0.0.1", TLS), wire, 5)
        self.world.run(0.1)
        return wire

    def register(self, wire: Wire, contact: str, host: str = PHONE, expires: int = 600) -> None:
        text = self.text("REGISTER", host, extra=f"Supported: outbound\nExpires: {expires}\n")
        text = text.replace(f"Contact: <sip:script@{PHONE}>", f"Contact: {contact}")
        wire.send(text.replace("Call-ID: call", f"Call-ID: register{self.number}"))
        self.world.run(0.1)
        assert wire.statuses[-1] == 200

    def lose(self) -> None:
        """
        The connection ends.
        """
        self.world.network.resetStreams(PHONE)
        self.world.run(0.1)
        assert self.first.closed

    def hangUp(self) -> None:
        self.leg.hangup(Cause.NORMAL_CALL_CLEARING)
        self.world.run(0.1)

    def offer(self) -> None:
        """
        Have something to say in the dialog.
        """
        self.leg.changeMedia(OTHERWISE)
        self.world.run(0.1)


@pytest.mark.parametrize(("before", "after"), [(FLOW, AGAIN), (PLAIN, PLAIN)])
def test_whoRegistersAgainIsReachedByTheNewConnection(before: str, after: str) -> None:
    house = House(before)
    house.lose()
    assert (house.log.causes, len(house.server.pool.ports)) == ([], 1)
    wire = house.connect()
    house.register(wire, after)
    house.hangUp()
    assert wire.methods == ["BYE"]


def test_aByeWaitsForTheNewConnection() -> None:
    house = House()
    house.lose()
    house.hangUp()
    house.world.run(LOST - 2, step=0.1)
    wire = house.connect()
    house.register(wire, AGAIN)
    assert wire.methods == ["BYE"]
    (bye,) = [each for each in wire.messages if isinstance(each, SIPRequest)]
    assert wire.stream is not None
    wire.stream.write(responseTo(bye, 200))
    wire.stream.close()
    house.world.settle()


def test_aRequestOfTheDialogByAnotherConnectionHasWhatWaitsGoByThat() -> None:
    house = House()
    house.lose()
    house.offer()
    wire = house.connect()
    house.world.run(5, step=0.1)
    assert wire.methods == []
    wire.send(house.text("OPTIONS", toTag=house.tag))
    house.world.run(0.1)
    assert (wire.statuses, wire.methods) == ([200], ["INVITE"])


def test_whatWaitsInOneDialogDoesNotGoByTheConnectionOfAnother() -> None:
    house = House()
    house.lose()
    house.offer()
    wire = house.connect()
    wire.send(house.text("OPTIONS", toTag="other"))
    house.world.run(0.1)
    assert (wire.statuses, wire.methods) == ([481], [])


def test_whatWasUnderWayWhenTheConnectionEndedGoesByTheNext() -> None:
    house = House()
    house.offer()
    assert house.first.methods == ["INVITE"]
    house.lose()
    wire = house.connect()
    house.register(wire, AGAIN)
    assert wire.methods == ["INVITE"]
    assert house.log.causes == []


def test_aCallWhosePeerDoesNotComeBackEnds() -> None:
    house = House()
    house.lose()
    house.offer()
    house.world.run(LOST - 1, step=0.1)
    assert house.log.causes == []
    house.world.run(2, step=0.1)
    assert house.log.causes == [Cause.RECOVERY_ON_TIMER_EXPIRY]
    house.world.settle()


def test_whoTakesConnectionsAtTheirContactIsConnectedTo() -> None:
    house = House()
    wire = Wire()
    listener = sealedStreams(house.world.network.host(PHONE)).listener
    listener.listen(TransportAddress(PHONE, TLS), lambda peer: wire)
    house.lose()
    house.hangUp()
    assert wire.methods == ["BYE"]


def test_aStrangerWhoRegistersTheSameIsToldNothing() -> None:
    house = House()
    house.lose()
    house.offer()
    wire = house.connect(STRANGER)
    house.register(wire, AGAIN, STRANGER)
    assert wire.methods == []


def test_anotherOfTheSameHostIsToldNothing() -> None:
    house = House()
    house.lose()
    house.offer()
    wire = house.connect()
    house.register(wire, AGAIN.replace("e128", "e129"))
    assert wire.methods == []


def test_whoHasTwoWaysOfWhichOneEndsIsNotTakenForTheOther() -> None:
    house = House()
    house.lose()
    house.offer()
    wire = house.connect()
    house.register(wire, AGAIN.replace("reg-id=1", "reg-id=2"))
    assert wire.methods == []


def test_whoTakesItsContactAwayIsNotReachedByThat() -> None:
    house = House()
    house.lose()
    house.offer()
    wire = house.connect()
    house.register(wire, AGAIN, expires=0)
    assert wire.methods == []


def test_aConnectionThatIsOpenKeepsItsDialogs() -> None:
    house = House()
    wire = house.connect()
    house.register(wire, AGAIN)
    house.hangUp()
    assert (house.first.methods, wire.methods) == (["BYE"], [])


def test_whoHasRegisteredByAnotherOneBeforeTheFirstEndsIsReachedByThat() -> None:
    house = House()
    wire = house.connect()
    house.register(wire, AGAIN)
    house.offer()
    assert house.first.stream is not None
    house.first.stream.close()
    house.world.run(0.1)
    assert (house.first.methods, wire.methods) == (["INVITE"], ["INVITE"])


def test_whoHasSubscribedIsToldByTheNewConnection() -> None:
    house = House()
    house.first.send(house.text("SUBSCRIBE", extra="Event: bell\n"))
    house.world.run(0.1)
    notify = house.first.messages[-1]
    assert isinstance(notify, SIPRequest)
    assert house.first.stream is not None
    house.first.stream.write(responseTo(notify, 200))
    house.world.run(0.1)
    house.lose()
    (watcher,) = house.bell.watchers
    watcher.changed()
    house.world.run(10, step=0.1)
    wire = house.connect()
    house.register(wire, AGAIN)
    (told,) = [each for each in wire.messages if isinstance(each, SIPRequest)]
    assert (told.method, told.body) == ("NOTIFY", b"rings")


def test_aDigitIsNotSentLate() -> None:
    house = House()
    house.lose()
    house.leg.sendDigit("5", 100, DigitMethod.SIP_INFO)
    wire = house.connect()
    house.register(wire, AGAIN)
    assert wire.methods == []


def test_aServerThatEndsWaitsForNobody() -> None:
    house = House()
    house.lose()
    house.hangUp()
    house.server.endpoint.close()
    house.world.run(0.1)
    assert house.world.clock.getDelayedCalls() == []
