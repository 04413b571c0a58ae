"""
A server that listens on all addresses of the machine, of IPv4 and of IPv6: whoever asks one of
them is answered from that, and told that.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from h323d.h323.ras.messages import RASMessage, decodeRAS, encodeRAS
from h323d.h323.signalling.addresses import transportFromValue
from tests.support.processes import Baresip, Caller, Server, waitFor
from tests.support.ras import grq, rrq
from tests.support.sippeers import offerBody, request
from tests.support.sound import heardFor, writeTone
from tests.system.test_baresip import haveSpoken

SIP, SIGNALLING, RAS = 25060, 21720, 21719
CONFIGURATION = f"""\
[server]
bind = ["0.0.0.0", "::"]
[sip]
port = {SIP}
[h323]
port = {SIGNALLING}
[gatekeeper]
rasPort = {RAS}
multicast = false
{Baresip.SERVER}"""
ASKED = ["127.0.0.1", "127.0.0.7", "::1"]


class WideServer(Server):
    """
    C{twistd h323d} on the addresses of its configuration.
    """

    def command(self) -> Sequence[str]:
        return [each for each in super().command() if each not in ("--bind", self.address)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with WideServer(tmp_path_factory.mktemp("wide"), "everywhere", CONFIGURATION) as server:
        yield server


def ask(data: bytes, host: str, port: int) -> tuple[bytes, str]:
    """
    @return: the answer, and where it came from.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as peer:
        peer.settimeout(5.0)
        peer.sendto(data, (host, port))
        answer, source = peer.recvfrom(65536)
        return answer, source[0]


def askRAS(message: RASMessage, host: str) -> tuple[RASMessage, str]:
    answer, source = ask(encodeRAS(message), host, RAS)
    return decodeRAS(answer), source


def bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


@pytest.mark.parametrize("asked", ASKED)
def test_aCallBySIPIsAnsweredFromThereAndToldThat(server: Server, asked: str) -> None:
    version = 6 if ":" in asked else 4
    text = request(
        "INVITE",
        uri=f"sip:80001@{bracketed(asked)}:{SIP}",
        branch=f"z9hG4bK{asked}",
        callId=asked,
        body=offerBody(asked).replace("IP4", f"IP{version}"),
    )
    answer, source = ask(text.replace("\n", "\r\n").encode(), asked, SIP)
    assert source == asked
    assert answer.startswith(b"SIP/2.0 200")
    told = answer.decode()
    assert f"Contact: <sip:80001@{bracketed(asked)}:{SIP}>;isfocus" in told
    assert re.findall(r"c=IN (IP.) (\S+)", told) == [(f"IP{version}", asked)]


@pytest.mark.parametrize("asked", ASKED)
def test_RASIsAnsweredFromThereAndToldThat(server: Server, asked: str) -> None:
    confirm, source = askRAS(grq(1, "127.0.0.1"), asked)
    told = transportFromValue(confirm.fields["rasAddress"])
    assert (source, told and str(told)) == (asked, f"{bracketed(asked)}:{RAS}")
    confirm, source = askRAS(rrq(2, f"127.0.1.{ASKED.index(asked)}"), asked)
    (signalling,) = map(transportFromValue, confirm.fields["callSignalAddress"])
    assert (source, str(signalling)) == (asked, f"{bracketed(asked)}:{SIGNALLING}")


def test_bothFamiliesMeetInARoom(server: Server, tmp_path: Path) -> None:
    heard = {host: tmp_path / f"{number}.wav" for number, host in enumerate(("127.0.0.8", "::1"))}
    tones = {"127.0.0.8": 440, "::1": 700}

    def caller(host: str, target: str) -> Caller:
        return Caller(
            tmp_path, f"caller-{tones[host]}", "--json", "--bind", host, "--tone", str(tones[host]),
            "--record", str(heard[host]), target,
        )  # fmt: skip

    with (
        caller("127.0.0.8", f"sip:80002@127.0.0.7:{SIP}") as four,
        caller("::1", f"h323:80002@[::1]:{SIGNALLING}") as six,
    ):
        for each in (four, six):
            waitFor(lambda each=each: '"media"' in each.output(), 10, f"{each.name} has media")  # type: ignore[misc]  # the type of a default
        waitFor(lambda: haveSpoken(server, 100, "80002"), 10, "both have spoken for two seconds")
        for each in (four, six):
            assert each.hangUp() == 0, each.output()
    both = tuple(tones.values())
    assert heardFor(heard["127.0.0.8"], both, 1.0) == [700]
    assert heardFor(heard["::1"], both, 1.0) == [440]


@pytest.mark.interop
def test_aSoftphoneThatAskedAnotherAddressThanTheFirstIsInTheRoom(
    server: Server, tmp_path: Path
) -> None:
    writeTone(tmp_path / "tone.wav", 700, 20.0)
    with Baresip(tmp_path, "127.0.48.42", f"sip:80003@127.0.0.7:{SIP}", 30):
        call = waitFor(lambda: present(server, "80003"), 10, "the softphone is in the room")
        waitFor(
            lambda: present(server, "80003")["media"]["packetsReceived"] > 50, 10, "it is heard"
        )
    assert call["media"]["rtp"].startswith("127.0.0.7:")


def present(server: Server, room: str) -> Any:
    """
    The one call in a room.
    """
    calls = [each for each in server.ask("calls") if each.get("room") == room]
    return next((each for each in calls if each["presence"] == "present"), None)
