"""
Busy lamps, messages and pick-up, with telephones that we did not write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.linephone import Linphone
from tests.support.processes import (
    Capture,
    Process,
    Server,
    isBound,
    program,
    runSipp,
    waitFor,
)
from tests.support.softphone import SoftPhone

pytestmark = pytest.mark.interop

NETWORK = "127.0.100."
US, PHONE, LAMP, OTHER = (f"{NETWORK}{number}" for number in (1, 2, 3, 4))
SCENARIOS = Path(__file__).parent / "sipp"
TOGETHER = """
[lines]
watching = "group"
[[lines.groups]]
members = ["lamp", "bob"]
"""


class House:
    """
    A server, a phone of PJSIP's with several names, and whatever else a test brings.
    """

    def __init__(self, directory: Path, stack: ExitStack, configuration: str = "") -> None:
        self.directory = directory
        self.stack = stack
        self.capture = stack.enter_context(Capture(directory / "capture", f"{NETWORK}0/24"))
        self.server = stack.enter_context(Server(directory / "server", US, configuration))
        self.phone = stack.enter_context(SoftPhone(directory / "phone", PHONE, 440))
        self._pool = stack.enter_context(ThreadPoolExecutor(1))

    def lamp(self, name: str, talks: bool = True) -> Future[str]:
        """
        Have sipp watch a name, from a call's beginning to its end.

        @param talks: whether that name is to answer it.
        """
        text = (SCENARIOS / "lamp.xml").read_text()
        if not talks:
            text = re.sub("<!-- they talk -->.*<!-- no more -->", "", text, flags=re.DOTALL)
            text = re.sub(r"\b41,", "", text)
        file = self.directory / "lamp.xml"
        file.write_text(text)
        return self._pool.submit(
            runSipp, self.directory / "sipp", US, "-i", LAMP, "-sf", str(file),
            "-m", "1", "-s", name, "-timeout", "90", "-timeout_error", "-trace_err",
            "-trace_msg", seconds=120.0,
        )  # fmt: skip

    @property
    def said(self) -> str:
        """
        What sipp has received and sent.
        """
        logs = (self.directory / "sipp").glob("*_messages.log")
        return "".join(each.read_text(errors="replace") for each in logs)

    def until(self, scenario: Future[str], text: str, what: str) -> None:
        """
        Wait until it stands there.
        """

        def heard() -> bool:
            if scenario.done():
                scenario.result()
            return text in self.said

        waitFor(heard, 30, what)

    def dissected(self, query: str) -> str:
        """
        What a display filter lets through of what has been captured so far.
        """
        return self.capture.dissect(query)

    @property
    def dialog(self) -> str:
        """
        The dialog that the lamp was told of, as Replaces has it.
        """
        found = re.search(r'call-id="(.*?)" local-tag="(.*?)" remote-tag="(.*?)"', self.said)
        assert found is not None
        callId, theirs, ours = found.groups()
        return f"{callId};to-tag={ours};from-tag={theirs};early-only"


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def test_aLampShowsThatSomebodyRingsAndTalksAndHasHungUp(tmp_path: Path, stack: ExitStack) -> None:
    house = House(tmp_path, stack, TOGETHER)
    phone = house.phone
    phone.register("bob", US, "PCMU", answer=180)
    phone.register("carol", US, "PCMU")
    lamp = house.lamp("bob")
    house.until(lamp, 'state="full"', "the lamp is told all")
    call = phone.call("carol", f"sip:bob@{US}")
    phone.until(1, "bob rings", state="EARLY")
    house.until(lamp, "call-id=", "the lamp is told that it rings")
    phone.answer(1)
    phone.until(call, "they talk", state="CONFIRMED")
    house.until(lamp, ">confirmed<", "the lamp is told that they talk")
    phone.hangup(call)
    lamp.result(120)
    assert "Traceback" not in house.server.output()
    assert house.capture.complaints(US) == ""


def test_whoSeesSomebodysTelephoneRingCanPickTheCallUp(tmp_path: Path, stack: ExitStack) -> None:
    house = House(tmp_path, stack, TOGETHER.replace('"bob"', '"bob", "dave"'))
    phone = house.phone
    other = stack.enter_context(SoftPhone(tmp_path / "other", OTHER, 1000))
    phone.register("bob", US, "PCMU", answer=180)
    phone.register("carol", US, "PCMU")
    other.register("dave", US, "PCMU")
    other.register("eve", US, "PCMU")
    lamp = house.lamp("bob", talks=False)
    house.until(lamp, 'state="full"', "the lamp is told all")
    call = phone.call("carol", f"sip:bob@{US}")
    phone.until(1, "bob rings", state="EARLY")
    house.until(lamp, "call-id=", "the lamp is told by what it could be picked up")
    named = house.dialog
    stranger = other.call("eve", f"sip:bob@{US}", Replaces=named)
    other.until(stranger, "eve may not", status=403)
    picked = other.call("dave", f"sip:bob@{US}", Replaces=named)
    other.until(picked, "dave has the call", state="CONFIRMED")
    phone.until(call, "carol is answered", state="CONFIRMED")
    phone.until(1, "bob rings no more", state="DISCONNECTED")
    waitFor(lambda: other.calls()[picked]["level"] > 0, 30, "dave hears carol")
    phone.hangup(call)
    other.until(picked, "it is over", state="DISCONNECTED")
    lamp.result(120)
    assert "Traceback" not in house.server.output()
    assert house.capture.complaints(US) == ""


def test_aTextGoesToWhomItIsForAndTheAnswerBack(tmp_path: Path, stack: ExitStack) -> None:
    house = House(tmp_path, stack)
    phone = house.phone
    other = stack.enter_context(SoftPhone(tmp_path / "other", OTHER, 440))
    phone.register("carol", US, "PCMU")
    other.register("bob", US, "PCMU")
    phone.write("carol", f"sip:bob@{US}", "Lunch?")
    waitFor(lambda: other.written("bob")["texts"], 10, "the text is there")
    (text,) = other.written("bob")["texts"]
    assert text["text"] == "Lunch?"
    assert f"sip:carol@{US}" in text["from"]
    waitFor(lambda: phone.written("carol")["sent"] == [200], 10, "it is known to be there")
    other.write("bob", f"sip:carol@{US}", "In a minute.")
    waitFor(lambda: phone.written("carol")["texts"], 10, "so is the answer")
    phone.write("carol", f"sip:dave@{US}", "Lunch?")
    waitFor(lambda: phone.written("carol")["sent"] == [200, 404], 10, "there is no Dave")
    assert "Traceback" not in house.server.output()
    assert house.capture.complaints(US) == ""


def test_aTelephoneIsToldThatNoMessagesWait(tmp_path: Path, stack: ExitStack) -> None:
    house = House(tmp_path, stack)
    house.phone.register("carol", US, "PCMU", mail=True)
    waitFor(
        lambda: any(
            "Messages-Waiting: no" in each for each in house.phone.written("carol")["mail"]
        ),
        20,
        "it is told",
    )
    assert house.capture.complaints(US) == ""


class Queue(Process):
    """
    A server of sipp's that says of a call all that can be said.
    """

    def __init__(self, directory: Path) -> None:
        super().__init__(directory, "queue")

    def command(self) -> list[str]:
        return [
            program("sipp"), "-nostdin", "-i", OTHER, "-p", "5060", "-trace_err",
            "-sf", str(SCENARIOS / "answer_queued.xml"),
        ]  # fmt: skip

    def ready(self) -> bool:
        return isBound(OTHER, 5060)


def test_whatBecomesOfACallIsToldTheCaller(tmp_path: Path, stack: ExitStack) -> None:
    trunk = f'[[routing.trunks]]\nname = "queue"\naddress = "{OTHER}"\ncheckInterval = 0\n'
    house = House(tmp_path, stack, trunk)
    stack.enter_context(Queue(tmp_path / "queue"))
    house.phone.register("carol", US, "PCMU")
    # By TCP: to who may not be real, not all of it is said (L{h323d.sip.proof}).
    call = house.phone.call("carol", f"sip:5000@{US};transport=tcp")
    house.phone.until(call, "it is refused", status=486)
    heard = re.findall(r"^SIP/2.0 (1[0-9]{2}|486)", house.phone.output(), re.MULTILINE)
    assert [each for each in heard if each != "100"] == ["181", "182", "180", "486"]
    assert house.capture.complaints(US) == ""


def test_whoWantsAWholePictureIsHeardThoughThereIsNone(tmp_path: Path, stack: ExitStack) -> None:
    house = House(tmp_path, stack)
    phone = house.phone
    phone.register("carol", US, "PCMU")
    phone.register("bob", US, "PCMU")
    call = phone.call("carol", f"sip:bob@{US}")
    phone.until(call, "they talk", state="CONFIRMED")
    body = (
        "<media_control><vc_primitive><to_encoder><picture_fast_update/></to_encoder>"
        "</vc_primitive></media_control>"
    )
    phone.inform(call, "application/media_control+xml", body)
    waitFor(
        lambda: house.server.ask("status")["facts"].get("PictureWanted") == 1, 20, "it is counted"
    )
    assert "SIP/2.0 415" not in phone.output()
    assert phone.calls()[call]["state"] == "CONFIRMED"
    phone.hangup(call)
    phone.until(call, "it is over", state="DISCONNECTED")
    assert house.capture.complaints(US) == ""


def test_aVoiceMailServerSaysThatMessagesWait(tmp_path: Path, stack: ExitStack) -> None:
    mail = (
        f'[[routing.trunks]]\nname = "mail"\naddress = "{LAMP}"\ncheckInterval = 0\n'
        'prefixes = ["*97"]\nvoiceMail = true\n'
    )
    house = House(tmp_path, stack, mail)
    house.phone.register("carol", US, "PCMU", mail=True)
    waitFor(lambda: house.phone.written("carol")["mail"], 30, "nothing is claimed yet")
    assert not any("Messages-Waiting" in each for each in house.phone.written("carol")["mail"])
    runSipp(
        tmp_path / "mail", US, "-i", LAMP, "-sf", str(SCENARIOS / "voicemail.xml"), "-m", "1",
        "-s", "carol", "-timeout", "60", "-timeout_error", seconds=90.0,
    )  # fmt: skip
    waitFor(
        lambda: any("Voice-Message: 2/8" in each for each in house.phone.written("carol")["mail"]),
        30,
        "the phone knows",
    )
    assert "Messages-Waiting: yes" in house.phone.written("carol")["mail"][-1]
    assert house.capture.complaints(US) == ""


def test_linphoneAndPJSIPWriteToEachOther(tmp_path: Path, stack: ExitStack) -> None:
    house = House(tmp_path, stack)
    house.phone.register("carol", US, "PCMU")
    linphone = stack.enter_context(Linphone(tmp_path / "linphone", OTHER, US, "anna"))
    waitFor(lambda: len(house.server.ask("registrations")) == 2, 30, "both are registered")
    house.phone.write("carol", f"sip:anna@{US}", "Lunch?")
    waitFor(lambda: "Lunch?" in linphone.output(), 30, "anna has the text")
    waitFor(lambda: house.phone.written("carol")["sent"] == [200], 30, "carol knows")
    linphone.tell(f'chat sip:carol@{US} "In a minute."')
    waitFor(lambda: house.phone.written("carol")["texts"], 30, "carol has the answer")
    assert "In a minute." in house.phone.written("carol")["texts"][0]["text"]
    assert "Traceback" not in house.server.output()
    assert house.capture.complaints(US) == ""


def test_presenceIsNotToldAndNobodyAsksTwice(tmp_path: Path, stack: ExitStack) -> None:
    house = House(tmp_path, stack)
    phone = house.phone
    phone.register("carol", US, "PCMU")
    question = phone.watch("carol", f"sip:bob@{US}")
    waitFor(lambda: phone.watched("carol", question) == 489, 30, "there is no presence")
    query = 'sip.Status-Code == 489 && sip.Allow-Events contains "dialog"'
    waitFor(lambda: house.dissected(query), 30, "it is told what there is instead")
    assert house.capture.complaints(US) == ""


class Publishing(Linphone):
    """
    A linphone that tells a server whether its owner is there.
    """

    SETTINGS = f"{Linphone.SETTINGS}publish=1\n"


def test_aLinphoneThatPublishesIsToldThatNobodyTakesIt(tmp_path: Path, stack: ExitStack) -> None:
    house = House(tmp_path, stack)
    linphone = stack.enter_context(Publishing(tmp_path / "linphone", OTHER, US, "anna"))
    waitFor(lambda: house.server.ask("registrations"), 30, "it is registered")
    linphone.tell("status online")
    query = 'sip.CSeq.method == "PUBLISH" && sip.Status-Code == 405'
    waitFor(lambda: house.dissected(query), 30, "its PUBLISH is refused")
    assert house.server.ask("registrations")
    assert house.capture.complaints(US) == ""
