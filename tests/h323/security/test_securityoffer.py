"""
What of an offer of proofs is chosen.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.h323.security.h235 import ALGORITHM
from h323d.h323.security.passwordtokens import CAT, CAT_ALGORITHM, MD5, MD5_ALGORITHM
from h323d.h323.security.securityoffer import OFFER, chosenOf, promised

HASH, RADIUS = ("pwdHash", None), ("authenticationBES", ("radius", None))
VERSION_1 = (0, 0, 8, 235, 0, 1, 6)


def offer(mechanisms: list[Any], algorithms: list[Any]) -> dict[str, Any]:
    return {"authenticationCapability": mechanisms, "algorithmOIDs": algorithms}


def test_whatWeOfferIsWhatWeChoose() -> None:
    assert promised(OFFER)
    assert chosenOf(OFFER, ()) == {"authenticationMode": HASH, "algorithmOID": ALGORITHM}


@pytest.mark.parametrize("fields", [{}, {"authenticationCapability": []}, offer([], [])])
def test_whoSaysNothingPromisesNothing(fields: dict[str, Any]) -> None:
    assert not promised(fields)
    assert chosenOf(fields, (MD5, CAT)) is None


def test_whoSaysHalfPromisesAndIsChosenNothing() -> None:
    for fields in ({"authenticationCapability": [HASH]}, {"algorithmOIDs": [ALGORITHM]}):
        assert promised(fields)
        assert chosenOf(fields, ()) is None


@pytest.mark.parametrize(
    ("algorithms", "weak", "mode", "algorithm"),
    [
        ([MD5_ALGORITHM, VERSION_1, ALGORITHM], (MD5,), HASH, ALGORITHM),
        ([MD5_ALGORITHM, VERSION_1], (MD5,), HASH, VERSION_1),
        ([CAT_ALGORITHM, MD5_ALGORITHM], (MD5, CAT), HASH, MD5_ALGORITHM),
        ([CAT_ALGORITHM, MD5_ALGORITHM], (CAT,), RADIUS, CAT_ALGORITHM),
    ],
)
def test_theBestThatIsTakenIsChosen(
    algorithms: list[Any], weak: tuple[str, ...], mode: Any, algorithm: Any
) -> None:
    chosen = {"authenticationMode": mode, "algorithmOID": algorithm}
    assert chosenOf(offer([HASH, RADIUS], algorithms), weak) == chosen


@pytest.mark.parametrize("algorithm", [MD5_ALGORITHM, CAT_ALGORITHM])
def test_weakOnesAreNotTakenUnlessConfigured(algorithm: Any) -> None:
    assert chosenOf(offer([HASH, RADIUS], [algorithm]), ()) is None


def test_aWayNeedsItsMechanism() -> None:
    assert chosenOf(offer([RADIUS], [ALGORITHM]), ()) is None
    assert chosenOf(offer([HASH], [CAT_ALGORITHM]), (CAT,)) is None
