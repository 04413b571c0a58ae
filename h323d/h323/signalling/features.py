"""
Generic extensibility of H.225.0 (H.460.1): which features a message speaks of, and their
parameters.

A feature is named by a number here: a recommendation of the H.460 series.  Those named by an
object identifier or a GUID are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

__all__ = ["Fields", "feature", "featuresIn", "parametersOf", "rawParameter", "withFeature"]

Fields = dict[str, Any]  # Any: whatever the schema says of the field

_LISTS = ("neededFeatures", "desiredFeatures", "supportedFeatures")


def feature(number: int, parameters: Iterable[Fields] = ()) -> Fields:
    """
    A C{FeatureDescriptor} or C{GenericData}.

    @param parameters: C{EnumeratedParameter}s.
    """
    descriptor: Fields = {"id": ("standard", number)}
    if given := list(parameters):
        descriptor["parameters"] = given
    return descriptor


def rawParameter(number: int, octets: bytes | None = None) -> Fields:
    """
    An C{EnumeratedParameter}.

    @param octets: its content; C{None} for one that says all by being there.
    """
    parameter: Fields = {"id": ("standard", number)}
    if octets is not None:
        parameter["content"] = ("raw", octets)
    return parameter


def featuresIn(fields: Mapping[str, Any]) -> Iterator[Fields]:
    """
    All features of a message: in its C{featureSet}, in the lists that a Setup has instead of
    one, and in its C{genericData}.
    """
    for place in (fields.get("featureSet", {}), fields):
        for name in _LISTS:
            yield from place.get(name, ())
    yield from fields.get("genericData", ())


def parametersOf(fields: Mapping[str, Any], number: int) -> dict[int, bytes] | None:
    """
    The parameters of one feature of a message: by number, what is raw in them.

    @return: C{None} if the message does not speak of the feature.
    """
    for descriptor in featuresIn(fields):
        if descriptor["id"] == ("standard", number):
            return dict(_readParameters(descriptor))
    return None


def _readParameters(descriptor: Fields) -> Iterator[tuple[int, bytes]]:
    for parameter in descriptor.get("parameters", ()):
        kind, number = parameter["id"]
        if kind == "standard":
            content = parameter.get("content", ("raw", b""))
            yield number, bytes(content[1]) if content[0] == "raw" else b""


def withFeature(fields: Fields, descriptor: Fields) -> Fields:
    """
    The message with one more supported feature in its C{featureSet}.
    """
    features: Fields = dict(fields.get("featureSet", {"replacementFeatureSet": False}))
    features["supportedFeatures"] = [*features.get("supportedFeatures", ()), descriptor]
    return {**fields, "featureSet": features}
