"""
Calls whose media are in processes of their own, and outlive them.
"""

from __future__ import annotations

import itertools
import socket
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from zope.interface import implementer
from zope.interface.verify import verifyObject

from h323d.call.homes import Home
from h323d.call.media import (
    IMediaPool,
    IRelay,
    IRelayObserver,
    ISampleSink,
    ISampleSource,
    Signalling,
)
from h323d.call.relaying import Latching
from h323d.dsp.tones import levelsAt
from h323d.errors import DecodeError
from h323d.events.server import MediaProcessLost
from h323d.inputs import Input
from h323d.media import wire
from h323d.media.children import RESTRAINT
from h323d.media.reports import Closed, DigitHeard
from h323d.rtp import events
from h323d.rtp.packet import RTPPacket, encode
from h323d.values.address import TransportAddress
from tests.support.loggedfailures import LoggedFailures
from tests.support.mediaprocesses import HOST, RemoteBench, SocketPhone
from tests.support.packetio import steady

FAINT = 20  # of samples
LATER = 1000  # the number of a message
TOLD = Signalling(HOST)


class Scene:
    """
    Two telephones in a room.
    """

    def __init__(self, **settings: int) -> None:
        self.bench = RemoteBench(**settings)  # type: ignore[arg-type] # which are numbers
        self.bench.started()
        self.room = self.bench.room()
        self.first, self.second = (self.bench.phone(each, self.room) for each in (400, 900))
        self.bench.run(0.6)

    def die(self, number: int = 1) -> None:
        """
        Have a process die, and the phones go on.
        """
        self.bench.processes[number - 1].die()

    def told(self) -> list[MediaProcessLost]:
        return [each for each in self.bench.facts if isinstance(each, MediaProcessLost)]


@pytest.fixture
def scene() -> Iterator[Scene]:
    scene = Scene()
    yield scene
    scene.bench.stop()


def test_theSeamIsProvided(scene: Scene) -> None:
    assert verifyObject(IMediaPool, scene.bench.pool)


def test_twoHearEachOther(scene: Scene) -> None:
    assert scene.first.hearsTone(900)
    assert scene.second.hearsTone(400)
    assert scene.first.recorder.heard == [scene.first.address]
    assert scene.first.port.statistics().packetsReceived > 10


def test_whatIsToldBeforeTheyHaveBegunHoldsOnceTheyHave() -> None:
    bench = RemoteBench()
    room = bench.room()
    phones = [bench.phone(each, room) for each in (400, 900)]
    bench.media.start()
    bench.run(0.6)
    assert phones[0].hearsTone(900)
    bench.stop()


def test_aSpareGoesOnWithTheSameStreams(scene: Scene) -> None:
    before = scene.first.packets[-1]
    scene.die()
    scene.bench.run(0.4)
    fresh = scene.first.packets[scene.first.packets.index(before) + 1 :]
    assert {each.ssrc for each in fresh} == {before.ssrc}
    assert scene.first.hearsTone(900)
    assert scene.second.hearsTone(400)
    assert 200 < (fresh[0].sequenceNumber - before.sequenceNumber) & 0xFFFF < 500
    assert 0 < (fresh[0].timestamp - before.timestamp) & 0xFFFFFFFF < 1600
    assert (fresh[-1].sequenceNumber - fresh[0].sequenceNumber) & 0xFFFF == len(fresh) - 1


def test_itIsAFactAndFiguresTellOfIt(scene: Scene) -> None:
    assert scene.bench.pool.figures()["spareProcesses"] == 1
    scene.die()
    (fact,) = scene.told()
    assert (fact.ports, fact.relays, fact.spared) == (2, 0, True)
    scene.bench.run(0.6)
    figures = scene.bench.pool.figures()
    assert (figures["processes"], figures["processesLost"], figures["ports"]) == (1, 1, 2)
    assert figures["spareProcesses"] == 1
    assert len(scene.bench.processes) == 3


def test_whatIsCountedGoesOn(scene: Scene) -> None:
    before = scene.first.port.statistics()
    scene.die()
    assert scene.first.port.statistics() == before
    scene.bench.run(1.0)
    after = scene.first.port.statistics()
    assert after.packetsReceived > before.packetsReceived + 10
    assert after.packetsSent > before.packetsSent + 10


