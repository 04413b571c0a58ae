"""
What is personal data, and what only looks like it.
"""

from __future__ import annotations

import pytest

from h323d.guard.pii.rules import PIIKind, matches

PRESENT = {
    PIIKind.SSN: """219-09-9998|number 536 90 4399|536.90.4399|SSN: 536904399|my ssn is 536904399
        |536904399 is my social security number""",
    PIIKind.EMAIL: """a@example.org|write to Anna.L+x@mail.example.co.uk today|anna (at) example.org
        |anna[at]example.org|o'neill@example.org|anna @ example.org""",
    PIIKind.PHONE: """+1 202 555 0143|call +44 20 7183 8750|(202) 555-0143|202-555-0143|+442071838750
        |+49 30 901820""",
    PIIKind.CARD: """4111 1111 1111 1111|4111-1111-1111-1111|5500000000000004|378282246310005
        |card 4111.1111.1111.1111, 12/29""",
    PIIKind.IP: """10.1.2.3|at 192.0.2.17:5060|2001:db8::17|[2001:db8::1]:5060|192.0.2.0/24
        |::ffff:192.0.2.17""",
}
ABSENT = """Anna Lindqvist|1001|80001|Room 4-1-200|Boardroom 12 (4th floor)|HDX 8000
    |Codec 00:50:60:8e:12:ab|TC7.3.21|if://guardian/technical|Vote 2026-11-29 14:30
    |Case 2026/11/0042|ISO 27001:2022|RFC 3261 10.3|10.3.2|EUR 1,250,000.00|0.0.8.2250.0.7
    |1280x720@30|6f1d0a3c-5a2e-4c6b-9f0d-7c1e8a4b2f31|Dossier 000-12-3456|Ticket 123-45-67890
    |4111111111111112|ext. 200345|a@b|foo@localhost|999.1.1.1|2001:2002|room::7|10:30|@council"""


def split(text: str) -> list[str]:
    return [each.strip() for each in text.split("|")]


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in PRESENT.items() for text in split(texts)]
)
def test_itIsFound(kind: PIIKind, text: str) -> None:
    assert kind in {each for each, _, _ in matches(text)}


@pytest.mark.parametrize("text", split(ABSENT))
def test_namesOfRoomsAndMachinesAreNone(text: str) -> None:
    assert list(matches(text)) == []


def test_itIsFoundWhereItStands() -> None:
    text = "mail a@example.org now"
    ((_, start, end),) = matches(text)
    assert text[start:end] == "a@example.org"
