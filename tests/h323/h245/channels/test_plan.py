"""
The channel that we send one medium on: the machine that opens and closes it.
"""

from __future__ import annotations

from typing import Any, cast

import pytest
from twisted.internet.task import Clock

from h323d.h323.h245.channels.plan import MACHINE, ChannelPlan, ChannelPlanOwner, newChannelPlan
from h323d.h323.h245.owner import H245Failure
from h323d.tracing import stateName
from tests.support.machinetable import Table, Witness, behaviourOf

CHANNEL: Any = "101"  # Any: the machine looks into neither
TRANSMIT: Any = "as said"
WAYS: dict[str, list[Any]] = {
    "lent": [("adopt", CHANNEL, TRANSMIT)],
    "returning": [("adopt", CHANNEL, TRANSMIT), "close"],
    "closed": ["allow"],
    "lacking": ["allow", ("missing", H245Failure.NO_CHANNEL)],
    "opening": ["allow", ("open", CHANNEL)],
    "flowing": ["allow", ("open", CHANNEL), ("opened", CHANNEL, TRANSMIT)],
    "closing": ["allow", ("open", CHANNEL), "close"],
    "ended": ["stop"],
}
GIVEN: dict[str, tuple[Any, ...]] = {
    "adopt": (CHANNEL, TRANSMIT),
    "keep": (CHANNEL, TRANSMIT),
    "open": (CHANNEL,),
    "missing": (H245Failure.NO_COMMON_FORMAT,),
    "opened": (CHANNEL, TRANSMIT),
    "closeWanted": (101, "normal"),
}

# The owner says that nothing can be opened, that nothing suits, and that what is sent is as said.
TABLE: Table = {
    "waiting": {
        "adopt": "lent: adoptChannel 101",
        "allow": "closed: nextChannel, lack",
        "closeWanted": "waiting: refuseToClose 101",
        "keep": "closed: nextChannel, lack",
        "release": "ended",
        "stop": "ended",
    },
    "lent": {
        "allow": "closing: suits 101, closeChannel 101, transmitStopped",
        "close": "returning: closeChannel 101, transmitStopped",
        "closeWanted": "returning: agreeToClose 101 normal, closeChannel 101, transmitStopped",
        "gone": "waiting: transmitStopped",
        "improve": "returning: suits 101, closeChannel 101, transmitStopped",
        "keep": "closing: suits 101, closeChannel 101, transmitStopped",
        "reconsider": "returning: suits 101, closeChannel 101, transmitStopped",
        "release": "ended: closeChannel 101, transmitStopped",
        "stop": "ended",
    },
    "returning": {
        "allow": "closing",
        "closeWanted": "returning: refuseToClose 101",
        "gone": "waiting",
        "keep": "closing",
        "release": "ended",
        "stop": "ended",
    },
    "closed": {
        "adopt": "flowing: adoptChannel 101",
        "allow": "closed: nextChannel, lack",
        "closeWanted": "closed: refuseToClose 101",
        "improve": "closed: nextChannel, lack",
        "missing": "lacking: channelMissing NO_COMMON_FORMAT",
        "open": "opening: openChannel 101",
        "reconsider": "closed: nextChannel, lack",
        "release": "ended",
        "stop": "ended",
    },
    "lacking": {
        "adopt": "flowing: adoptChannel 101",
        "allow": "lacking: nextChannel",
        "closeWanted": "lacking: refuseToClose 101",
        "improve": "closed: nextChannel, lack",
        "open": "opening: openChannel 101",
        "reconsider": "closed: nextChannel, lack",
        "release": "ended",
        "stop": "ended",
    },
    "opening": {
        "allow": "closing: suits 101, closeChannel 101",
        "close": "closing: closeChannel 101",
        "closeWanted": "closing: agreeToClose 101 normal, closeChannel 101",
        "gone": "closed: nextChannel, lack",
        "improve": "closing: suits 101, closeChannel 101",
        "opened": "flowing: transmitReady as said",
        "reconsider": "closing: suits 101, closeChannel 101",
        "release": "ended: closeChannel 101",
        "stop": "ended",
    },
    "flowing": {
        "allow": "closing: suits 101, closeChannel 101, transmitStopped",
        "close": "closing: closeChannel 101, transmitStopped",
        "closeWanted": "closing: agreeToClose 101 normal, closeChannel 101, transmitStopped",
        "gone": "closed: transmitStopped, nextChannel, lack",
        "improve": "closing: suits 101, closeChannel 101, transmitStopped",
        "reconsider": "closing: suits 101, closeChannel 101, transmitStopped",
        "release": "ended: closeChannel 101, transmitStopped",
        "stop": "ended",
    },
    "closing": {
        "closeWanted": "closing: refuseToClose 101",
        "gone": "closed: nextChannel, lack",
        "release": "ended",
        "stop": "ended",
    },
    "ended": {
        "closeWanted": "ended: refuseToClose 101",
    },
}


