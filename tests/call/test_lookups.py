"""
A world without DNS and web.
"""

from __future__ import annotations

from typing import Any

from zope.interface.verify import verifyObject

from h323d.call.lookups import INames, IWeb, LookupFailed, NoNames, NoWeb


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
