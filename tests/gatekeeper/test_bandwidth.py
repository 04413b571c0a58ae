from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from h323d.gatekeeper.bandwidth import Bandwidth, Claim
from h323d.gatekeeper.config import GatekeeperConfig

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
    assert bandwidth.observe(CALLING, 3000)
    assert (bandwidth.used, bandwidth.usedBy("anna")) == (3000, 3000)
    assert bandwidth.allowed(OTHER) == 1000
    assert not bandwidth.observe(CALLING, 640)
    assert bandwidth.used == 1280
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
    assert not bandwidth.observe(OTHER, 9000)
    assert bandwidth.used == 0


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
    assert (bandwidth._endpoints, bandwidth._calls, bandwidth._claims) == ({}, {}, {})
