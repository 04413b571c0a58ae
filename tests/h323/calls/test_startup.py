"""
When the H.245 of a call begins, and where it is tried.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import Clock

from h323d.h323.calls import startup
from h323d.h323.calls.startinputs import StartUp
from h323d.h323.calls.startup import Way, hasChosen, newStartUp, wayNow
from h323d.h323.calls.tunnelling import Tunnel
from h323d.tracing import states
from h323d.values.address import TransportAddress
from tests.support.h323 import PROFILE
from tests.support.machinetable import Step, Table, Witness, behaviourOf

THEIRS = TransportAddress("10.0.0.9", 5000)


@dataclass
class Call:
    """
    Answers the machine's questions; the rest is written down.
    """

    witness: Witness
    agreement: Tunnel = Tunnel.OFF
    media: bool = False
    waits: bool = False
    spoke: bool = False

    def tunnel(self) -> Tunnel:
        return self.agreement

    def hasMedia(self) -> bool:
        return self.media

    def isListening(self) -> bool:
        return self.waits

    def peerSpoke(self) -> bool:
        return self.spoke

    def __getattr__(self, name: str) -> Callable[..., Any]:
        told: Callable[..., Any] = getattr(self.witness, name)
        return told


WAYS: dict[str, list[Step]] = {
    "chosen": [("choose", PROFILE)],
    "proposed": ["place", "offerFastStart"],
    "parallel": ["place", "offerFastStart", "speakInSetup"],
    "early": ["place", "speakInSetup"],
    "seeking": ["place"],
    "begun": ["place", "begun"],
    "wanting": ["place", "answered"],
    "asked": ["place", "answered", "ask"],
    "unheard": ["place", "speakInSetup", "answered"],
    "established": ["place", "begun", "answered"],
    "ending": ["end"],
    "stopped": ["stop"],
}


def behaviour(address: bool = False, **answers: Any) -> Table:
    """
    @param address: whether the peer has told its address, before anything else.
    @param answers: what the call says when it is asked.
    """

    def new(witness: Witness, clock: IReactorTime) -> StartUp:
        machine = newStartUp(Call(witness, **answers), clock)
        if address:
            machine.addressTold(THEIRS)
        return machine

    given = {
        "choose": (PROFILE,),
        "addressTold": (THEIRS,),
        "listening": (TransportAddress("10.0.0.2", 5000),),
    }
    return behaviourOf(startup.MACHINE, new, given, WAYS)


def difference(found: Table, usual: Table) -> Table:
    """
    The pairs of which something else comes; a state alone, where nothing comes of them any more.
    """
    changed: Table = {}
    for state in WAYS | {"unchosen": []}:
        row, before = found.get(state, {}), usual.get(state, {})
        for name in row.keys() | before.keys():
            if row.get(name) != before.get(name):
                changed.setdefault(state, {})[name] = row.get(name, state)
    return changed


TABLE: Table = {
    "unchosen": {
        "choose": "chosen: choose, listen",
        "end": "ending: endControl",
        "place": "seeking",
        "stop": "stopped: stopControl",
    },
    "chosen": {
        "choose": "chosen: chooseAnew",
        "end": "ending: endControl",
        "sent": "seeking: adoptFastStart",
        "stop": "stopped: stopControl",
    },
    "proposed": {
        "answered": "wanting: refuseFastStart, guardExpired in 30 s",
        "begun": "begun",
        "choose": "proposed: chooseAnew",
        "controlHeard": "seeking: refuseFastStart",
        "end": "ending: endControl",
        "fastStartDecided": "seeking: openChannels",
        "speakInSetup": "parallel",
        "startH245Heard": "seeking: refuseFastStart",
        "stop": "stopped: stopControl",
    },
    "parallel": {
        "abandoned": "proposed",
        "answered": "unheard: refuseFastStart, guardExpired in 30 s, graceExpired in 0.2 s",
        "choose": "parallel: chooseAnew",
        "end": "ending: endControl",
        "fastStartDecided": "early: openChannels",
        "startH245Heard": "early: refuseFastStart",
        "stop": "stopped: stopControl",
    },
    "early": {
        "abandoned": "seeking",
        "answered": "unheard: refuseFastStart, guardExpired in 30 s, graceExpired in 0.2 s",
        "choose": "early: chooseAnew",
        "end": "ending: endControl",
        "startH245Heard": "early: refuseFastStart",
        "stop": "stopped: stopControl",
    },
    "seeking": {
        "answered": "wanting: refuseFastStart, guardExpired in 30 s",
        "begun": "begun",
        "choose": "seeking: chooseAnew",
        "end": "ending: endControl",
        "offerFastStart": "proposed",
        "speakInSetup": "early",
        "startH245Heard": "seeking: refuseFastStart",
        "stop": "stopped: stopControl",
    },
    "begun": {
        "abandoned": "seeking",
        "answered": "established: refuseFastStart, guardExpired in 30 s",
        "choose": "begun: chooseAnew",
        "controlHeard": "begun: refuseFastStart",
        "end": "ending: endControl",
        "fastStartDecided": "begun: openChannels",
        "lost": "begun: controlLost",
        "startH245Heard": "begun: refuseFastStart",
        "stop": "stopped: stopControl",
    },
    "wanting": {
        "ask": "asked: listen",
        "begun": "established",
        "choose": "wanting: chooseAnew",
        "end": "ending: stop guardExpired, endControl",
        "guardExpired": "wanting: mediaMissing",
        "pathFailed": "asked: listen",
        "seek": "asked: listen",
        "startH245Heard": "wanting: refuseFastStart",
        "stop": "stopped: stop guardExpired, stopControl",
    },
    "asked": {
        "begun": "established",
        "choose": "asked: chooseAnew",
        "end": "ending: stop guardExpired, endControl",
        "guardExpired": "asked: mediaMissing",
        "listening": "asked: sendStartH245",
        "startH245Heard": "asked: refuseFastStart",
        "stop": "stopped: stop guardExpired, stopControl",
    },
    "unheard": {
        "abandoned": "wanting: stop graceExpired",
        "choose": "unheard: chooseAnew",
        "end": "ending: stop graceExpired, stop guardExpired, endControl",
        "graceExpired": "established: repeatControl",
        "guardExpired": "unheard: mediaMissing",
        "startH245Heard": "unheard: refuseFastStart",
        "stop": "stopped: stop graceExpired, stop guardExpired, stopControl",
    },
    "established": {
        "abandoned": "wanting",
        "choose": "established: chooseAnew",
        "end": "ending: stop guardExpired, endControl",
        "guardExpired": "established: mediaMissing",
        "lost": "established: controlLost",
        "startH245Heard": "established: refuseFastStart",
        "stop": "stopped: stop guardExpired, stopControl",
    },
    "ending": {
        "lost": "ending: controlEnded",
        "stop": "stopped: stopControl",
    },
}
"""
Where the peer has told nothing yet: no tunnel, no address, no media.
"""

WITH_ADDRESS: Table = {
    "proposed": {
        "startH245Heard": "seeking: refuseFastStart, dial False",
    },
    "parallel": {
        "startH245Heard": "early: refuseFastStart, dial False",
    },
    "early": {
        "startH245Heard": "early: refuseFastStart, dial False",
    },
    "seeking": {
        "seek": "seeking: dial False",
        "startH245Heard": "seeking: refuseFastStart, dial False",
    },
    "begun": {
        "startH245Heard": "begun: refuseFastStart, dial False",
    },
    "wanting": {
        "seek": "wanting: dial False",
        "startH245Heard": "wanting: refuseFastStart, dial False",
    },
    "asked": {
        "seek": "asked: dial True",
        "startH245Heard": "asked: refuseFastStart, dial True",
    },
    "unheard": {
        "startH245Heard": "unheard: refuseFastStart, dial False",
    },
    "established": {
        "startH245Heard": "established: refuseFastStart, dial False",
    },
    "unchosen": {
        "choose": "chosen: choose",
    },
}
"""
What changes where the peer's C{h245Address} is known (H.323, 8.2.3).
"""

WITH_TUNNEL: Table = {
    "seeking": {
        "pathFailed": "seeking: useTunnel",
        "seek": "seeking: useTunnel",
    },
    "wanting": {
        "pathFailed": "wanting: useTunnel",
        "seek": "wanting: useTunnel",
    },
    "asked": {
        "pathFailed": "asked: useTunnel",
        "seek": "asked: useTunnel",
    },
    "unchosen": {
        "choose": "chosen: choose",
    },
}
"""
What changes where both sides tunnel (H.323, 8.2.1).
"""

WITH_MEDIA: Table = {
    "parallel": {
        "answered": "unheard: refuseFastStart, graceExpired in 0.2 s",
    },
    "early": {
        "answered": "unheard: refuseFastStart, graceExpired in 0.2 s",
    },
    "begun": {
        "answered": "established: refuseFastStart",
        "lost": "begun",
    },
    "wanting": {
        "guardExpired": "wanting: waitNoMore",
        "pathFailed": "wanting",
        "seek": "wanting",
    },
    "asked": {
        "guardExpired": "asked: waitNoMore",
    },
    "unheard": {
        "end": "ending: stop graceExpired, endControl",
        "guardExpired": "unheard",
        "stop": "stopped: stop graceExpired, stopControl",
    },
    "established": {
        "end": "ending: endControl",
        "guardExpired": "established",
        "lost": "established",
        "stop": "stopped: stopControl",
    },
}
"""
What changes where fast start has opened media: nobody is asked for
H.245, or given up without it.
"""


def test_theTable() -> None:
    assert behaviour() == TABLE


def test_aKnownAddressIsDialled() -> None:
    assert difference(behaviour(address=True), TABLE) == WITH_ADDRESS


def test_anAgreedTunnelIsUsed() -> None:
    assert difference(behaviour(agreement=Tunnel.AGREED), TABLE) == WITH_TUNNEL


def test_openMediaLeavesNoHurry() -> None:
    assert difference(behaviour(media=True), TABLE) == WITH_MEDIA


def test_whoListensAlreadyAsksNobody() -> None:
    found = difference(behaviour(waits=True), TABLE)
    assert found == {"wanting": {"seek": "wanting", "pathFailed": "wanting"}}


def test_whoSpeaksH245AlreadyDoesNotDialAsAsked() -> None:
    found = behaviour(address=True, spoke=True)
    rows = {state: row["startH245Heard"] for state, row in TABLE.items() if "startH245Heard" in row}
    assert {state: found[state]["startH245Heard"] for state in rows} == rows


def test_theBestWayThatIsOpen() -> None:
    # by (address known, answered)
    assert {
        tunnel: {
            (known, answered): wayNow(tunnel, known, answered)
            for known in (False, True)
            for answered in (False, True)
        }
        for tunnel in Tunnel
    } == {
        Tunnel.AGREED: {
            (False, False): Way.TUNNEL,
            (False, True): Way.TUNNEL,
            (True, False): Way.TUNNEL,
            (True, True): Way.TUNNEL,
        },
        Tunnel.OFFERED: {
            (False, False): Way.NOT_YET,
            (False, True): Way.NONE,
            (True, False): Way.NOT_YET,
            (True, True): Way.CONNECTION,
        },
        Tunnel.OFF: {
            (False, False): Way.NONE,
            (False, True): Way.NONE,
            (True, False): Way.CONNECTION,
            (True, True): Way.CONNECTION,
        },
    }


def test_onlyWhoIsCalledHasYetToChoose() -> None:
    assert states(startup.MACHINE) == {"unchosen", *WAYS}
    machine = newStartUp(Call(Witness({})), Clock())
    assert not hasChosen(machine)
    machine.place()
    assert hasChosen(machine)
