"""
Whether the peer is alive.
"""

from __future__ import annotations

from twisted.internet.task import Clock

from h323d.h323.h245.liveness import INTERVAL, MACHINE, MAXIMUM_SILENCES, newWatch
from h323d.h323.h245.messages import indication, request, response
from h323d.h323.h245.owner import H245Failure
from h323d.h323.h245.rtdse import T105
from h323d.tracing import stateName
from tests.support.h245peers import (
    acknowledge,
    alone,
    mediaChannel,
)
from tests.support.machinetable import Step, Table, behaviourOf
from tests.support.recorder import Recorder

WAYS: dict[str, list[Step]] = {
    "waiting": ["start"],
    "asking": ["start", "intervalOver"],
    "over": ["stop"],
}
TABLE: Table = {
    "idle": {
        "start": "waiting: intervalOver in 60 s",
        "stop": "over",
    },
    "waiting": {
        "intervalOver": "asking: askRoundTrip",
        "stop": "over: stop intervalOver",
    },
    "asking": {
        "answered": "waiting: intervalOver in 60 s",
        "giveUp": "over: peerSilent",
        "stop": "over: abandonRoundTrip",
        "unanswered": "asking: askRoundTrip",
    },
}


def test_theTableIsWhole() -> None:
    assert behaviourOf(MACHINE, newWatch, {}, WAYS) == TABLE


def test_silencesCountInARowOnly() -> None:
    clock, owner = Clock(), Recorder()
    watch = newWatch(owner, clock)
    watch.start()
    clock.advance(INTERVAL)
    for _ in range(MAXIMUM_SILENCES - 1):
        watch.unanswered()
    watch.heard()
    for _ in range(MAXIMUM_SILENCES - 1):
        watch.unanswered()
    assert stateName(watch) == "asking"
    watch.unanswered()
    assert owner.take()[-1] == ("peerSilent",)


def test_threeUnansweredRoundTripsMeanDeath() -> None:
    clock, owner, session = alone()
    session.received(acknowledge(101, mediaChannel=mediaChannel("192.0.2.2", 5000)))
    clock.advance(INTERVAL)
    for _ in range(MAXIMUM_SILENCES - 1):
        clock.advance(T105)
        assert owner.failures == []
    clock.advance(T105)
    assert owner.failures == [H245Failure.PEER_SILENT]
    assert clock.getDelayedCalls() == []


def test_aPeerThatSaysSomethingIsAlive() -> None:
    clock, owner, session = alone()
    session.received(acknowledge(101, mediaChannel=mediaChannel("192.0.2.2", 5000)))
    clock.advance(INTERVAL)
    for _ in range(10):
        clock.advance(T105)
        session.received(indication("userInput", ("alphanumeric", "1")))
    assert owner.failures == []
    session.stop()


def test_aPeerThatDoesNotKnowRoundTripsIsNotAskedAgain() -> None:
    clock, owner, session = alone()
    session.received(acknowledge(101, mediaChannel=mediaChannel("192.0.2.2", 5000)))
    clock.advance(INTERVAL)
    asked = ("roundTripDelayRequest", owner.last("roundTripDelayRequest"))
    session.received(indication("functionNotUnderstood", ("request", asked)))
    clock.advance(INTERVAL * 10)
    assert owner.names().count("roundTripDelayRequest") == 1
    assert owner.failures == []


def test_aPeersQuestionIsAnswered() -> None:
    _clock, owner, session = alone()
    session.received(request("roundTripDelayRequest", {"sequenceNumber": 7}))
    assert owner.last("roundTripDelayResponse") == {"sequenceNumber": 7}
    session.stop()


def test_theNextQuestionComesAMinuteAfterTheAnswer() -> None:
    clock, owner, session = alone()
    session.received(acknowledge(101, mediaChannel=mediaChannel("192.0.2.2", 5000)))
    clock.advance(INTERVAL)
    clock.advance(1)
    session.received(response("roundTripDelayResponse", {"sequenceNumber": 1}))
    assert owner.roundTrips == [1.0]
    clock.advance(INTERVAL - 0.1)
    assert owner.names().count("roundTripDelayRequest") == 1
    clock.advance(0.1)
    assert owner.names().count("roundTripDelayRequest") == 2
    session.stop()


def test_aSessionThatIsStoppedAsksNoMore() -> None:
    clock, _owner, session = alone()
    session.received(acknowledge(101, mediaChannel=mediaChannel("192.0.2.2", 5000)))
    session.stop()
    assert clock.getDelayedCalls() == []
