"""
A meeting of two whole servers and their telephones, on a network that loses and reorders.

Run as a program, it prints the digest of the trace: two runs are the same if they print the
same, whatever C{PYTHONHASHSEED} is.
"""

from __future__ import annotations

import sys

from h323d.call.legs import ILeg
from h323d.call.ways import Way
from h323d.conference.config import ConferenceConfig, RoomConfig
from h323d.config.sections import Configuration
from h323d.gatekeeper.config import GatekeeperConfig
from h323d.h323.calls.callstart import StartUpOptions
from h323d.h323.ras.channel import DISCOVERY_GROUP
from h323d.media.config import MediaConfig
from h323d.sip.calls.originator import SIPOriginator
from h323d.values.address import TransportAddress
from h323d.values.identifiers import CallID
from tests.support.network import Conditions
from tests.support.simulatedphone import PROFILE, LocalParty, Telephone, named
from tests.support.simulation import Simulation

__all__ = ["ROOM", "SIDE_ROOM", "Meeting"]

FIRST, SECOND = "10.0.0.1", "10.0.0.2"
ROOM = "council"  # of the second server; the first does not know it
SIDE_ROOM = "80001"  # of the first
PATIENCE = 64.0  # seconds: by then every message was repeated often enough, or given up
TALK = 0.6  # seconds that all hear all before it is measured


class Meeting:
    """
    Six parties in a room of the second server, two in a room of the first.

    Of the six, two are telephones by H.323, one of them registered with the first server and
    admitted by it; two are telephones by SIP, over UDP and over TCP; two are the first server
    itself, which calls by H.323 and by SIP.

    @ivar registered: the telephone that is registered.
    @ivar parties: those in the second server's room.
    @ivar aside: those in the first server's room.
    @ivar heardBy: once they have gathered, the tones that each party heard, by its own.
    """

    def __init__(self, seed: int) -> None:
        self.world = Simulation(seed, Conditions(loss=0.1, delay=0.01, spread=0.03))
        self.first = self.world.server(FIRST, _configuration("first"))
        self.second = self.world.server(SECOND, _configuration("second", RoomConfig(ROOM)))
        self.registered = Telephone(
            self.world, "10.0.1.1", "phone1", 350, DISCOVERY_GROUP, zone="first"
        )
        phones = [
            Telephone(self.world, f"10.0.1.{number}", f"phone{number}", 150 + 200 * number)
            for number in range(2, 7)
        ]
        ours = [LocalParty(self.first.media, tone) for tone in (1550, 1750)]
        for party in ours:
            self.world.add(party)
        self._slow, self._byUDP, self._byTCP, self._fast, self._beside = phones
        self._byH323, self._bySIP = ours
        self.parties: list[LocalParty] = [self.registered, *phones[:3], *ours]
        self.aside: list[LocalParty] = [*phones[3:]]
        self.heardBy: dict[int, list[int]] = {}

    def gather(self) -> None:
        """
        Let everybody call, and talk a while.
        """
        self.registered.register()
        self.world.until(lambda: "registered" in self.registered.registrations, PATIENCE)
        there = TransportAddress(SECOND, 1720)
        self.registered.call(ROOM, destination=there)
        self._slow.call(ROOM, StartUpOptions(False, False, False), there)
        self._byUDP.call(f"sip:{ROOM}@{SECOND}")
        self._byTCP.call(f"sip:{ROOM}@{SECOND};transport=tcp")
        self._originate(there)
        here = TransportAddress(FIRST, 1720)
        self._fast.call(SIDE_ROOM, StartUpOptions(True, False, False), here)
        self._beside.call(f"sip:{SIDE_ROOM}@{FIRST}")
        everybody = (*self.parties, *self.aside)
        self.world.until(lambda: all(party.speaking for party in everybody), PATIENCE)
        self.world.run(TALK)
        tones = [party.tone for party in everybody]
        self.heardBy = {party.tone: party.heard.heard(tones) for party in everybody}

    def _originate(self, there: TransportAddress) -> None:
        """
        Let the first server call the second by both protocols.
        """
        server = self.first.server
        assert server.h323 is not None
        assert server.sip is not None
        early = StartUpOptions(True, True, True)
        byH323, bySIP = self._byH323, self._bySIP
        way = Way("h323", there, (named(ROOM),))
        byH323.leg = server.h323.originator.originate(
            CallID("h1"), (), way, PROFILE, byH323, options=early
        )
        uri = Way("sip", None, (named(f"sip:{ROOM}@{SECOND}"),))
        originator = SIPOriginator(server.sip)
        bySIP.leg = originator.originate(CallID("s1"), (), uri, PROFILE, bySIP)

    def part(self) -> None:
        """
        Let everybody leave.
        """
        for party in (*self.parties, *self.aside):
            party.hangup()
        self.world.until(lambda: not self._legs(), PATIENCE)
        self.world.leave()

    def _legs(self) -> list[ILeg]:
        return [*self.first.legs, *self.second.legs]


def _configuration(zone: str, *rooms: RoomConfig) -> Configuration:
    return Configuration(
        gatekeeper=GatekeeperConfig(gatekeeperIdentifier=zone),
        media=MediaConfig(maximumPorts=32),
        conference=ConferenceConfig(rooms=rooms),
    )


def main(seed: int) -> str:
    """
    Hold a meeting.

    @return: the digest of its trace.
    """
    meeting = Meeting(seed)
    with meeting.world as world:
        meeting.gather()
        meeting.part()
        return world.trace.digest()


if __name__ == "__main__":
    print(main(int(sys.argv[1])))