def test_whoIsMutedOrDeafStaysSo(scene: Scene) -> None:
    scene.room.mute(scene.first.port, True)
    scene.room.deafen(scene.second.port, True)
    scene.die()
    scene.bench.run(0.5)
    assert scene.first.hearsTone(900)
    assert scene.second.loudest() < FAINT
    scene.room.deafen(scene.second.port, False)
    scene.bench.run(0.5)
    assert scene.second.loudest() < FAINT


def test_whoWasFoundElsewhereIsNotSoughtAgain(scene: Scene) -> None:
    phone = scene.first
    moved = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    moved.bind((HOST, 0))
    moved.setblocking(False)
    scene.bench.phones.remove(phone)
    scene.bench.run(0.1)  # until nothing of it is on the way
    scene.bench.phones.append(phone)
    negotiated, phone.socket = phone.socket, moved
    stream = scene.second.stream  # of a place where nobody sends from
    phone.port.configure(stream, TOLD)
    scene.bench.run(0.5)
    found = list(phone.recorder.heard)
    assert found[-1] == TransportAddress(*moved.getsockname())
    scene.die()
    phone.heard.clear()
    scene.bench.phones.remove(phone)  # it only listens
    scene.bench.run(0.3)
    phone.listen(0.0)
    assert phone.hearsTone(900)
    assert phone.recorder.heard == found
    negotiated.close()
    moved.close()


def test_whoHasLeftTheRoomIsNotInItAgain(scene: Scene) -> None:
    scene.room.leave(scene.second.port)
    scene.die()
    scene.bench.run(0.5)
    assert scene.first.loudest() < FAINT


def test_digitsAreHeardAndSent(scene: Scene) -> None:
    scene.die()
    scene.bench.run(0.2)
    scene.first.port.sendDigit("5", 100)
    scene.bench.run(0.5)
    assert 101 in {each.payloadType for each in scene.first.packets}


def eventsOf(phone: SocketPhone) -> list[tuple[int, events.TelephoneEvent]]:
    """
    The digits that it was sent, by the timestamps of their beginnings, as they were at last.
    """
    found = {}
    for packet in phone.packets:
        if packet.payloadType == 101:
            found[packet.timestamp] = events.decode(packet.payload)
    return list(found.items())


def test_aDigitThatIsBeingSentIsSentOnByASpare(scene: Scene) -> None:
    scene.first.port.sendDigit("5", 400)
    scene.first.port.sendDigit("6", 100)
    scene.bench.run(0.2)
    ((begun, event),) = eventsOf(scene.first)
    assert (event.end, 400 < event.duration < 2000) == (False, True)
    scene.die()
    scene.bench.run(1.0)
    first, second = eventsOf(scene.first)
    assert first == (begun, events.TelephoneEvent(5, 3200, end=True))
    assert second[1] == events.TelephoneEvent(6, 800, end=True)
    scene.die(2)
    scene.bench.run(0.5)
    assert eventsOf(scene.first) == [first, second]
    assert scene.first.hearsTone(900)


def test_aDigitForOneWhoTakesNoneIsNotKept(scene: Scene) -> None:
    transmit = scene.first.stream.transmit
    assert transmit is not None
    deaf = replace(scene.first.stream, transmit=replace(transmit, telephoneEventType=None))
    scene.first.port.configure(deaf, TOLD)
    scene.first.port.sendDigit("5", 400)
    scene.bench.run(0.2)
    scene.first.port.configure(scene.first.stream, TOLD)
    scene.die()
    scene.bench.run(0.5)
    assert eventsOf(scene.first) == []


def test_aDigitGoesAlongIntoAnotherProcess() -> None:
    scene = Scene(processes=2)
    far = scene.bench.room()
    scene.bench.phone(1500, far)
    scene.first.port.sendDigit("5", 400)
    scene.bench.run(0.2)
    far.join(scene.first.port)
    scene.bench.run(1.0)
    ((_, event),) = eventsOf(scene.first)
    assert event == events.TelephoneEvent(5, 3200, end=True)
    assert scene.first.hearsTone(1500)
    scene.bench.stop()


def test_whoWasClosingHasClosed(scene: Scene) -> None:
    scene.bench.processes[0].isStuck = True
    scene.second.port.close()
    scene.die()
    scene.bench.run(0.6)
    assert scene.bench.pool.figures()["ports"] == 1
    ports = [scene.bench.phone(500).port for _ in range(15)]  # as many as there are slots
    assert len(ports) == 15


