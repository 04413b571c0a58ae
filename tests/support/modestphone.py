"""
A telephone that asks for less bandwidth than its calls come to need.
"""

from __future__ import annotations

from dataclasses import replace

from twisted.internet.defer import Deferred

from h323d.h323.calls.admission import AdmissionGrant, AdmissionRequest
from h323d.h323.calls.leg import H323Leg
from tests.support.simulatedphone import Telephone

__all__ = ["ModestTelephone"]

LITTLE = 640  # in units of 100 bit/s: G.711 in one direction


class ModestTelephone(Telephone):
    """
    @ivar requests: what it has asked for.
    @ivar wanted: how much it asks for, in units of 100 bit/s.
    """

    requests: tuple[AdmissionRequest, ...] = ()
    wanted = LITTLE

    def admit(self, request: AdmissionRequest) -> Deferred[AdmissionGrant]:
        modest = replace(request, bandwidth=self.wanted)
        self.requests = (*self.requests, modest)
        return super().admit(modest)

    @property
    def flowing(self) -> list[str]:
        """
        In which directions there is sound.
        """
        assert isinstance(self.leg, H323Leg)
        states = self.leg.controlStates
        return [way for way in ("in", "out") if states[f"audio {way}"] == "flowing"]
