"""
What the gateway's system tests have in common: a server, Asterisks that are called by H.323 and
call by it, each with one way to start calls and one codec, and SIP phones.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from h323d.dsp.g729 import g729
from h323d.dsp.tones import Tone, render
from tests.support.coded import coded, had
from tests.support.processes import Asterisk, Baresip, Server

__all__ = [
    "ABSENT",
    "BUSY",
    "DECLINES",
    "ECHO",
    "READS_DIGITS",
    "RINGS",
    "SENDS_DIGITS",
    "STARTS",
    "Start",
    "Untroubled",
    "bridged",
    "configuration",
    "h323Peer",
    "writeG729",
]

ECHO, SENDS_DIGITS, READS_DIGITS = "600", "603", "604"
RINGS, BUSY, DECLINES, ABSENT = "607", "608", "609", "612"
EXTENSIONS = (ECHO, SENDS_DIGITS, READS_DIGITS, RINGS, BUSY, DECLINES, ABSENT)
RATE = 8000
View = dict[str, Any]  # Any: whatever JSON can say


@dataclass(frozen=True, slots=True)
class Start:
    """
    How an H.323 peer starts calls, and what it speaks.

    @ivar codec: as Asterisk has it.
    @ivar encoding: as SDP has it.
    @ivar host: the last octet of its address, and what numbers there begin with.
    """

    codec: str
    encoding: str
    faststart: str
    tunneling: str
    host: int

    def __str__(self) -> str:
        return f"{self.encoding} fast={self.faststart} tunnel={self.tunneling}"

    def number(self, extension: str) -> str:
        """
        What is dialled for one of its extensions.
        """
        return f"{self.host}{extension}"


STARTS = (
    Start("ulaw", "PCMU", "yes", "yes", 2),
    Start("alaw", "PCMA", "yes", "no", 3),
    Start("gsm", "GSM", "no", "yes", 4),
    Start("g729", "G729", "no", "no", 5),
)


def configuration(network: str) -> str:
    """
    A server's, to whom all their extensions are known, and which has patience: of some calls at
    once, a busy Asterisk answers the last after seconds.

    @param network: what all addresses begin with.
    """
    routes = [
        f'[[routing.routes]]\nname = "{start.number(extension)}"\n'
        f'to = ["h323:{extension}@{network}{start.host}"]\n'
        for start in STARTS
        for extension in EXTENSIONS
    ]
    gateway = "[gateway]\nacceptUnregistered = true\nwayTimeout = 60.0\n"
    return f"{Baresip.SERVER}{gateway}{''.join(routes)}"


def h323Peer(directory: Path, network: str, start: Start, **settings: str) -> Asterisk:
    """
    An Asterisk that registers with the server, whose address ends in 1.
    """
    server = f"{network}1"
    return Asterisk(
        directory / f"asterisk{start.host}", f"{network}{start.host}", server, gk=server,
        e164=start.number("0"), h323codecs=start.codec, faststart=start.faststart,
        tunneling=start.tunneling, **settings,
    )  # fmt: skip


def bridged(server: Server) -> list[dict[str, View]]:
    """
    @return: for each call that is bridged and talking, its legs, by protocol.
    """
    calls: dict[str, dict[str, View]] = defaultdict(dict)
    for leg in server.ask("calls"):
        if leg.get("bridge") == "talking" and leg.get("media"):
            calls[leg["callId"]][leg["protocol"]] = leg
    return [legs for legs in calls.values() if len(legs) == 2]


class Untroubled:
    """
    Watches calls for a stretch in which every packet came in its turn, from all who say something
    at once, and its sound went on: on a busy machine, that can take a while.

    @ivar packets: how many of each make such a stretch.
    """

    TROUBLES = ("packetsLost", "packetsRefused", "concealed", "shifted")

    def __init__(self, packets: int) -> None:
        self.packets = packets
        self._since: dict[str, tuple[int, dict[str, int]]] = {}  # by call

    def isOver(self, legs: dict[str, View]) -> bool:
        """
        Whether a call has had it.
        """
        sides = {protocol: leg["media"] for protocol, leg in legs.items()}
        call = next(leg["callId"] for leg in legs.values())
        troubles = sum(media[trouble] for media in sides.values() for trouble in self.TROUBLES)
        received = {protocol: media["packetsReceived"] for protocol, media in sides.items()}
        before, since = self._since.get(call, (-1, received))
        if before != troubles:
            self._since[call] = troubles, received
            since = received
        said = {each: count for each, count in received.items() if count}
        return bool(said) and all(
            count - since[each] >= self.packets for each, count in said.items()
        )


def writeG729(path: Path, frequency: int, seconds: float) -> None:
    """
    Write a tone for an Asterisk to play, which passes G.729 on, and has no codec for it.
    """
    sound = render(Tone((frequency,), -15.0), 0, int(seconds * RATE), RATE)
    payloads = coded(had(g729()).newEncoder(RATE, ()), sound, RATE)
    path.write_bytes(np.concatenate(payloads).tobytes())
