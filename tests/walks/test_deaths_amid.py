"""
Walks in which something is changed or asked amid a call, and whose server dies in each of its turns, at
every point of a turn: all is done once, as if it had lived.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from h323d.config.sections import Configuration
from h323d.gatekeeper.config import GatekeeperConfig
from h323d.gatekeeper.routed.config import CallModel, RoutedConfig
from h323d.gatekeeper.routing.config import RoutingConfig
from h323d.gatekeeper.trunks.config import TrunkConfig
from h323d.h323.calls.callstart import StartUpOptions
from h323d.h323.ras.messages import decodeRAS
from h323d.sip.config import SIPConfig
from h323d.values.media.direction import Direction
from tests.support.bridged import SERVER, SIP, h323Phone, sipPhone
from tests.support.referrer import Referrer
from tests.support.simulatedphone import PROFILE, Telephone
from tests.support.simulation import Simulation
from tests.support.sippeers import ScriptedPeer, request
from tests.walks.test_deaths import BEGINNING, CONFIGURATION, POINTS, SLOW, Walk, end

ANNA, BERT = 1000, 700  # Hz
TONES = (ANNA, BERT)
TALK = 0.25  # seconds until it is looked who is heard
POLL = 1  # seconds between two questions
TRUNK = "10.0.0.9"
AT = 40000  # the port at which a telephone hears RAS


def hold(phone: Telephone, direction: Direction = Direction.SENDONLY) -> None:
    assert phone.leg is not None
    phone.leg.changeMedia(PROFILE.directed(direction))


def heldAndResumed(world: Simulation, holder: Telephone, other: Telephone) -> list[Telephone]:
    """
    One holds and comes back; then both hold, and the one who held first comes back first.
    """

    def heard() -> tuple[list[int], list[int]]:
        world.run(TALK)
        return anna.heard.heard(TONES, 0.1), bert.heard.heard(TONES, 0.1)

    anna, bert = (holder, other) if holder.tone == ANNA else (other, holder)
    world.until(lambda: anna.speaking and bert.speaking)
    assert heard() == ([BERT], [ANNA])
    hold(holder)
    assert heard() != ([BERT], [ANNA])
    hold(holder, Direction.SENDRECV)
    assert heard() == ([BERT], [ANNA])
    hold(holder)
    world.run(0.1)
    hold(other)
    world.run(0.1)
    hold(holder, Direction.SENDRECV)
    world.run(0.1)
    hold(other, Direction.SENDRECV)
    assert heard() == ([BERT], [ANNA])
    other.hangup()
    return [anna, bert]


def heldBySIP(world: Simulation) -> list[Telephone]:
    anna = sipPhone(world, "10.0.1.1", "1001", ANNA)
    bert = h323Phone(world, "10.0.1.2", "1002", BERT)
    anna.dial(f"sip:1002@{SERVER};transport=tcp")
    return heldAndResumed(world, anna, bert)


def heldByH323(world: Simulation) -> list[Telephone]:
    anna = sipPhone(world, "10.0.1.1", "1001", ANNA)
    bert = h323Phone(world, "10.0.1.2", "1002", BERT)
    anna.dial(f"sip:1002@{SERVER};transport=tcp")
    return heldAndResumed(world, bert, anna)


def heldWhileRouted(world: Simulation) -> list[Telephone]:
    anna = h323Phone(world, "10.0.1.1", "1001", ANNA)
    bert = h323Phone(world, "10.0.1.2", "bert", BERT)
    anna.call("bert", SLOW)
    return heldAndResumed(world, anna, bert)


def transferred(world: Simulation) -> list[Telephone]:
    anna = sipPhone(world, "10.0.1.1", "1001", ANNA)
    bert = h323Phone(world, "10.0.1.2", "1002", BERT)
    boss = Referrer(world)
    anna.dial(f"sip:script@{SERVER};transport=tcp")
    world.until(lambda: anna.speaking and boss.talking)
    world.run(0.2)
    bert.answers = False
    boss.refer("1002")
    world.until(lambda: 180 in boss.progress)
    bert.pickUp()
    world.until(lambda: bert.speaking)
    world.run(TALK)
    assert anna.heard.heard(TONES, 0.1) == [BERT]
    assert bert.heard.heard(TONES, 0.1) == [ANNA]
    assert list(dict.fromkeys(boss.progress)) == [100, 180, 200]
    anna.hangup()
    world.run(0.3)
    boss.port.close()
    return [anna, bert]


def askedAfter(world: Simulation) -> list[Telephone]:
    """
    A routed call whose sides are asked after it (IRQ).
    """
    anna = h323Phone(world, "10.0.1.1", "1001", ANNA)
    bert = h323Phone(world, "10.0.1.2", "bert", BERT)
    anna.call("bert", StartUpOptions(True, True, False))
    world.run(2.5 * POLL)
    bert.hangup()
    return [anna, bert]


def askingWhoIsThere(world: Simulation) -> list[Telephone]:
    """
    A trunk that says nothing is asked by OPTIONS, somebody asks us so, and a phone over TCP is pinged.
    """
    trunk, asker = ScriptedPeer(world, TRUNK), ScriptedPeer(world, "10.0.0.8")
    phone = Telephone(world, "10.0.0.2", "anna", ANNA)
    phone.call(f"sip:80001@{SERVER};transport=tcp")
    for number in range(3):
        asker.send(request("OPTIONS", uri=f"sip:80001@{SERVER}", branch=f"z9hG4bK{number}"), SIP)
        world.run(POLL)
    assert {each.cseq.method for each in trunk.messages} == {"OPTIONS"}
    phone.hangup()
    for each in (trunk, asker):
        each.port.close()
    return [phone]


ASKING = replace(
    CONFIGURATION,
    sip=SIPConfig(pingInterval=POLL),
    routing=RoutingConfig(trunks=(TrunkConfig("beyond", TRUNK, checkInterval=POLL),)),
)
POLLING = replace(
    CONFIGURATION,
    gatekeeper=GatekeeperConfig(callPollInterval=POLL),
    routed=RoutedConfig(model=CallModel.ROUTED),
)
WALKS: dict[Walk, Configuration] = {
    heldBySIP: CONFIGURATION,
    heldByH323: CONFIGURATION,
    heldWhileRouted: CONFIGURATION,
    askingWhoIsThere: ASKING,
}


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.__name__)
def test_itIsDoneOnceWhereverTheServerDies(walk: Walk) -> None:
    expected, _ = end(walk, configuration=WALKS[walk])
    for shift in range(len(POINTS)):
        found, server = end(walk, shift, configuration=WALKS[walk])
        assert found == expected
        assert len(server.deaths) == server.leading.turn - BEGINNING


def test_aTransferIsMadeOnceWhereverTheServerDies() -> None:
    """
    What leaves twice by UDP, this phone answers twice, for which more chance is drawn: names of calls are others then.
    """
    (anna, bert, *_), lived = end(transferred)
    assert lived.kinds().count("CallTransferred") == 1
    for shift in range(len(POINTS)):
        found, server = end(transferred, shift)
        assert found[:2] == [anna, bert]
        assert server.kinds() == lived.kinds()
        assert len(server.deaths) == server.leading.turn - BEGINNING


def test_noQuestionAboutACallIsAskedTwiceWhereverTheServerDies() -> None:
    """
    A question that leaves twice is answered twice; whose second answer was heard late is passed over in the
    next round, so that there may be fewer.
    """

    def questions(said: dict[Any, None]) -> Counter[tuple[str, int]]:
        messages = [(host, decodeRAS(data)) for ((host, port), data) in said if port == AT]
        return Counter(
            (host, each.fields["requestSeqNum"])
            for host, each in messages
            if each.name == "infoRequest"
        )

    (*expected, said, streams), _ = end(askedAfter, configuration=POLLING)
    for shift in range(len(POINTS)):
        (*found, again, written), server = end(askedAfter, shift, configuration=POLLING)
        assert (found, written) == (expected, streams)
        assert len(server.deaths) == server.leading.turn - BEGINNING
        asked = questions(again)
        assert set(asked.values()) == {1}
        assert 2 <= len(asked) <= len(questions(said))