def test_aClosedRoomIsNotOpenedAgain(scene: Scene) -> None:
    scene.room.close()
    scene.die()
    scene.bench.run(0.6)
    assert scene.bench.pool.figures()["rooms"] == 0


def test_oneDeathAfterTheOtherIsNoMoreThanTwo(scene: Scene) -> None:
    ssrc = scene.first.packets[-1].ssrc
    for number in (1, 2, 3):
        scene.die(number)
        scene.bench.run(0.3)
    assert scene.first.packets[-1].ssrc == ssrc
    assert scene.first.hearsTone(900)


def test_aSpareThatDiesIsReplacedAndNobodyHearsOfIt(scene: Scene) -> None:
    scene.die(2)
    scene.bench.run(0.2)
    assert scene.told() == []
    assert scene.bench.pool.figures()["spareProcesses"] == 1


def test_withoutASpareANewOneTakesOver() -> None:
    scene = Scene(spares=0)
    scene.die()
    scene.bench.run(0.4)
    assert scene.first.hearsTone(900)
    assert [each.spared for each in scene.told()] == [False]
    scene.bench.stop()


def test_whereSeveralHaveDiedLatelyTheNextIsWaitedFor() -> None:
    scene = Scene(spares=0)
    for number in range(1, 6):
        scene.die(number)
        scene.bench.run(0.1)
    assert len(scene.bench.processes) == 5
    scene.bench.run(0.3)
    assert len(scene.bench.processes) == 5
    scene.bench.wait(RESTRAINT)
    assert len(scene.bench.processes) == 6
    scene.bench.run(0.3)
    assert scene.first.hearsTone(900)
    scene.bench.stop()


def test_whoHangsIsEnded(scene: Scene) -> None:
    scene.bench.processes[0].hangs = True
    scene.bench.wait(6.5)
    assert len(scene.told()) == 1
    scene.bench.run(0.3)
    assert scene.first.hearsTone(900)


def test_whoIsOnlySlowIsNotEnded(scene: Scene) -> None:
    for _ in range(3):
        scene.bench.processes[0].hangs = True
        scene.bench.wait(3.0)
        scene.bench.processes[0].hangs = False
        scene.bench.wait(0.2)
    assert scene.told() == []


def test_whatIsRepeatedIsObeyedOnce(scene: Scene) -> None:
    process = scene.bench.processes[0]
    scene.first.port.sendDigit("5", 100)
    scene.bench.run(0.5)
    before = [each.payloadType for each in scene.first.packets].count(101)
    for octets in list(process.given):
        process.repeat(octets)
    scene.bench.run(0.5)
    assert [each.payloadType for each in scene.first.packets].count(101) == before > 0
    assert scene.bench.pool.figures()["ports"] == 2


# Between processes.


def test_aPortGoesToTheProcessOfItsRoomWithItsStream() -> None:
    scene = Scene(processes=2)
    far = scene.bench.room()
    third = scene.bench.phone(1500, far)
    before = scene.first.packets[-1]
    far.join(scene.first.port)
    scene.bench.run(0.5)
    fresh = scene.first.packets[scene.first.packets.index(before) + 1 :]
    assert scene.first.hearsTone(1500)
    assert third.hearsTone(400)
    assert {each.ssrc for each in fresh} == {before.ssrc}
    numbers = [(each.sequenceNumber - before.sequenceNumber) & 0xFFFF for each in fresh]
    assert numbers == list(range(1, len(fresh) + 1))
    assert [door.figures["ports"] for door in scene.bench.media.doors] == [1, 2]
    scene.bench.stop()


def test_planesOfOneProcessShareItAndItsDeath() -> None:
    scene = Scene(threads=2)
    far = scene.bench.room()
    third = scene.bench.phone(1500, far)
    far.join(scene.first.port)
    for number in (1, 2):
        scene.bench.run(0.6)
        assert scene.first.hearsTone(1500)
        assert third.hearsTone(400)
        assert [door.figures["ports"] for door in scene.bench.media.doors] == [1, 2]
        scene.die(number)
    scene.bench.stop()


