"""
What the gatekeeper asks of endpoints whose calls it admitted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from h323d.call.homes import homeAt
from h323d.errors import ResourceUnavailable
from h323d.events.bus import EventBus
from h323d.events.gatekeeper import RASAdmissionEnded
from h323d.gatekeeper.admission import AdmissionTable, CallAdmission
from h323d.gatekeeper.bandwidth import Bandwidth, Claim
from h323d.gatekeeper.config import GatekeeperConfig
from h323d.gatekeeper.identity import Identity
from h323d.gatekeeper.ras.demands import Demands
from h323d.h323.ras.messages import RASMessage
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from tests.support.registrations import Table, endpoint

CALL, CONFERENCE = bytes(range(16)), bytes(range(16, 32))
HERE = TransportAddress("10.1.0.2", 1719)  # of endpoint1
CONFIRMS = RASMessage("bandwidthConfirm", {"requestSeqNum": 1})
REFUSES = RASMessage("bandwidthReject", {"requestSeqNum": 1})


class Channel:
    """
    Keeps what is asked, and answers when it is told to; or has no number left.
    """

    full = False

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any], TransportAddress]] = []
        self._waiting: list[Callable[[RASMessage | None], None]] = []

    def request(self, name: str, fields: Any, destination: TransportAddress, answered: Any) -> Any:
        if self.full:
            raise ResourceUnavailable("no requestSeqNum is free")
        self.asked.append((name, fields, destination))
        self._waiting.append(answered)

    def answer(self, message: RASMessage | None) -> None:
        self._waiting.pop(0)(message)


class Scene:
    """
    Endpoint1 has one side of a call, with a bandwidth of 1280.
    """

    def __init__(self, call: bytes = CALL, **more: Any) -> None:
        self.channel = Channel()
        table = Table()
        table.registry.register(endpoint(1, "anna", **more))
        config, events = GatekeeperConfig(), EventBus()
        self.ended: list[RASAdmissionEnded] = []
        events.subscribe(RASAdmissionEnded, self.ended.append)
        self.admissions = AdmissionTable(config, table.clock, events, Bandwidth(config))
        identity = Identity("h323d", homeAt("10.0.0.1"))
        self.demands = Demands(self.channel, identity, table.registry, self.admissions)
        claim = Claim(call, "endpoint1", True)
        self.admission = self.admissions.admit(
            CallAdmission(claim, CONFERENCE, 7, 1280, source=HERE, destination=HERE)
        )

    @property
    def naming(self) -> dict[str, Any]:
        return {
            "endpointIdentifier": "endpoint1",
            "gatekeeperIdentifier": "h323d",
            "conferenceID": CONFERENCE,
            "callReferenceValue": 7,
            "callIdentifier": {"guid": CALL},
        }


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_anEndpointIsAskedAboutOneCallWhereItRegisteredFrom(scene: Scene) -> None:
    answers: list[tuple[CallAdmission, RASMessage | None]] = []
    assert scene.demands.inform(scene.admission, lambda *answer: answers.append(answer))
    fields = {"callReferenceValue": 7, "callIdentifier": {"guid": CALL}}
    assert scene.channel.asked == [("infoRequest", fields, HERE)]
    scene.channel.answer(None)
    assert answers == [(scene.admission, None)]


def test_aCallWithoutAnIdentifierIsNamedByItsReferenceAlone() -> None:
    scene = Scene(call=b"a conference, and who calls whom in it")
    scene.demands.inform(scene.admission, print)
    ((_, fields, _),) = scene.channel.asked
    assert fields["callIdentifier"] == {"guid": bytes(16)}


def test_whoIsToHangUpIsTold(scene: Scene) -> None:
    scene.demands.drop(scene.admission, Cause.USER_BUSY)
    fields = scene.naming | {"disengageReason": ("forcedDrop", None), "answeredCall": True}
    assert scene.channel.asked == [("disengageRequest", fields, HERE)]
    assert len(scene.admissions) == 1


@pytest.mark.parametrize("answer", [RASMessage("disengageConfirm", {"requestSeqNum": 1}), None])
def test_itsAdmissionEndsWithTheAnswerOrWithoutOne(answer: RASMessage | None, scene: Scene) -> None:
    scene.demands.drop(scene.admission, Cause.USER_BUSY)
    scene.channel.answer(answer)
    assert len(scene.admissions) == 0
    assert [each.cause for each in scene.ended] == [Cause.USER_BUSY]


def test_whoCannotBeAskedHasNoAdmissionAnyMore(scene: Scene) -> None:
    scene.channel.full = True
    scene.demands.drop(scene.admission, Cause.USER_BUSY)
    assert len(scene.admissions) == 0


def test_whoIsToUseLessIsToldAndCountsWithItWhenItConfirms(scene: Scene) -> None:
    scene.demands.limit(scene.admission, 640)
    fields = scene.naming | {"bandWidth": 640, "answeredCall": True}
    assert scene.channel.asked == [("bandwidthRequest", fields, HERE)]
    assert bandwidths(scene) == [1280]
    scene.channel.answer(CONFIRMS)
    assert bandwidths(scene) == [640]


@pytest.mark.parametrize("answer", [REFUSES, None])
def test_whoDoesNotConfirmKeepsWhatItHas(answer: RASMessage | None, scene: Scene) -> None:
    scene.demands.limit(scene.admission, 640)
    scene.channel.answer(answer)
    assert bandwidths(scene) == [1280]


def test_whoUsesLessAlreadyIsNotGivenMore(scene: Scene) -> None:
    scene.demands.limit(scene.admission, 640)
    scene.admissions.changeBandwidth(scene.admission, 320)
    scene.channel.answer(CONFIRMS)
    assert bandwidths(scene) == [320]


def test_whoHasEndedTheCallMeanwhileIsNotMissed(scene: Scene) -> None:
    scene.demands.limit(scene.admission, 640)
    scene.admissions.end(scene.admission, Cause.NORMAL_CALL_CLEARING)
    scene.channel.answer(CONFIRMS)
    assert bandwidths(scene) == []


def test_whoIsNotRegisteredOrSpeaksNoRASIsNotAsked() -> None:
    phone = Scene(protocol="sip")
    assert not phone.demands.inform(phone.admission, print)
    stranger = Scene()
    nobody = CallAdmission(Claim(CALL, "nobody", False), CONFERENCE, 7, 1280, HERE, HERE)
    assert not stranger.demands.inform(nobody, print)
    assert phone.channel.asked == stranger.channel.asked == []


def bandwidths(scene: Scene) -> list[int]:
    return [each.bandwidth for each in scene.admissions]
