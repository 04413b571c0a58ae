from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from h323d.gatekeeper.bandwidth import Bandwidth, Claim
from h323d.gatekeeper.config import GatekeeperConfig
from tests.support.memory import heldBy

CALLING = Claim(b"call", "anna", False)
CALLED = Claim(b"call", "bert", True)
OTHER = Claim(b"other", "carla", False)


def books(**limits: Any) -> Bandwidth:
    return Bandwidth(replace(GatekeeperConfig(), **limits))


def test_bothSidesOfACallCountOnce() -> None:
    bandwidth = books(totalBandwidth=1280)
    assert bandwidth.claim(CALLING, 1280)
    assert bandwidth.claim(CALLED, 1280)
    assert bandwidth.used == 1280
    assert not bandwidth.claim(OTHER, 1)


def test_theSideThatWantsMoreDecidesWhatTheCallUses() -> None:
    bandwidth = books()
    bandwidth.claim(CALLING, 1280)
    bandwidth.claim(CALLED, 2000)
    assert bandwidth.used == 2000
    bandwidth.release(CALLED)
    assert bandwidth.used == 1280


def test_oneCallCannotHaveMoreThanItsLimit() -> None:
    bandwidth = books(bandwidthPerCall=1000)
    assert bandwidth.allowed(CALLING) == 1000
    assert not bandwidth.claim(CALLING, 1001)
    assert bandwidth.used == 0


def test_anEndpointsCallsShareItsLimit() -> None:
    bandwidth = books(bandwidthPerEndpoint=2000)
    second = Claim(b"second", "anna", False)
    assert bandwidth.claim(CALLING, 1280)
    assert not bandwidth.claim(second, 1280)
    assert bandwidth.allowed(second) == 720


def test_lessIsAlwaysGranted() -> None:
    bandwidth = books(totalBandwidth=1280)
    bandwidth.claim(CALLING, 1280)
    assert bandwidth.claim(CALLING, 640)
    assert bandwidth.used == 640


def test_manyCallersUnderOneCallIdentifierAllCount() -> None:
    bandwidth = books(totalBandwidth=2000)
    assert bandwidth.claim(CALLING, 1280)
    assert not bandwidth.claim(Claim(b"call", "eve", False), 1280)


def test_aCallThatAsksForLittleCountsWithTheFloor() -> None:
    bandwidth = books(minimumBandwidthPerCall=200, bandwidthPerCall=1000)
    assert [bandwidth.counted(wanted) for wanted in (1, 500, 4000)] == [200, 500, 1000]


def test_whatACallReallyUsesCountsWhereItIsMore() -> None:
    bandwidth = books(totalBandwidth=4000)
    bandwidth.claim(CALLING, 1280)
    bandwidth.observe(CALLING, 3000)
    assert (bandwidth.used, bandwidth.usedBy("anna")) == (3000, 3000)
    assert bandwidth.allowed(OTHER) == 1000
    bandwidth.observe(CALLING, 640)
    assert (bandwidth.used, bandwidth.uses(CALLING)) == (1280, 640)
    bandwidth.observe(CALLING, 3000)
    bandwidth.release(CALLING)
    assert bandwidth.used == 0


def test_whoUsesTooMuchIsNotGrantedItForThat() -> None:
    bandwidth = books(totalBandwidth=2000)
    bandwidth.claim(CALLING, 1280)
    bandwidth.observe(CALLING, 9000)
    assert not bandwidth.claim(CALLING, 9000)
    assert bandwidth.allowed(OTHER) == 0


def test_whoHasNoClaimIsNotCounted() -> None:
    bandwidth = books()
    bandwidth.observe(OTHER, 9000)
    assert (bandwidth.used, bandwidth.uses(OTHER)) == (0, None)


def test_whatIsSeenOfACallCountsForBothItsSides() -> None:
    bandwidth = books(totalBandwidth=4000)
    bandwidth.claim(CALLING, 1280)
    bandwidth.claim(CALLED, 640)
    bandwidth.watch(b"call", 3000, True)
    assert bandwidth.used == 3000
    assert bandwidth.usedBy(CALLING.endpointId) == bandwidth.usedBy(CALLED.endpointId) == 3000
    bandwidth.watch(b"call", 700, True)
    assert bandwidth.used == 1280
    assert bandwidth.usedBy(CALLED.endpointId) == 700
    bandwidth.watch(b"call", None, False)
    assert bandwidth.usedBy(CALLED.endpointId) == 640


def test_wholeSightIsBelievedBeforeWhatIsTold() -> None:
    bandwidth = books()
    bandwidth.claim(CALLING, 1280)
    bandwidth.observe(CALLING, 5000)
    bandwidth.watch(b"call", 2000, True)
    assert (bandwidth.used, bandwidth.uses(CALLING)) == (2000, 2000)


