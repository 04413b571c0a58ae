"""
What the how-to guides of routing and of neighbours tell people to write does what it says.
"""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any

import pytest
from zope.interface.verify import verifyObject

from h323d.call.applications import Refusal
from h323d.config.reading import parse
from h323d.gatekeeper.routing.chain import Called, ICalledPolicy
from h323d.gatekeeper.routing.http import HTTPAnswer
from h323d.h323.signalling.addresses import partyFromText
from h323d.values.address import TransportAddress

GUIDES = Path(__file__).parents[3] / "docs" / "howto"
PAGE = GUIDES / "route-calls.rst"


def blocks(language: str, page: Path = PAGE) -> list[str]:
    """
    The code blocks of a page in one language.
    """
    found = re.findall(rf"\.\. code-block:: {language}\n\n((?:    .*\n|\n)+)", page.read_text())
    return [textwrap.dedent(each) for each in found]


@pytest.mark.parametrize("text", blocks("toml"))
def test_theConfigurationsAreValid(text: str) -> None:
    assert parse(text, "page").routing is not None


@pytest.mark.parametrize("text", blocks("toml", GUIDES / "secure-neighbours.rst"))
def test_theNeighboursHavePasswords(text: str) -> None:
    neighbours = parse(text, "page").routing.neighbours
    assert neighbours
    assert all(each.signs for each in neighbours)


def test_theAnswersByHTTPAreUnderstood() -> None:
    (text,) = [each for each in blocks("text") if "destinations" in each]
    answers = [line.split("   ")[0] for line in text.splitlines() if line]
    assert len(answers) == 5
    for answer in answers:
        HTTPAnswer(answer.encode())


def test_thePolicyIsOne() -> None:
    (code,) = blocks("python")
    names: dict[str, Any] = {}
    exec(compile(code, str(PAGE), "exec"), names)
    policy = names["Laboratory"](None)
    assert verifyObject(ICalledPolicy, policy)
    inside = TransportAddress("10.7.0.1", 1719)
    number, other = (partyFromText(each) for each in ("7123", "1001"))
    assert policy.find(Called((number,), source=inside)) is None
    assert isinstance(policy.find(Called((other,), source=inside)), Refusal)
    assert policy.find(Called((other,), source=TransportAddress("10.8.0.1", 1719))) is None
