"""
Whole pictures, asked for by INFO.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from h323d.call.legmedia import LegMedia
from h323d.errors import DecodeError
from h323d.sip.agent import CONTROL
from h323d.sip.calls.mediacontrol import MAX_BODY, LegPictures, wantsPicture
from h323d.sip.dialogs.dialog import Dialog
from h323d.sip.dialogs.dialogend import DialogEnd
from h323d.sip.messages.headers import Headers
from h323d.sip.messages.message import SIPRequest
from h323d.values.media.medium import Medium
from tests.support.fakeagent import FakeAgent, FakeFlow, received
from tests.support.recorder import Recorder
from tests.support.scriptedcalls import CallOfScript

WANTED = (
    '<?xml version="1.0" encoding="utf-8" ?><media_control><vc_primitive><to_encoder>'
    "<picture_fast_update></picture_fast_update></to_encoder></vc_primitive></media_control>"
)
TYPE = f"Content-Type: {CONTROL}\n"


class Scene:
    """
    A call that is answered, whose peer sends pictures, or none.
    """

    def __init__(self, isSeen: bool) -> None:
        self.agent: Any = FakeAgent()
        self.owner: Any = Recorder()
        self.end = DialogEnd(self.agent, Recorder(), FakeFlow())
        self.end.dialog = Dialog.called(received("INVITE").request, self.end.localTag, 1)
        self.end.dialog.confirm()
        self._receive = object() if isSeen else None
        media = cast(LegMedia, self)
        self.pictures = LegPictures(self.owner, self.agent, self.end, media)

    def of(self, medium: Medium) -> Any:
        assert medium is Medium.VIDEO
        return SimpleNamespace(stream=SimpleNamespace(receive=self._receive))

    @property
    def sent(self) -> list[SIPRequest]:
        return [each.request for each in self.agent.sent]


def test_whoSendsPicturesIsAskedForAWholeOne() -> None:
    scene = Scene(isSeen=True)
    scene.pictures.ask()
    (info,) = scene.sent
    assert (info.method, info.contentType) == ("INFO", CONTROL)
    assert wantsPicture(info.body)


def test_whoSendsNoneIsNotAsked() -> None:
    scene = Scene(isSeen=False)
    scene.pictures.ask()
    assert scene.sent == []


def test_whoTakesNoINFOIsNotAsked() -> None:
    scene = Scene(isSeen=True)
    scene.end.heard(SIPRequest("INVITE", cast(Any, None), Headers([("Allow", "INVITE")]), b""))
    scene.pictures.ask()
    assert scene.sent == []


def test_aPeerThatWantsOneIsHeard() -> None:
    call = CallOfScript()
    call.established()
    call.next("INFO", body=WANTED, extra=TYPE)
    assert call.script.statuses[-1] == 200
    assert call.peer.logs[0].said[-1] == "picture"
    call.next(
        "INFO", body="<media_control><general_error>no</general_error></media_control>", extra=TYPE
    )
    assert call.script.statuses[-1] == 200
    assert call.peer.logs[0].said.count("picture") == 1
    call.next("INFO", body="nonsense", extra=TYPE)
    assert call.script.statuses[-1] == 400
    call.next("BYE")
    call.world.settle()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<media_control>",
        '<!DOCTYPE a [<!ENTITY b "c">]><media_control>&b;</media_control>',
        f"<media_control>{' ' * MAX_BODY}</media_control>",
        '<?xml version="1.0" encoding="none-such"?><a/>',
    ],
)
def test_whatIsNoSuchDocumentIsNotRead(body: str) -> None:
    with pytest.raises(DecodeError):
        wantsPicture(body.encode())


def test_aDocumentMayHaveANamespace() -> None:
    assert wantsPicture(b'<a xmlns="urn:b"><picture_fast_update/></a>')
    assert not wantsPicture(b"<media_control/>")
