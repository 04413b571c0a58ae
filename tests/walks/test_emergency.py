"""
The walk of an EMERGENCY: whose seat it has, and what is said of that.
"""

from __future__ import annotations

from pathlib import Path

from h323d.call.applications import CallType
from h323d.call.declaration import Declaration
from h323d.call.particulars import Particulars
from h323d.conference.config import ConferenceConfig
from h323d.config.sections import Configuration
from h323d.events.calls import CallPreempted
from h323d.values.ed25519 import SigningIdentity
from tests.support.guardedhouse import ALICE, SCRIPT, SIGNALLING, House
from tests.support.guardians import entry, signingKey
from tests.support.simulatedphone import Telephone
from tests.support.simulation import Simulation
from tests.support.sippeers import offerBody

ANNA = entry("anna", aliases="e164:1001", may="[ROUTINE, EMERGENCY]")
IDENTITY = SigningIdentity(signingKey("anna"), "if://guardian/anna", "council-1")


def test_anEMERGENCYHasTheSeatOfTheNewestROUTINECall(tmp_path: Path) -> None:
    rooms = Configuration(conference=ConferenceConfig(maxParticipants=2))
    with Simulation(seed=4) as world:
        house = House(world, tmp_path / "registry.yaml", base=rooms)
        house.write(ALICE, SCRIPT, ANNA)
        world.run(6.0)
        house.alice.register()
        world.run(1.0)
        house.alice.call("80001")
        world.run(1.0)
        house.send("INVITE", body=offerBody())
        house.send("ACK", tag=house.phone.messages[-1].toAddress.tag or "")
        urgent = Telephone(world, "10.0.0.7", "1001", signs=IDENTITY)
        emergency = Particulars(declaration=Declaration(CallType.EMERGENCY))
        urgent.call("80001", destination=SIGNALLING, particulars=emergency)
        world.run(1.0)
        assert (house.alice.speaking, urgent.speaking) == (True, True)
        bye = house.phone.messages[-1]
        assert bye.headers.lines("Reason") == (
            'preemption;cause=1;text="UA Preemption", Q.850;cause=8',
        )
        (told,) = house.server.told(CallPreempted)
        assert (told.terminalId, told.byTerminalId, told.what) == (
            *("if://guardian/script", "if://guardian/anna", "seat"),
        )
        house.close()
        world.leave()
