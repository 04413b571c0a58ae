"""
Records: lines of canonical JSON.
"""

from __future__ import annotations

import json
from hashlib import sha256

import pytest

from h323d.errors import DecodeError, EncodeError
from h323d.witness.log.record import (
    GENESIS,
    MAX_LINE,
    canonical,
    cleaned,
    read,
    timestampOf,
    written,
)

WHEN = "2027-01-15T08:00:00.000Z"


def line(data: dict[str, object] | None = None) -> bytes:
    return written(7, "admission", WHEN, data or {"b": 1, "a": "ö"}, GENESIS)[0]


def test_aRecordIsOneLineWithItsSixMembersInOrder() -> None:
    told = line()
    assert b"\n" not in told
    assert list(json.loads(told)) == [
        "data", "hash", "index", "msg_type", "prev_hash", "timestamp",
    ]  # fmt: skip


def test_theHashIsThatOfAllOtherMembers() -> None:
    members = json.loads(line())
    own = members.pop("hash")
    rest = json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert sha256(rest.encode()).hexdigest() == own


def test_whatIsWrittenIsRead() -> None:
    record = read(line())
    assert (record.index, record.msgType, record.timestamp) == (7, "admission", WHEN)
    assert (record.data, record.prevHash) == ({"b": 1, "a": "ö"}, GENESIS)


@pytest.mark.parametrize(
    "value",
    [1.5, float("nan"), 2**53, {"ö": 1}, {1: 1}, "\ud800", b"x", {"a": [{"b": 0.1}]}],
    ids=repr,
)
def test_whatARecordCannotHaveIsRefused(value: object) -> None:
    with pytest.raises(EncodeError):
        canonical({"a": value} if not isinstance(value, dict) else value)


def test_aRecordThatIsTooLongForATileIsRefused() -> None:
    with pytest.raises(EncodeError, match=f"of which {MAX_LINE} may be"):
        line({"a": "x" * MAX_LINE})


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"[]",
        b"{}",
        b'{"a":1}',
        b"\xff",
        b"[" * 100_000,
        line().replace(b"128", b"129").replace(b'"b":1', b'"b":2'),
        line().replace(b'"b":1', b'"b":1.0'),
        line().replace(b'"b":1', b'"b":1e400'),
        line().replace(b'"b":1', b'"b":-0'),
        line().replace(b'"b":1', b'"b":9007199254740993'),
        line().replace(b'"b":1', b'"b":1,"b":1'),
        line().replace(b'"b":1', b'"b": 1'),
        line().replace(b'"index":7', b'"index":true'),
        line().replace(b'"index":7', b'"index":"7"'),
        line().replace("ö".encode(), b"\\u00f6"),
        line().replace("ö".encode(), b"\\ud800"),
        line() + b" ",
        b" " * (MAX_LINE + 1),
    ],
    ids=lambda each: repr(each[:40]),
)
def test_whatIsNotTheCanonicalFormOfARecordIsRefused(bad: bytes) -> None:
    with pytest.raises(DecodeError):
        read(bad)


def test_aNameOfAMemberThatIsNotASCIIIsRefused() -> None:
    body = '{"data":{"ö":1},"index":0,"msg_type":"x","prev_hash":"","timestamp":""}'
    own = sha256(body.encode()).hexdigest()
    with pytest.raises(DecodeError, match="not ASCII"):
        read(body.replace('"index"', f'"hash":"{own}","index"').encode())


def test_halvesOfCharactersThatStandAloneAreReplaced() -> None:
    assert cleaned("a\ud800b") == "a\ufffdb"
    assert cleaned("\U0001f600") == "\U0001f600"
    assert cleaned("plain") == "plain"


def test_timesHaveMillisecondsInUTC() -> None:
    assert timestampOf(1_800_000_000.0625) == "2027-01-15T08:00:00.062Z"
