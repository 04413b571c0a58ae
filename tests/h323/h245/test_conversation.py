"""
How far the H.245 of a call has come.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from twisted.internet.task import Clock

from h323d.h323.h245 import conversation
from h323d.h323.h245.conversation import Conversation, hasStarted, isOpen, newConversation
from h323d.tracing import stateName
from tests.support.machinetable import Step, Table, Witness, behaviourOf

WAYS: dict[str, list[Step]] = {
    "waiting": ["startBesideFastConnect"],
    "running": ["start"],
    "ending": ["end"],
    "over": ["stop"],
}

TABLE: Table = {
    "answering": {
        "end": "ending: releaseChannels, stopEntities, endTimedOut in 3 s, sendEnd",
        "peerEnds": "over: sendEnd, stopEntities, ended",
        "released": "ending: stopEntities, endTimedOut in 3 s, sendEnd",
        "start": "running: beginEntities",
        "startBesideFastConnect": "waiting: beginEntities",
        "stop": "over: stopEntities",
    },
    "waiting": {
        "capabilitiesChanged": "waiting: tellCapabilities",
        "end": "ending: releaseChannels, stopEntities, endTimedOut in 3 s, sendEnd",
        "openChannels": "running: allowChannels",
        "peerEnds": "over: sendEnd, stopEntities, ended",
        "released": "ending: stopEntities, endTimedOut in 3 s, sendEnd",
        "stop": "over: stopEntities",
        "takenBack": "waiting: negotiateAnew",
    },
    "running": {
        "capabilitiesChanged": "running: tellCapabilities",
        "end": "ending: releaseChannels, stopEntities, endTimedOut in 3 s, sendEnd",
        "peerEnds": "over: sendEnd, stopEntities, ended",
        "released": "ending: stopEntities, endTimedOut in 3 s, sendEnd",
        "roleSettled": "running: allowChannels",
        "stop": "over: stopEntities",
        "takenBack": "running: negotiateAnew",
    },
    "ending": {
        "answered": "over: stop endTimedOut, stopEntities, ended",
        "endTimedOut": "over: stopEntities, ended",
        "peerEnds": "over: stop endTimedOut, stopEntities, ended",
        "stop": "over: stop endTimedOut, stopEntities",
    },
}


@dataclass
class Session:
    """
    Says whether the roles are settled; the rest is written down.
    """

    witness: Witness
    settled: bool = True

    def isRoleSettled(self) -> bool:
        return self.settled

    def __getattr__(self, name: str) -> Callable[..., Any]:
        told: Callable[..., Any] = getattr(self.witness, name)
        return told


def behaviour(settled: bool) -> Table:
    def new(witness: Witness, clock: Clock) -> Conversation:
        return newConversation(Session(witness, settled), clock)

    return behaviourOf(conversation.MACHINE, new, {}, WAYS)


def test_theTable() -> None:
    assert behaviour(settled=True) == TABLE


def test_whileTheRolesAreOpenNoChannelIs() -> None:
    waiting = TABLE["waiting"] | {"openChannels": "running"}
    assert behaviour(settled=False) == TABLE | {"waiting": waiting}


class Stopped(Witness):
    """
    Stops the session when it hears that something cannot be sent.
    """

    def __init__(self) -> None:
        super().__init__({})
        self.machine = newConversation(self, Clock())

    def releaseChannels(self) -> None:
        self.machine.stop()

    def sendEnd(self) -> None:
        self.done.append("sendEnd")
        self.machine.stop()


def test_whoIsStoppedWhileItsChannelIsReleasedSaysNoMore() -> None:
    owner = Stopped()
    owner.machine.end()
    assert owner.done == ["stopEntities"]
    assert stateName(owner.machine) == "over"


def test_whoIsStoppedWhileItAnswersTheEndReportsNothing() -> None:
    owner = Stopped()
    owner.machine.peerEnds()
    assert owner.done == ["sendEnd", "stopEntities"]
    assert stateName(owner.machine) == "over"


@pytest.mark.parametrize(
    ("inputs", "open_", "started"),
    [
        ([], True, False),
        (["startBesideFastConnect"], True, True),
        (["start"], True, True),
        (["end"], False, False),
        (["stop"], False, False),
    ],
    ids=["answering", *WAYS],
)
def test_whatMayBeDoneInEachState(inputs: list[str], open_: bool, started: bool) -> None:
    machine = newConversation(Session(Witness({})), Clock())
    for each in inputs:
        getattr(machine, each)()
    assert (isOpen(machine), hasStarted(machine)) == (open_, started)