def test_whereNotAllIsSeenTheGreaterCounts() -> None:
    bandwidth = books()
    bandwidth.claim(CALLING, 1280)
    bandwidth.watch(b"call", 2000, False)
    bandwidth.observe(CALLING, 1500)
    assert bandwidth.used == 2000
    bandwidth.observe(CALLING, 5000)
    assert bandwidth.used == 5000


def test_aCallThatNobodyAskedForCountsWithWhatIsSeen() -> None:
    bandwidth = books(totalBandwidth=4000)
    bandwidth.watch(b"call", 3000, True)
    assert bandwidth.used == 3000
    assert bandwidth.claimsOf(b"call") == ()
    assert bandwidth.allowed(OTHER) == 1000
    bandwidth.claim(CALLING, 1280)
    assert (bandwidth.used, bandwidth.usedBy(CALLING.endpointId)) == (3000, 3000)
    bandwidth.release(CALLING)
    assert bandwidth.used == 3000


def test_lowerLimitsTakeNothingAway() -> None:
    bandwidth = books(totalBandwidth=4000)
    bandwidth.claim(CALLING, 3000)
    bandwidth.reconfigure(GatekeeperConfig(totalBandwidth=1000))
    assert bandwidth.used == 3000
    assert bandwidth.allowed(OTHER) == 0
    assert bandwidth.claim(CALLING, 500)
    assert bandwidth.allowed(OTHER) == 500


def test_theClaimsOfACallAreFound() -> None:
    bandwidth = books()
    bandwidth.claim(CALLING, 1)
    bandwidth.claim(CALLED, 1)
    assert bandwidth.claimsOf(b"call") == (CALLING, CALLED)
    assert bandwidth.claimsOf(b"other") == ()


@given(
    st.lists(
        st.tuples(
            st.sampled_from([b"a", b"b"]),
            st.sampled_from(["x", "y"]),
            st.booleans(),
            st.integers(-1, 500),
        ),
        max_size=30,
    )
)
def test_theBooksNeverExceedTheTotalAndEndEmpty(
    steps: list[tuple[bytes, str, bool, int]],
) -> None:
    bandwidth = books(totalBandwidth=700, bandwidthPerEndpoint=600)
    claims = set()
    for call, endpoint, answer, amount in steps:
        claim = Claim(call, endpoint, answer)
        claims.add(claim)
        if amount < 0:
            bandwidth.release(claim)
        else:
            granted = bandwidth.claim(claim, amount)
            if amount <= bandwidth.allowed(claim):
                assert granted
        assert 0 <= bandwidth.used <= 700
        assert bandwidth.usedBy(endpoint) <= 600
    for claim in claims:
        bandwidth.release(claim)
    assert bandwidth.used == 0
    assert heldBy(bandwidth) == heldBy(books())


def take(bandwidth: Bandwidth, what: str, claim: Claim, amount: int, complete: bool) -> None:
    match what:
        case "claim":
            bandwidth.claim(claim, amount)
        case "release":
            bandwidth.release(claim)
        case "observe":
            bandwidth.observe(claim, amount)
        case _:
            bandwidth.watch(claim.call, amount, complete)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["claim", "release", "observe", "watch"]),
            st.sampled_from([CALLING, CALLED, OTHER]),
            st.integers(0, 500),
            st.booleans(),
        ),
        max_size=30,
    )
)
def test_theBooksAddUpWhateverIsSeenAndTold(
    steps: list[tuple[str, Claim, int, bool]],
) -> None:
    bandwidth = books()
    alone = {claim.call: books() for claim in (CALLING, OTHER)}  # as if there were one call
    for what, claim, amount, complete in steps:
        for each in (bandwidth, alone[claim.call]):
            take(each, what, claim, amount, complete)
        assert bandwidth.used == sum(each.used for each in alone.values())
    for claim in (CALLING, CALLED, OTHER):
        bandwidth.release(claim)
        bandwidth.watch(claim.call, None, False)
    assert bandwidth.used == 0
    assert heldBy(bandwidth) == heldBy(books())


def test_whatIsAllowedWithoutLimitsFitsABandWidth() -> None:
    assert books().allowed(CALLING) == 2**32 - 1  # H.225.0, BandWidth


def test_whoHasMoreThanItCouldHaveNowKeepsItByAskingForIt() -> None:
    bandwidth = books()
    assert bandwidth.claim(CALLING, 1000)
    bandwidth.reconfigure(replace(GatekeeperConfig(), totalBandwidth=500))
    assert bandwidth.claim(CALLING, 1000)
    assert not bandwidth.claim(CALLING, 1001)
    assert bandwidth.used == 1000
