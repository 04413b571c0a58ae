"""
Phones and an exchange that we did not write transfer a call when they have asked whom they give it to, and
linphone before it has.  And who is on hold behind that exchange hears its music.

A transfer is done when two talk that did not: each of PJSIP's phones hears something only while somebody
talks to it, and what has come to an end is known by the server's list of calls.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass

import pytest

from h323d.control.client import CommandFailed
from tests.support.flows import untilHeard
from tests.support.linephone import Linphone
from tests.support.processes import Asterisk, Baresip, Capture, Server, together, waitFor
from tests.support.softphone import SoftPhone
from tests.support.sound import writeTone

pytestmark = pytest.mark.interop

NETWORK = "127.0.102."
US, ANNA, CAROL, LINPHONE, BARESIP, ASTERISK = (f"{NETWORK}{host}" for host in range(1, 7))
MUSIC = 1800  # Hz
CONFIGURATION = f"""{Baresip.SERVER}
[gateway]
acceptUnregistered = true

[[routing.trunks]]
name = "asterisk"
address = "{ASTERISK}"
prefixes = ["6"]
checkInterval = 0
"""
HEARD = 5  # of 255: what PJSIP calls the level of a tone that is heard is above, silence is 0


@dataclass(frozen=True)
class World:
    """
    The server, and who is registered with it.

    @ivar anna: a phone of PJSIP's, as C{carol} is.
    """

    server: Server
    anna: SoftPhone
    carol: SoftPhone
    linphone: Linphone
    baresip: Baresip
    asterisk: Asterisk
    capture: Capture

    def hears(self, phone: SoftPhone) -> None:
        """
        Wait until a phone hears somebody in its last call.
        """
        waitFor(lambda: phone.calls()[-1:] and phone.calls()[-1]["level"] > HEARD, 10, "sound")

    def answered(self) -> int:
        """
        How many calls of linphone's there have been.
        """
        return self.linphone.output().count("Media streams established")

    def calls(self, count: int) -> None:
        """
        Wait until the server has so many legs.
        """
        waitFor(lambda: len(self.server.ask("calls")) == count, 10, f"{count} legs")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    directory = tmp_path_factory.mktemp("attended")
    (directory / "baresip").mkdir()
    writeTone(directory / "baresip" / "tone.wav", 1000, 300.0)
    with ExitStack() as stack:
        capture = stack.enter_context(Capture(directory / "capture", f"{NETWORK}0/24"))
        server = stack.enter_context(Server(directory / "server", US, CONFIGURATION))
        anna = SoftPhone(directory / "anna", ANNA, 440)
        carol = SoftPhone(directory / "carol", CAROL, 1400)
        linphone = Linphone(directory / "linphone", LINPHONE, US, "linphone", "PCMU", 700)
        baresip = Baresip(directory / "baresip", BARESIP, "", 600, registrar=US)
        (directory / "music").mkdir()
        writeTone(directory / "music" / "tone.wav", MUSIC, 60.0)
        music = str(directory / "music")
        asterisk = Asterisk(directory / "asterisk", ASTERISK, US, ooh323="no", moh=music)
        together(stack, anna, carol, linphone, baresip, asterisk)
        anna.register("anna", US, "PCMU")
        carol.register("carol", US, "PCMU")
        waitFor(lambda: len(server.ask("registrations")) == 4, 20, "all have registered")
        yield World(server, anna, carol, linphone, baresip, asterisk, capture)
        assert "Traceback" not in server.output()
    assert capture.complaints(US) == ""


@pytest.fixture
def world(house: World) -> Iterator[World]:
    yield house
    for call in {leg["callId"] for leg in house.server.ask("calls")}:
        with suppress(CommandFailed):  # the other side of an exchange, which ends by itself
            house.server.ask("hangup", call)
    house.calls(0)


def test_linphoneSendsOnWhoItTalksWith(world: World) -> None:
    world.anna.call("anna", f"sip:linphone@{US}")
    world.hears(world.anna)
    world.linphone.tell(f"transfer sip:carol@{US}")
    world.hears(world.carol)
    world.hears(world.anna)
    world.calls(2)


def consulted(world: World, whom: str) -> None:
    """
    Have linphone ask somebody, and then give them its first call.
    """
    paused = world.linphone.output().count("is now paused")
    world.linphone.tell("pause")
    waitFor(lambda: world.linphone.output().count("is now paused") > paused, 10, "a hold")
    answered = world.answered()
    world.linphone.tell(f"call sip:{whom}@{US}")
    waitFor(lambda: world.answered() > answered, 10, "an answer")
    *_, first, second = re.findall(r"assigned id (\d+)", world.linphone.output())
    world.linphone.tell(f"transfer {first} --to-call {second}")
    world.calls(2)


def test_linphoneGivesItsCallToABaresipThatItHasAsked(world: World) -> None:
    world.anna.call("anna", f"sip:linphone@{US}")
    world.hears(world.anna)
    consulted(world, "b")
    world.hears(world.anna)
    world.baresip.tell("hangup")


def test_linphoneGivesABaresipToWhomItHasAsked(world: World) -> None:
    answered = world.answered()
    world.baresip.tell("dial", f"sip:linphone@{US}")
    waitFor(lambda: world.answered() > answered, 10, "an answer")
    consulted(world, "carol")
    world.hears(world.carol)


def test_linphoneGivesItsCallToAnExchangeThatItHasAsked(world: World) -> None:
    world.anna.call("anna", f"sip:linphone@{US}")
    world.hears(world.anna)
    consulted(world, "600")
    world.hears(world.anna)


def test_linphoneGivesAnExchangeToWhomItHasAsked(world: World) -> None:
    answered = world.answered()
    world.asterisk.call("PJSIP/linphone@other", "600")
    waitFor(lambda: world.answered() > answered, 10, "an answer")
    consulted(world, "carol")
    world.hears(world.carol)


def test_anExchangesUserGivesItsCallToWhomItHasAsked(world: World) -> None:
    world.anna.call("anna", f"sip:617@{US}")
    world.hears(world.carol)
    waitFor(
        lambda: "2 active channels" in world.asterisk.tell("core show channels"), 20, "a goodbye"
    )
    world.hears(world.anna)
    world.hears(world.carol)
    world.calls(4)


def test_whoIsOnHoldBehindAnExchangeHearsItsMusic(world: World) -> None:
    called = len(world.carol.calls())
    world.anna.call("anna", f"sip:616@{US}")
    world.hears(world.carol)
    world.hears(world.anna)
    world.carol.change(called, hold=True)
    world.carol.until(called, "the hold", media="holds")
    untilHeard(world.capture, ANNA, MUSIC, 0.5)
    world.carol.change(called)
    world.carol.until(called, "the end of it", media="active")
    waitFor(lambda: "Stopped music" in world.asterisk.messages(), 10, "it is told")
    world.hears(world.anna)
    world.hears(world.carol)


def test_aBaresipThatIsToldItsSecondCallsNameGivesItsFirst(world: World) -> None:
    """
    It has no command to do so; but the one that transfers takes a URI with a Replaces.
    """
    world.baresip.tell("dial", f"sip:anna@{US}")
    world.hears(world.anna)
    world.baresip.tell("hold")
    world.baresip.tell("dial", f"sip:carol@{US}")
    world.hears(world.carol)
    callId, ours, theirs = dialogOf(world.capture, f"INVITE sip:carol@{US} SIP/2.0")
    world.baresip.tell("line", "1")
    replaces = f"{callId}%3Bto-tag%3D{theirs}%3Bfrom-tag%3D{ours}"
    world.baresip.tell("transfer", f"<sip:carol@{US}?Replaces={replaces}>")
    world.calls(2)
    world.hears(world.anna)
    world.hears(world.carol)


def dialogOf(capture: Capture, request: str) -> tuple[str, str, str]:
    """
    @param request: its first line.
    @return: the Call-ID of the dialog that baresip's has made, and the tags of its caller and of
        who was called.
    """

    def found() -> tuple[str, str, str] | None:
        text = capture.file.read_bytes().decode("latin-1")
        for invite in [each for each in headersOf(text, request) if "From: <sip:b@" in each]:
            callId, ours = field(invite, r"Call-ID: (\S+)"), field(invite, r"From: .*;tag=(\S+)")
            for answer in headersOf(text, "SIP/2.0 200 OK"):
                if f"Call-ID: {callId}" in answer:
                    return callId, ours, field(answer, r"To: .*;tag=(\S+)")
        return None

    dialog: tuple[str, str, str] = waitFor(found, 10, "the dialog is captured")
    return dialog


def headersOf(text: str, first: str) -> list[str]:
    return [each.partition("\r\n\r\n")[0] for each in text.split(f"{first}\r\n")[1:]]


def field(message: str, pattern: str) -> str:
    found = re.search(pattern, message)
    assert found is not None, message
    return found[1]
