"""
Subscriptions to events, from the SUBSCRIBE to the last NOTIFY.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.call.legs import IOffer
from h323d.call.shares import UNSHARED, ShareRule
from h323d.sip.events.notifier import MAX_ACCEPTED, Notifier
from h323d.sip.events.packages import Watcher
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.uri import SIPURI, URI
from h323d.sip.outside import Services
from h323d.values.address import TransportAddress
from tests.support.fakeagent import FakeAgent, received
from tests.support.sippeers import SIPWorld, request, responseTo

SERVER = TransportAddress("10.0.0.1", 5060)
ROOM = "sip:80001@10.0.0.1"


class Weather:
    """
    A kind of events: the body says how often it was asked, and for what.
    """

    name = "weather"
    contentType = "text/weather"
    pause = 5.0

    def __init__(self) -> None:
        self.watcher: Watcher | None = None
        self.subscriber: IOffer | None = None
        self.asked = 0
        self.closed = 0

    def watch(self, resource: URI, subscriber: IOffer, watcher: Watcher) -> Weather | int:
        self.watcher, self.subscriber = watcher, subscriber
        return self if isinstance(resource, SIPURI) and resource.user == "80001" else 404

    def state(self) -> bytes:
        self.asked += 1
        return f"all {self.asked}".encode()

    def news(self) -> bytes:
        self.asked += 1
        return f"news {self.asked}".encode()

    def close(self) -> None:
        self.closed += 1


class Scene:
    """
    A server, and a script that subscribes.

    @ivar answers: what the script answers a NOTIFY with.
    """

    def __init__(self) -> None:
        self.world = SIPWorld()
        self.weather = Weather()
        self.peer = self.world.peer("10.0.0.1", services=Services((self.weather,)))
        self.script = self.world.script("10.0.0.3")
        self.answers = 200
        self.tag = ""
        self.cseq = 0
        self._answered = 0

    def subscribe(
        self, extra: str = "Event: weather\n", uri: str = ROOM, callId: str = "call"
    ) -> int:
        """
        @return: the status.
        """
        self.cseq += 1
        text = request(
            "SUBSCRIBE",
            branch=f"z9hG4bK{callId}{self.cseq}",
            callId=callId,
            cseq=self.cseq,
            uri=uri,
            toTag=self.tag,
            extra=extra,
        )
        self.script.send(text, SERVER)
        self.run(0.1)
        answer = [each for each in self.script.messages if isinstance(each, SIPResponse)][-1]
        if answer.status == 200:
            self.tag = answer.toAddress.tag or ""
        self.answer = answer
        return answer.status

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.1)):
            self.world.run(0.1)
            for each in self.notifies[self._answered :]:
                self._answered += 1
                if self.answers:
                    self.script.send(responseTo(each, self.answers), SERVER)
        self.world.run(0.05)

    @property
    def notifies(self) -> list[SIPRequest]:
        requests = [each for each in self.script.messages if isinstance(each, SIPRequest)]
        found: dict[str, SIPRequest] = {}
        for each in requests:
            found.setdefault(each.via.branch or "", each)
        return list(found.values())

    @property
    def told(self) -> list[tuple[str, str]]:
        """
        The state of the subscription, and the body, of each NOTIFY.
        """
        return [
            (each.headers.get("Subscription-State") or "", each.body.decode())
            for each in self.notifies
        ]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_whoSubscribesIsToldAllAtOnceAndThenWhatIsNew(scene: Scene) -> None:
    assert scene.subscribe() == 200
    assert scene.answer.headers.get("Expires") == "3600"
    assert "Contact" in scene.answer.headers
    assert scene.told == [("active;expires=3600", "")]  # until it is known to be real
    scene.run(6.0)
    assert scene.told[1:] == [("active;expires=3595", "all 1")]
    assert scene.notifies[1].headers.get("Event") == "weather"
    assert scene.notifies[1].headers.get("Content-Type") == "text/weather"
    scene.run(6.0)
    assert scene.weather.watcher is not None
    scene.weather.watcher.changed()
    scene.run(0.2)
    assert scene.told[2][1] == "news 2"
    scene.peer.endpoint.leave()
    scene.run(0.5)
    assert scene.told[3] == ("terminated;reason=deactivated", "all 3")
    scene.world.settle()


def test_whatIsWatchedIsToldByWhom(scene: Scene) -> None:
    scene.subscribe()
    subscriber = scene.weather.subscriber
    assert subscriber is not None
    assert subscriber.peer.host == "10.0.0.3"
    assert [each.value for each in subscriber.calling] == ["script", "sip:script@10.0.0.3"]
    scene.peer.endpoint.leave()
    scene.world.settle()


def test_itIsRefreshedAndEnded(scene: Scene) -> None:
    scene.subscribe("Event: weather;id=7\nExpires: 60\n")
    scene.run(50.0)
    assert scene.subscribe("Event: weather;id=7\nExpires: 60\n") == 200
    scene.run(50.0)
    assert scene.told[0] == ("active;expires=60", "")
    assert scene.told[2:] == [("active;expires=60", "all 2")]
    assert {each.headers.get("Event") for each in scene.notifies} == {"weather;id=7"}
    assert scene.subscribe("Event: weather\nExpires: 0\n") == 200
    assert scene.told[-1] == ("terminated;reason=timeout", "all 3")
    assert scene.subscribe() == 481
    assert scene.weather.closed == 1
    scene.world.settle()


def test_whatNobodyRefreshesEnds(scene: Scene) -> None:
    scene.subscribe("Event: weather\nExpires: 60\n")
    scene.run(61.0)
    assert scene.told[-1][0] == "terminated;reason=timeout"
    scene.world.settle()


@pytest.mark.parametrize("status", [481, 489, 0])
def test_whoDoesNotTakeWhatTheyAreToldIsToldNoMore(scene: Scene, status: int) -> None:
    scene.answers = status
    scene.subscribe()
    scene.run(40.0)
    assert scene.weather.closed == 1
    assert len(scene.told) == 1
    scene.world.settle()


@pytest.mark.parametrize(
    ("extra", "status", "header"),
    [
        ("", 400, ("", "")),
        ("Event: tides\n", 489, ("Allow-Events", "weather")),
        ("Event: weather\nAccept: text/tides\n", 406, ("Accept", "text/weather")),
        ("Event: weather\nAccept: text/*\n", 200, ("Expires", "3600")),
        ("Event: weather\nExpires: 4000000000\n", 200, ("Expires", "3600")),
        ("Event: weather\nExpires: soon\n", 400, ("", "")),
    ],
)
def test_whatCannotBeSubscribedToIsRefused(
    scene: Scene, extra: str, status: int, header: tuple[str, str]
) -> None:
    assert scene.subscribe(extra) == status
    name, value = header
    if name:
        assert scene.answer.headers.get(name) == value
    scene.peer.endpoint.leave()
    scene.world.settle()


def test_whatIsNotThereIsNotFound(scene: Scene) -> None:
    assert scene.subscribe(uri="sip:nobody@10.0.0.1") == 404
    scene.world.settle()


@pytest.mark.parametrize(("before", "status"), [(MAX_ACCEPTED - 1, 200), (MAX_ACCEPTED, 406)])
def test_ofTheTypesThatAreAcceptedSomeAreRead(scene: Scene, before: int, status: int) -> None:
    others = [f"text/{number}" for number in range(before)]
    accept = ", ".join((*others, "text/weather", *others))
    assert scene.subscribe(f"Event: weather\nAccept: {accept}\n") == status
    scene.peer.endpoint.leave()
    scene.world.settle()


class Half:
    """
    A L{h323d.call.shares.ShareRule} that lets a source have half of all.
    """

    def mayHold(self, table: str, host: str, held: int, total: int) -> bool:
        assert table == "subscriptions"
        return held < total // 2


@pytest.mark.parametrize(("rule", "most", "taken"), [(UNSHARED, 3, 3), (Half(), 4, 2)])
def test_thereAreNotEndlesslyMany(rule: ShareRule, most: int, taken: int) -> None:
    agent: Any = FakeAgent()
    notifier = Notifier(agent, (Weather(),), rule, most)
    extra = "Event: weather\n"
    for number in range(taken):
        transaction = received("SUBSCRIBE", callId=f"x{number}", uri=ROOM, extra=extra)
        assert notifier.refusal(transaction.request, "10.0.0.3", "tag") is None
        notifier.subscribed(transaction, "tag")
    transaction = received("SUBSCRIBE", callId="last", uri=ROOM, extra=extra)
    refusal = notifier.refusal(transaction.request, "10.0.0.3", "tag")
    assert refusal is not None
    assert (refusal.status, "Retry-After" in refusal.headers) == (503, True)
    notifier.leave()
    assert notifier.refusal(transaction.request, "10.0.0.3", "tag") is None
    assert agent.clock.getDelayedCalls() == []
