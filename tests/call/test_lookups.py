"""
A world without DNS, web and files, and the order of servers that a DNS names.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from zope.interface.verify import verifyObject

from h323d.call.lookups import (
    IFiles,
    INames,
    IWeb,
    LookupFailed,
    NoFiles,
    NoNames,
    NoWeb,
    ServiceRecord,
    inWeightedOrder,
)


def test_thereAreNoRecords() -> None:
    names = NoNames()
    assert verifyObject(INames, names)
    found: list[Any] = []
    for looking in (names.services("_a._b.c"), names.pointers("1.arpa"), names.hosts("c")):
        looking.addCallback(found.append)
    assert found == [(), (), ()]


def test_thereAreNoPages() -> None:
    web = NoWeb()
    assert verifyObject(IWeb, web)
    failures: list[Any] = []
    web.post("http://c/", b"", 1.0, 10).addErrback(failures.append)
    (failure,) = failures
    assert failure.check(LookupFailed)


def test_thereAreNoFiles() -> None:
    files = NoFiles()
    assert verifyObject(IFiles, files)
    with pytest.raises(FileNotFoundError):
        files.read("a")
    with pytest.raises(FileNotFoundError):
        files.octets("a", 10)


def record(host: str, priority: int, weight: int) -> ServiceRecord:
    return ServiceRecord(priority, weight, host, 1720, 1.0)


def test_eachServerIsTriedOnceAndTheLowestPriorityFirst() -> None:
    records = [record("c", 2, 5), record("a", 1, 0), record("d", 3, 0), record("b", 1, 0)]
    order = [each.host for each in inWeightedOrder(records, random.Random(1))]
    assert sorted(order[:2]) == ["a", "b"]
    assert order[2:] == ["c", "d"]
    assert inWeightedOrder([], random.Random(1)) == ()


def test_amongEqualsTheWeightDecidesHowOften() -> None:
    records = [record("light", 1, 10), record("heavy", 1, 90)]
    rng = random.Random(1)
    first = Counter(inWeightedOrder(records, rng)[0].host for _ in range(1000))
    assert 850 < first["heavy"] < 950
