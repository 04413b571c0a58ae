"""
Who looks at a server from outside, in every turn, changes nothing of what it does.
"""

from __future__ import annotations

from h323d.call.protection import UNPROTECTED
from h323d.h323.calls.callstart import StartUpOptions
from h323d.ha.records import InputRecord, Record
from h323d.values.address import TransportAddress
from h323d.web.metrics import Metrics, Seen
from tests.support.led import LedServer, follow
from tests.support.simulatedphone import Telephone
from tests.support.simulation import Simulation

SERVER = "10.0.0.1"


class LookedAt(LedServer):
    """
    A server of which all that there is to see is looked at before each turn.
    """

    looks = 0

    def note(self, record: Record) -> None:
        super().note(record)
        if isinstance(record, InputRecord) and hasattr(self.inside, "server"):
            vitals = self.inside.server.operator.vitals
            vitals.measures(UNPROTECTED)
            self.looks += 1


def test_aFollowerThatNobodyLooksAtDoesTheSame() -> None:
    with Simulation(seed=4) as world:
        server = world.started(LookedAt(world, SERVER))
        assert isinstance(server, LookedAt)
        anna = Telephone(world, "10.0.0.2", "anna", 1000)
        bert = Telephone(world, "10.0.0.3", "bert", 700)
        anna.call("80001", StartUpOptions(True, True, False), TransportAddress(SERVER, 1720))
        bert.call(f"sip:80001@{SERVER};transport=tcp")
        world.run(0.6)
        assert server.inside.server.conference.participants == 2
        world.leave()
        turns = server.leading.turn
    follow(server.newInside(), server.log)
    assert server.looks > turns / 2


def test_whatCallersSayOfThemselvesIsNowhereInTheFigures() -> None:
    hostile = '<script>alert(1)</script>"} 1\n'
    with Simulation(seed=5) as world:
        server = world.started(LedServer(world, SERVER))
        anna = Telephone(world, "10.0.0.2", hostile, 1000)
        anna.call("80001", StartUpOptions(True, True, False), TransportAddress(SERVER, 1720))
        world.run(0.6)
        vitals = server.inside.server.operator.vitals
        assert hostile.strip() in str(server.inside.server.operator.calls())
        seen = Seen(vitals.measures(UNPROTECTED), "here", 0.0, {})
        text = Metrics(lambda: seen).answer().body
        assert b'h323_facts_total{fact="CallAdmitted"} 1.0' in text
        assert b"script" not in text
        world.leave()
