"""
BYE, to who wants to know who sends it, too.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.sip.dialogs.farewell import sendFarewell
from h323d.sip.digest.algorithms import Algorithm
from h323d.sip.digest.answering import Answering
from h323d.sip.digest.fields import Challenge
from h323d.sip.messages.message import SIPRequest, SIPResponse
from tests.support.digest import REALM, FakeSecrets
from tests.support.fakeagent import FakeAgent, FakeFlow, received

BYE: SIPRequest = received("BYE", toTag="x").request


def challenge() -> SIPResponse:
    response = BYE.response(401)
    line = str(Challenge(REALM, "n", Algorithm.SHA_256))
    return response.withHeaders(response.headers.adding("WWW-Authenticate", line))


@pytest.fixture
def agent() -> Any:
    agent: Any = FakeAgent()
    agent.answering = Answering(FakeSecrets(), agent.clock, agent.rng)
    return agent


def test_itIsSentOnceMoreWithWhatIsAskedFor(agent: Any) -> None:
    sendFarewell(agent, BYE, FakeFlow())
    agent.sent[0].user.responseReceived(challenge())
    first, second = (each.request for each in agent.sent)
    assert (first, second.cseq.number) == (BYE, 2)
    assert "Authorization" in second.headers
    agent.sent[1].user.responseReceived(challenge())
    assert len(agent.sent) == 2


@pytest.mark.parametrize("status", [200, 481])
def test_otherAnswersAreNobodys(status: int, agent: Any) -> None:
    sendFarewell(agent, BYE, FakeFlow())
    agent.sent[0].user.responseReceived(BYE.response(status))
    assert len(agent.sent) == 1


def test_silenceIsNobodysEither(agent: Any) -> None:
    for number, name in enumerate(("requestTimedOut", "requestFailed")):
        sendFarewell(agent, BYE, FakeFlow())
        getattr(agent.sent[number].user, name)()
    assert len(agent.sent) == 2


def test_withoutAWayBackItGoesAsItIs(agent: Any) -> None:
    sendFarewell(agent, BYE, None)
    agent.sent[0].user.responseReceived(challenge())
    assert len(agent.sent) == 1


def test_itIsShownByTheAccountThatTheCallWasMadeBy(agent: Any) -> None:
    secrets = FakeSecrets()
    agent.answering = Answering(secrets, agent.clock, agent.rng)
    sendFarewell(agent, BYE, FakeFlow(), "second")
    agent.sent[0].user.responseReceived(challenge())
    assert secrets.accounts == ["second"]