def test_onlyTheCallsOfTheProcessThatDiedAreMoved() -> None:
    scene = Scene(processes=2)
    far = scene.bench.room()
    others = [scene.bench.phone(each, far) for each in (1500, 2000)]
    scene.bench.run(0.5)
    scene.die()
    scene.bench.run(0.5)
    assert scene.first.hearsTone(900)
    assert others[0].hearsTone(2000)
    numbers = [each.sequenceNumber for each in others[0].packets]
    steps = {(b - a) & 0xFFFF for a, b in itertools.pairwise(numbers)}
    assert steps == {1}
    scene.bench.stop()


def test_whoWasOnTheWayArrives() -> None:
    scene = Scene(processes=2)
    far = scene.bench.room()
    scene.bench.phone(1500, far)
    scene.bench.run(0.1)
    scene.bench.processes[0].isStuck = True
    far.join(scene.first.port)
    scene.die()
    scene.bench.run(0.6)
    assert scene.first.hearsTone(1500)
    scene.bench.stop()


# Local parties.


@implementer(ISampleSource, ISampleSink)
class Party:
    def __init__(self) -> None:
        self.heard: list[npt.NDArray[np.int16]] = []
        self.fails = False

    def read(self, count: int, sampleRate: int) -> npt.NDArray[np.int16]:
        if self.fails:
            raise RuntimeError("of the test")
        return steady(5000)(0, count)

    def write(self, samples: npt.NDArray[np.int16], sampleRate: int) -> None:
        if self.fails:
            raise RuntimeError("of the test")
        self.heard.append(samples)


def test_aLocalPartyIsHeardAndHearsAlsoAfterADeath(scene: Scene) -> None:
    party = Party()
    partyId = scene.room.attach(party, party)
    scene.room.mute(scene.second.port, True)
    for number in (1, 2):
        scene.bench.run(0.5)
        assert scene.first.loudest() == pytest.approx(5000, rel=0.1)
        assert levelsAt(np.concatenate(party.heard[-10:]), [400])[0] > -40.0
        scene.die(number)
    scene.bench.run(0.5)
    assert scene.first.loudest() == pytest.approx(5000, rel=0.1)
    scene.room.detach(partyId)
    scene.bench.run(0.5)
    assert scene.first.loudest() < FAINT


def test_aPartyThatFailsHarmsNobody(scene: Scene, loggedFailures: LoggedFailures) -> None:
    party = Party()
    scene.room.attach(party, party)
    party.fails = True
    scene.bench.run(0.5)
    assert scene.first.hearsTone(900)
    assert len(loggedFailures.take(RuntimeError)) == 2


def test_aPartyThatWasDetachedMeanwhileIsGone(scene: Scene) -> None:
    number = scene.room.attach(Party(), None)
    scene.bench.run(0.2)
    scene.bench.processes[0].isStuck = True
    scene.room.detach(number)
    scene.die()
    scene.bench.run(0.5)
    assert scene.first.hearsTone(900)


# Relays.


@implementer(IRelayObserver)
class Passing:
    """
    A relay, and a socket at either side.
    """

    def __init__(self, bench: RemoteBench, multiplexed: bool = False) -> None:
        self.bench = bench
        self.heard: list[int] = []
        self.sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
        homes = Home.at(HOST), Home.at(HOST)
        self.relay: IRelay = bench.pool.openRelay(self, homes, (multiplexed, False))
        for each, side in zip(self.sockets, self.relay.sides, strict=True):
            each.bind((HOST, 0))
            each.setblocking(False)
            place = TransportAddress(*each.getsockname())
            side.aim(place, None, Latching.NEVER, TOLD)
        self._number = 0
        bench.step()

    def relayHeard(self, relay: IRelay, side: int, source: TransportAddress) -> None:
        self.heard.append(side)

    def passes(self, prefix: bytes = b"") -> bool:
        """
        Whether a packet that one side sends comes out at the other.
        """
        self._number += 1
        packet = encode(RTPPacket(0, self._number, 160, 7, b"sound"))
        target = self.relay.sides[0].rtp
        self.sockets[0].sendto(prefix + packet, (target.host, target.port))
        self.bench.run(0.01)
        try:
            return self.sockets[1].recv(2000) == packet
        except BlockingIOError:
            return False

    def close(self) -> None:
        self.relay.close()
        for each in self.sockets:
            each.close()


