"""
What can be seen of a server by HTTP.
"""

from __future__ import annotations

from typing import Any

from treq.testing import StubTreq

from h323d.call.gates import MAINTENANCE
from h323d.call.protection import UNPROTECTED
from h323d.operation.health import HealthView, healthOf
from h323d.operation.measures import Measures
from h323d.web.config import WebConfig
from h323d.web.observing import Observing
from tests.support.simulation import Simulation


class FakeServer:
    """
    One that has no calls.
    """

    shut = None

    reactorLate = 0.0

    def health(self) -> HealthView:
        return healthOf(self.shut, UNPROTECTED, True, False)

    def measures(self) -> Measures:
        return Simulation().server("10.0.0.1").server.operator.vitals.measures(UNPROTECTED)


def ask(observing: Observing, path: str) -> tuple[int, bytes]:
    stub: Any = StubTreq(observing.endpoints)
    answers: list[Any] = []
    stub.get(f"http://h323d.example{path}").addCallback(answers.append)
    stub.content(answers[0]).addCallback(answers.append)
    return answers[0].code, answers[1]


def test_healthIsLookedAtAnewEachTime() -> None:
    server = FakeServer()
    observing = Observing(WebConfig(), server, "here")
    assert ask(observing, "/health")[0] == 200
    server.shut = MAINTENANCE  # type: ignore[assignment]  # as the gates have it
    assert ask(observing, "/health")[0] == 503


def test_metricsTellOfRequestsToo() -> None:
    observing = Observing(WebConfig(metricsFrom=("0.0.0.0/0", "::/0")), FakeServer(), "here")
    ask(observing, "/nothing")
    code, text = ask(observing, "/metrics")
    assert code == 200
    assert b'h323_http_requests_total{endpoint="other",status="404"} 1.0' in text
    assert b'h323_gatekeeper_up{instance="here",role="active"} 1.0' in text


def test_metricsAreForSomeNetworksOnly() -> None:
    observing = Observing(WebConfig(metricsFrom=("192.0.2.1",)), FakeServer(), "here")
    assert (ask(observing, "/metrics")[0], ask(observing, "/health")[0]) == (403, 200)


def test_theConfigurationSaysWhichServerItIs() -> None:
    everywhere = ("0.0.0.0/0", "::/0")
    config = WebConfig(metricsFrom=everywhere, instance="council-a")
    assert b'{instance="council-a",' in ask(Observing(config, FakeServer(), "here"), "/metrics")[1]
