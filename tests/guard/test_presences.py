"""
Where guardians are registered.
"""

from __future__ import annotations

from h323d.guard.presences import Presence, Presences
from h323d.guard.registry.guardian import ProofForm
from h323d.values.address import TransportAddress

HERE = TransportAddress("10.0.0.2", 1719)
THERE = TransportAddress("10.0.0.2", 1720)


def presence(presences: Presences, name: str = "anna") -> Presence:
    return Presence(
        f"if://guardian/{name}", ProofForm.ED25519, b"k", "h323", HERE, (THERE,), presences
    )


def test_whoRegistersIsThereUntilThatIsOver() -> None:
    presences = Presences()
    anna = presence(presences)
    presences.arrive(anna)
    assert presences.at("h323", HERE) is anna
    assert presences.at("h323", THERE) is anna
    assert (presences.at("sip", THERE), len(presences)) == (None, 1)
    anna.end()
    anna.end()
    assert (presences.at("h323", HERE), len(presences)) == (None, 0)


def test_whoRenewsARegistrationHasTheSame() -> None:
    presences = Presences()
    assert presence(presences) == presence(presences)
    assert presence(presences) != presence(presences, "bert")


def test_whoHasGoneDoesNotTakeAlongWhoCameAfter() -> None:
    presences = Presences()
    anna, bert = presence(presences), presence(presences, "bert")
    presences.arrive(anna)
    presences.arrive(bert)
    anna.end()
    assert presences.at("h323", HERE) is bert
