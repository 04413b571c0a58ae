"""
C{h323ctl decode}: finds out what it was given - hexadecimal digits, a SIP message, or a
capture - and prints what that says.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from h323d.cli.decoding.capturefile import framesIn, isCapture
from h323d.cli.decoding.conversation import Conversations
from h323d.cli.decoding.hexdump import isHex, octetsOf
from h323d.cli.decoding.messages import View, looksLikeSIP, viewOf
from h323d.cli.decoding.packets import segmentOf
from h323d.errors import DecodeError

__all__ = ["decode"]

LARGEST = 256 << 20  # octets of a file


def decode(given: Sequence[str], kind: str | None, reencode: bool, asJSON: bool) -> None:
    """
    @param given: hexadecimal digits in one piece or several, the name of a file, or C{-} for
        standard input.
    @param kind: what it is, or which messages of a capture are wanted; C{None} guesses, or
        wants all.
    @param asJSON: whether a capture is printed as a list.

    @raise DecodeError: it cannot be read, or decoded.
    """
    data = _read(given)
    if not isCapture(data):
        print(json.dumps(_message(data, kind, reencode), indent=2))
        return
    conversations = Conversations(reencode)
    views = [view for view in conversations.read(framesIn(data)) if kind in (None, view["kind"])]
    if asJSON:
        print(json.dumps(views, indent=2))
    elif views:
        _printAll(views)
    else:
        what = kind or "RAS, H.225.0, H.245 or SIP"
        print(f"no {what}; {conversations.passedOver} packets of other things")


def _read(given: Sequence[str]) -> bytes:
    """
    What was given, or what stands in the file that was.
    """
    (first, *others) = given
    if given == ["-"]:
        return sys.stdin.buffer.read(LARGEST)
    if others or isHex(first):
        return "".join(given).encode()
    try:
        with Path(first).open("rb") as file:
            return file.read(LARGEST)
    except OSError as error:
        raise DecodeError(f"neither hexadecimal nor a file: {error.strerror}", first) from error


def _message(data: bytes, kind: str | None, reencode: bool) -> View:
    """
    The one message that is given as text, as octets, or with the headers of its packet.
    """
    octets = _octets(data)
    packet = segmentOf(octets)
    return viewOf(kind, octets if packet is None else packet.payload, reencode)


def _octets(data: bytes) -> bytes:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return data
    if looksLikeSIP(data):
        return _linesOfSIP(text)
    if any(not (each.isprintable() or each.isspace()) for each in text):
        return data
    return octetsOf(text)


def _linesOfSIP(text: str) -> bytes:
    """
    A message that was copied as text, with its line ends as they were.
    """
    message = text.replace("\r\n", "\n").replace("\n", "\r\n")
    return (message if "\r\n\r\n" in message else message.rstrip() + "\r\n\r\n").encode()


def _printAll(views: Iterable[View]) -> None:
    for view in views:
        names = ("frame", "seconds", "transport", "from", "to", "kind")
        frame, seconds, transport, source, target, kind = (view[name] for name in names)
        said = {key: value for key, value in view.items() if key not in names}
        print(
            f"-- frame {frame}, {seconds:.6f} s, {transport}, {source} > {target}: "
            f"{kind} {_nameOf(view)}".rstrip()
        )
        print(said.get("undecodable") or _sipText(said) or json.dumps(said, indent=2), end="\n\n")


def _nameOf(view: View) -> str:
    """
    What a message is called by its standard.
    """
    if "message" in view:  # a CHOICE, and for H.245 one within it
        name, inner = next(iter(view["message"].items()))
        nested = view["kind"] == "h245" and isinstance(inner, dict) and len(inner) == 1
        return str(next(iter(inner)) if nested else name)
    return str(view.get("messageType") or view.get("method") or view.get("status") or "")


def _sipText(view: View) -> str:
    """
    A SIP message as it was sent, but for the names of its header fields; empty for another.
    """
    if "headers" not in view:
        return ""
    start = (
        f"{view['method']} {view['uri']} SIP/2.0"
        if "method" in view
        else f"SIP/2.0 {view['status']} {view['reason']}"
    )
    lines = [start, *(f"{name}: {value}" for name, value in view["headers"])]
    body = [line.rstrip("\r") for line in view["body"].split("\n")]
    return "\n".join(_showable(line) for line in (*lines, "", *body)).rstrip()


def _showable(line: str) -> str:
    return "".join(
        each if each.isprintable() or each == "\t" else each.encode("unicode_escape").decode()
        for each in line
    )
