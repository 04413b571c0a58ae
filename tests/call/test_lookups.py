"""
A world without DNS, web and files.
"""

from __future__ import annotations

from typing import Any

import pytest
from zope.interface.verify import verifyObject

from h323d.call.lookups import IFiles, INames, IWeb, LookupFailed, NoFiles, NoNames, NoWeb


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
