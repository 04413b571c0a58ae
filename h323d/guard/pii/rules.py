"""
What is personal data in a plain text: social security numbers, mail addresses, telephone numbers,
cards, and IP addresses.

The rules are patterns with their check digits, for names, subjects and chats of a line or two; they
know nothing of what words mean.
"""

from __future__ import annotations

import enum
import ipaddress
import re
from collections.abc import Iterator

from phonenumbers import Leniency, PhoneNumberMatcher
from stdnum import luhn
from stdnum.us import ssn

__all__ = ["Match", "PIIKind", "matches", "numbers"]


class PIIKind(enum.Enum):
    """
    What was found, by the word that stands in its place.
    """

    SSN = "SSN"
    EMAIL = "EMAIL"
    CARD = "CARD"
    IP = "IP"
    PHONE = "PHONE"
    UNEXAMINED = "UNEXAMINED"
    """A text that is longer than any that is looked through."""


Match = tuple[PIIKind, int, int]  # what, and from where to where

LEAST_DIGITS = 7  # of a telephone number
REGION = "US"  # whose national numbers are known without a plus
_SSN = re.compile(r"(?<![\d-])(\d{3})([-. ])(\d{2})\2(\d{4})(?![\d-])")
_NAMED = r"(?:ssn|social security)"
_SSN_NAMED = re.compile(
    rf"(?i)\b{_NAMED}\b\D{{0,16}}(\d{{9}})(?!\d)|(?<!\d)(\d{{9}})\b(?=.{{0,24}}social security)"
)
_EMAIL = re.compile(
    r"[\w.+!#$%&'*/=?^`{|}~\"-]{1,64}\s?(?:@|\(at\)|\[at\])\s?(?:[\w-]{1,63}\.)+[^\W\d_]{2,24}\b"
)
_CARD = re.compile(r"(?<![\d.])\d(?:[ ./-]?\d){12,18}(?!\d)")
_ISSUERS = re.compile(
    r"4\d{12}(?:\d{3})?|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|6\d{15,18}|3[068]\d{12}"
)
_IPV4 = re.compile(r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)")
_NO_MORE = re.compile(r"(?!\.?\d)")  # after the four numbers
_IPV6 = re.compile(r"(?<![\w:])[0-9a-fA-F:]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")
_SHORTEST_IPV6 = 5  # characters: ::1 is as likely a smile


def matches(text: str) -> Iterator[Match]:
    """
    All that there is in a plain text; those that come first say what it is.
    """
    yield from numbers(text)
    if "@" in text or "at" in text:
        for each in _EMAIL.finditer(text):
            yield PIIKind.EMAIL, *each.span()
    yield from _addresses(text)
    if sum(map(str.isdigit, text)) >= LEAST_DIGITS:
        for found in PhoneNumberMatcher(text, REGION, leniency=Leniency.STRICT_GROUPING):
            yield PIIKind.PHONE, found.start, found.end


def numbers(text: str) -> Iterator[Match]:
    """
    Those that may be spread over several texts: social security numbers and cards.
    """
    for each in _SSN.finditer(text):
        if ssn.is_valid("".join(each.group(1, 3, 4))):
            yield PIIKind.SSN, *each.span()
    for each in _SSN_NAMED.finditer(text):
        group = 1 if each[1] else 2
        if ssn.is_valid(each[group]):
            yield PIIKind.SSN, *each.span(group)
    for each in _CARD.finditer(text):
        digits = "".join(filter(str.isdigit, each[0]))
        if _ISSUERS.fullmatch(digits) and luhn.is_valid(digits):
            yield PIIKind.CARD, *each.span()


def _addresses(text: str) -> Iterator[Match]:
    for each in _IPV4.finditer(text):
        if _NO_MORE.match(text, each.end()):
            yield PIIKind.IP, *each.span()
    for each in _IPV6.finditer(text):
        address = each[0].rstrip(":.")
        if len(address) >= _SHORTEST_IPV6 and _isIPv6(address):
            yield PIIKind.IP, each.start(), each.start() + len(address)


def _isIPv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True