def test_aRelayGoesOnInASpare(scene: Scene) -> None:
    passing = Passing(scene.bench)
    assert passing.passes()
    scene.bench.run(1.1)
    assert passing.relay.sides[0].statistics().packets == 1
    scene.die()
    assert [each.relays for each in scene.told()] == [1]
    scene.bench.run(0.1)
    assert passing.passes()
    scene.bench.run(1.1)
    assert passing.relay.sides[0].statistics().packets == 2
    assert passing.heard == [0, 0]
    passing.close()
    scene.bench.run(0.1)


def test_relaysThatShareTheirPortsGoOnInASpare(scene: Scene) -> None:
    both = [Passing(scene.bench, multiplexed=True) for _ in range(2)]
    scene.die()
    scene.bench.run(0.1)
    for each in both:
        number = each.relay.sides[0].multiplexID
        assert each.passes(number.to_bytes(4, "big"))
        each.close()
    scene.bench.run(0.1)


def test_aRelayThatWasClosingHasClosed(scene: Scene) -> None:
    passing = Passing(scene.bench)
    scene.bench.processes[0].isStuck = True
    passing.close()
    scene.die()
    scene.bench.run(0.1)
    assert scene.bench.pool.figures()["relays"] == 0


def test_relaysAreSpreadOverTheProcessesAndGoOnWhereTheyWere() -> None:
    scene = Scene(processes=2)
    both = [Passing(scene.bench) for _ in range(2)]
    scene.bench.run(0.1)
    assert [each.passes() for each in both] == [True, True]
    scene.bench.run(1.1)
    scene.die(2)
    assert [each.relays for each in scene.told()] == [1]
    scene.bench.run(0.1)
    assert [each.passes() for each in both] == [True, True]
    scene.bench.run(1.1)
    assert [each.relay.sides[0].statistics().packets for each in both] == [2, 2]
    for each in both:
        each.close()
    scene.bench.run(0.1)
    scene.bench.stop()


def test_relaysThatShareTheirPortsAreInOneProcess() -> None:
    scene = Scene(processes=2)
    both = [Passing(scene.bench, multiplexed=True) for _ in range(2)]
    for each in both:
        number = each.relay.sides[0].multiplexID
        assert each.passes(number.to_bytes(4, "big"))
        each.close()
    scene.bench.run(0.1)
    scene.bench.stop()


# What nobody should say.


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"[]",
        wire.encode(("heard",)),
        wire.encode((LATER, 0)),
        wire.encode((LATER, 0, "heard")),
        wire.encode((LATER, 0, "ready")),
        wire.encode(("first", 0, "ready")),
    ],
)
def test_whatNoProcessShouldSayIsLogged(
    scene: Scene, octets: bytes, loggedFailures: LoggedFailures
) -> None:
    scene.bench.inputs.enter(Input.SAID, 1, octets)
    assert len(loggedFailures.take(DecodeError, TypeError, ValueError)) == 1
    scene.bench.run(0.1)
    assert scene.first.hearsTone(900)


def test_whatASpareOrTheDeadReportConcernsNobody(scene: Scene) -> None:
    octets = wire.encode((LATER, 0, "heard", 0, (Closed(1),)))
    scene.bench.inputs.enter(Input.SAID, 2, octets)
    scene.bench.inputs.enter(Input.SAID, 77, octets)
    scene.bench.inputs.enter(Input.ENDED, 77)
    scene.bench.run(0.1)
    assert scene.first.hearsTone(900)


def test_whatIsHeardOnceMoreWasHeardAlready(scene: Scene) -> None:
    process = scene.bench.processes[0]
    before = list(scene.first.recorder.digits)
    octets = wire.encode((LATER, process.obeyed, "heard", 0, (DigitHeard(2, "5", 100),)))
    scene.bench.inputs.enter(Input.SAID, 1, octets)
    scene.bench.inputs.enter(Input.SAID, 1, octets)
    assert scene.first.recorder.digits == [*before, ("5", 100)]


def test_itIsKnownWhatAProcessHasHeard(scene: Scene) -> None:
    process = scene.bench.processes[0]
    assert process.obeyed == len(process.given)
    process.isStuck = True
    scene.first.port.sendDigit("5", 100)
    scene.bench.run(1.0)
    assert process.obeyed == len(process.given) - 1