def _new(owner: Any, clock: Clock) -> ChannelPlan:
    return newChannelPlan(owner)


def _newPlan(**answers: Any) -> tuple[Witness, ChannelPlan]:
    witness = Witness(answers)
    return witness, newChannelPlan(cast(ChannelPlanOwner, witness))


def test_theTableIsWhole() -> None:
    found = behaviourOf(MACHINE, _new, GIVEN, WAYS, {"renewed": TRANSMIT})
    assert found == TABLE


def test_aChannelIsOpenedAsSoonAsThatIsAllowed() -> None:
    owner, plan = _newPlan(nextChannel=CHANNEL)
    plan.reconsider()
    assert owner.done == []
    plan.allow()
    assert owner.done == ["nextChannel", "openChannel 101"]
    assert stateName(plan) == "opening"


def test_anotherIsOpenedWhenTheOneBeforeIsGone() -> None:
    owner, plan = _newPlan(nextChannel=CHANNEL)
    plan.allow()
    plan.close()
    owner.done.clear()
    plan.reconsider()
    assert owner.done == []
    plan.gone()
    assert owner.done == ["nextChannel", "openChannel 101"]


def test_whatIsMissingIsToldOnceUntilSomethingChanges() -> None:
    owner, plan = _newPlan(lack=H245Failure.NO_CHANNEL)
    plan.allow()
    plan.allow()
    assert owner.done.count("channelMissing NO_CHANNEL") == 1
    assert stateName(plan) == "lacking"
    plan.reconsider()
    assert owner.done.count("channelMissing NO_CHANNEL") == 2


def test_aChannelThatThePeerWantsClosedIsClosedLikeAnyOther() -> None:
    owner, plan = _newPlan(suits=True, renewed=TRANSMIT)
    plan.adopt(CHANNEL, TRANSMIT)
    plan.allow()
    owner.done.clear()
    plan.closeWanted(101, "normal")
    assert owner.done == ["agreeToClose 101 normal", "closeChannel 101", "transmitStopped"]
    assert stateName(plan) == "closing"


@pytest.mark.parametrize("allowed", [False, True])
def test_whatSuitsStaysUnlessOnlyTheBestMay(allowed: bool) -> None:
    owner, plan = _newPlan(suits=True, renewed=TRANSMIT)
    plan.adopt(CHANNEL, TRANSMIT)
    if allowed:
        plan.allow()
    plan.reconsider()
    assert stateName(plan) == ("flowing" if allowed else "lent")
    plan.improve()
    assert owner.done[-3:] == ["isBest 101", "closeChannel 101", "transmitStopped"]


@pytest.mark.parametrize("step", ["reconsider", "improve"])
def test_whatIsSentOtherwiseInTheSameChannelIsToldOnce(step: str) -> None:
    owner, plan = _newPlan(suits=True, isBest=True, renewed="otherwise")
    plan.adopt(CHANNEL, TRANSMIT)
    getattr(plan, step)()
    getattr(plan, step)()
    assert owner.done.count("transmitReady otherwise") == 1


@pytest.mark.parametrize("step", ["reconsider", "improve"])
def test_whatIsAskedForAndSuitsIsWaitedFor(step: str) -> None:
    _owner, plan = _newPlan(nextChannel=CHANNEL, suits=True, isBest=True)
    plan.allow()
    getattr(plan, step)()
    assert stateName(plan) == "opening"
