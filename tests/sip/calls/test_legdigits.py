"""
Digits of a SIP leg, by RFC 4733 or by INFO.
"""

from __future__ import annotations

from typing import Any, cast

import pytest

from h323d.call.legmedia import LegMedia
from h323d.sip.calls.legdigits import LegDigits
from h323d.sip.dialogs.dialog import Dialog
from h323d.sip.dialogs.dialogend import DialogEnd
from h323d.values.media.digits import DigitMethod
from tests.support.fakeagent import FakeAgent, FakeFlow, received
from tests.support.recorder import Recorder

EVENT, INFO = DigitMethod.RTP_EVENT, DigitMethod.SIP_INFO
RELAY = "Content-Type: application/dtmf-relay\n"


class Media:
    """
    What is agreed; its port takes digits.
    """

    def __init__(self, telephoneEvents: bool) -> None:
        self._takes = telephoneEvents
        self.digits: list[tuple[str, int]] = []

    def takesEvent(self, digit: str) -> bool:
        return self._takes

    def sendDigit(self, digit: str, milliseconds: int) -> None:
        self.digits.append((digit, milliseconds))


class Scene:
    """
    A call that is answered.
    """

    def __init__(self, events: bool = True) -> None:
        self.agent: Any = FakeAgent()
        self.owner: Any = Recorder()
        self.end = DialogEnd(self.agent, Recorder(), FakeFlow())
        self.end.dialog = Dialog.called(received("INVITE").request, self.end.localTag, 1)
        self.end.dialog.confirm()
        self.media: Any = Media(events)
        self.digits = LegDigits(self.owner, self.agent, self.end, cast(LegMedia, self.media))

    def sent(self) -> tuple[list[tuple[str, int]], list[bytes]]:
        """
        By RTP, and by INFO.
        """
        return self.media.digits, [each.request.body for each in self.agent.sent]


BY_EVENT: Any = ([("5", 120)], [])
BY_INFO: Any = ([], [b"Signal=5\r\nDuration=120\r\n"])
NOT: Any = ([], [])


@pytest.mark.parametrize(
    ("events", "method", "sent"),
    [
        (True, None, BY_EVENT),
        (False, None, BY_INFO),
        (True, INFO, BY_INFO),
        (False, EVENT, BY_EVENT),
        (True, DigitMethod.H245_SIGNAL, BY_EVENT),
        (False, DigitMethod.H245_SIGNAL, BY_INFO),
    ],
)
def test_aDigitGoesByTheWayThatThePeerTakes(
    events: bool, method: DigitMethod | None, sent: Any
) -> None:
    scene = Scene(events)
    scene.digits.send("5", 120, method)
    assert scene.sent() == sent


def test_whoDoesNotTakeINFOGetsNoneUnlessItIsWished() -> None:
    scene = Scene(events=False)
    scene.end.heard(received("INVITE", extra="Allow: INVITE\n").request)
    scene.digits.send("5", 120, None)
    assert scene.sent() == NOT
    scene.digits.send("5", 120, INFO)
    assert scene.sent() == BY_INFO


def test_noINFOIsSentBeforeTheCallIsAnswered() -> None:
    scene = Scene(events=False)
    scene.end.dialog = None
    scene.digits.send("5", 120, None)
    scene.digits.send("5", 120, INFO)
    assert scene.sent() == NOT


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.mark.parametrize(
    ("body", "extra", "status", "told"),
    [
        ("Signal=5\nDuration=120\n", RELAY, 200, [("digitHeard", "5", 120, INFO)]),
        ("", "", 200, []),
        ("x", "Content-Type: text/plain\n", 415, []),
        ("nonsense", RELAY, 400, []),
    ],
)
def test_anINFOIsAnsweredByWhatItSays(
    body: str, extra: str, status: int, told: Any, scene: Scene
) -> None:
    scene.digits.informed(received("INFO", body=body, extra=extra))
    assert scene.agent.statuses == [status]
    assert scene.owner.take() == told


def test_aDigitThatIsToldByTwoWaysIsOne(scene: Scene) -> None:
    scene.digits.heard("5", 100, EVENT)
    scene.digits.informed(received("INFO", body="Signal=5\nDuration=100\n", extra=RELAY))
    scene.digits.heard("6", 100, EVENT)
    assert scene.owner.take() == [
        ("digitHeard", "5", 100, EVENT),
        ("digitHeard", "6", 100, EVENT),
    ]
