"""
Who takes part in a rehearsal: by which protocol each party calls, how its call starts, what it
speaks, and how it proves who it is.

The room gets parties in turn of L{IN_ROOM}: of any number of them about half call by H.323 and half
by SIP, and eight are enough for every codec, transport and way to start.  Beside the room,
L{BRIDGED} call each other through the gateway, SIP to H.323.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass, replace

from h323d.dsp.provisions import provisions
from h323d.rehearse.marker import MOST_PARTIES

__all__ = ["FEWEST", "Part", "Proof", "castOf", "hostOf", "usualPairs"]

FEWEST = 2
FIRST_HOST = 101  # of the parties, where the server is in a loopback network


class Proof:
    """
    What a guarded server takes: the names are the registry's.
    """

    ED25519 = "ed25519"
    H235 = "h235"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Part:
    """
    One party.

    @ivar number: from 0.
    @ivar protocol: C{sip}, C{sip-tcp}, C{h323}, or C{gatekeeper}: H.323, registered.
    @ivar startUp: in words.
    @ivar codec: as C{h323d-call} calls it.
    @ivar options: further ones of C{h323d-call}.
    @ivar proof: how it proves who it is; empty where nobody asks.
    @ivar callType: that it declares, to a guard.
    @ivar group: 0 in the room; a number for each bridged call.
    @ivar isCalled: whether it waits for its call.
    """

    protocol: str
    startUp: str
    codec: str
    options: tuple[str, ...] = ()
    packetMs: int = 20
    proof: str = ""
    callType: str = ""
    group: int = 0
    isCalled: bool = False
    number: int = 0

    @property
    def name(self) -> str:
        return f"party {self.number + 1}"

    @property
    def alias(self) -> str:
        return str(1001 + self.number)

    @property
    def isH323(self) -> bool:
        return self.protocol in ("h323", "gatekeeper")

    @property
    def arguments(self) -> list[str]:
        """
        Of C{h323d-call}, as far as nothing need be known of the server.
        """
        told = ["--alias", self.alias, "--codec", self.codec, "--packet-ms", str(self.packetMs)]
        return [*told, *self.options]


IN_ROOM = (
    Part("h323", "fast start", "PCMU"),
    Part("sip", "UDP", "PCMU"),
    Part("gatekeeper", "slow start, tunnelled, by gatekeeper", "PCMA", ("--no-fast-start",)),
    Part("sip-tcp", "TCP", "PCMA"),
    Part("h323", "fast start, H.245 in Setup", "G722", ("--early-h245",)),
    Part("sip", "UDP", "opus"),
    Part("h323", "slow start, H.245 in Setup", "PCMA", ("--no-fast-start", "--early-h245"), 30),
    Part("sip-tcp", "TCP", "G729"),
    Part("gatekeeper", "fast start, separate H.245", "PCMU", ("--no-tunnelling",)),
    Part("sip", "UDP", "PCMA", (), 10),
    Part("h323", "slow start, separate H.245", "PCMU", ("--no-fast-start", "--no-tunnelling")),
    Part("sip-tcp", "TCP", "G722"),
)

BRIDGED = (
    Part("sip-tcp", "TCP, calls", "opus"),
    Part("gatekeeper", "fast start, is called", "PCMU", ("--answer",), isCalled=True),
)
"""
Who calls, and who answers.
"""

INSTEAD = {"opus": "G722", "G729": "PCMU"}
"""
What is spoken where a codec's library is missing.
"""

PROOFS = {"sip": Proof.ADDRESS, "sip-tcp": Proof.ED25519, "h323": Proof.ED25519}
BY_GATEKEEPER = (Proof.ED25519, Proof.H235)  # in turn


def usualPairs(parties: int) -> int:
    """
    How many call each other beside a room of so many, if nothing is said.
    """
    return 1 if parties + len(BRIDGED) <= MOST_PARTIES else 0


def castOf(parties: int, pairs: int, isGuarded: bool) -> tuple[Part, ...]:
    """
    @param parties: in the room.
    @param pairs: beside it.

    @raise ValueError: there are too many, or too few.
    """
    if parties < FEWEST:
        raise ValueError(f"a room takes {FEWEST} parties at least")
    most = MOST_PARTIES - len(BRIDGED) * pairs
    if parties > most:
        beside = f", and {pairs} pairs beside the room" if pairs else ""
        raise ValueError(f"{parties} parties{beside}: {MOST_PARTIES} can be told apart, all in all")
    can = {each.format.name.lower() for each in provisions() if each.codec is not None}
    wanted = [IN_ROOM[number % len(IN_ROOM)] for number in range(parties)]
    for group in range(1, pairs + 1):
        wanted += [replace(each, group=group) for each in BRIDGED]
    parts = tuple(
        replace(each, number=number, codec=_spoken(each.codec, can))
        for number, each in enumerate(wanted)
    )
    return tuple(_guarded(parts)) if isGuarded else parts


def _spoken(codec: str, can: set[str]) -> str:
    return codec if codec.lower() in can else INSTEAD.get(codec, codec)


def _guarded(parts: tuple[Part, ...]) -> Iterator[Part]:
    """
    The same, with a proof each; who signs may declare a grave call, and every second one does.
    """
    registered = signing = 0
    for each in parts:
        if each.protocol == "gatekeeper":
            proof = BY_GATEKEEPER[registered % len(BY_GATEKEEPER)] if not each.group else "ed25519"
            registered += 1
        else:
            proof = PROOFS[each.protocol]
        isGrave = proof == Proof.ED25519 and not each.group and signing % 2 == 1
        signing += proof == Proof.ED25519
        yield replace(each, proof=proof, callType="ESCALATE" if isGrave else "ROUTINE")


def hostOf(part: Part, server: str, route: str) -> str:
    """
    Where a party is: in a loopback network each has an address of its own, so that the server knows
    who floods it.

    @param server: the literal address of the server.
    @param route: ours, from which packets to it leave.
    """
    address = ipaddress.ip_address(server)
    if address.version == 4 and address.is_loopback:
        network = ipaddress.ip_network(f"{server}/24", strict=False)
        return str(network[FIRST_HOST + part.number])
    return route
