"""
Features and their parameters in H.225.0 messages.
"""

from __future__ import annotations

from h323d.asn1 import h225
from h323d.h323.signalling.features import feature, parametersOf, rawParameter, withFeature
from tests.support.ras import rrq


def test_aFeatureIsFoundInEveryPlaceThatMessagesHaveForIt() -> None:
    descriptor = feature(18)
    assert parametersOf({"featureSet": {"neededFeatures": [descriptor]}}, 18) == {}
    assert parametersOf({"featureSet": {"desiredFeatures": [descriptor]}}, 18) == {}
    assert parametersOf({"supportedFeatures": [descriptor]}, 18) == {}
    assert parametersOf({"genericData": [descriptor]}, 18) == {}
    assert parametersOf({"genericData": [descriptor]}, 19) is None


def test_featuresNamedOtherwiseAreNotMistakenForOnesOfThatNumber() -> None:
    descriptor = {"id": ("oid", (1, 2, 18)), "parameters": [rawParameter(1, b"x")]}
    assert parametersOf({"genericData": [descriptor]}, 18) is None


def test_parametersThatAreNotRawAreThereAndEmpty() -> None:
    parameter = {"id": ("standard", 2), "content": ("bool", True)}
    assert parametersOf({"genericData": [feature(19, [parameter])]}, 19) == {2: b""}


def test_oneMoreFeatureLeavesTheOthersAndTheMessageItWasMadeOf() -> None:
    fields = withFeature({}, feature(9))
    more = withFeature(fields, feature(18, [rawParameter(1, b"raw"), rawParameter(2)]))
    assert parametersOf(more, 9) == {}
    assert parametersOf(more, 18) == {1: b"raw", 2: b""}
    assert parametersOf(fields, 18) is None


def test_theyPassTheCodec() -> None:
    message = rrq(1, "10.0.0.5")
    fields = withFeature(message.fields, feature(18, [rawParameter(1, b"raw")]))
    octets = h225.encode("RasMessage", (message.name, fields))
    assert parametersOf(h225.decode("RasMessage", octets)[1], 18) == {1: b"raw"}
