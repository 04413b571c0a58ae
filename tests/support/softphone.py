"""
A SIP phone of PJSIP's for system tests, with as many names and calls as a test wants.
"""

from __future__ import annotations

import importlib.util
import json
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from h323d.dsp.libraries import Missing
from h323d.media.libsrtp import libsrtp
from h323d.values.media.encryption import CryptoSuite
from tests.support.processes import Process, waitFor

__all__ = ["CODECS", "SoftPhone"]

CODECS = {
    "PCMU": "PCMU/8000/1",
    "PCMA": "PCMA/8000/1",
    "GSM": "GSM/8000/1",
    "G722": "G722/16000/1",
}
_CONTROL = 4444  # as in pjsuaphone

View = dict[str, Any]  # Any: whatever JSON can say


class SoftPhone(Process):
    """
    Each of its names speaks one codec, and answers whoever calls it in one way.
    """

    def __init__(
        self, directory: Path, address: str, tone: int, shown: tuple[str, str] | None = None
    ) -> None:
        """
        @param tone: Hz, what it plays into every call.
        @param shown: the files of the certificate that it shows over TLS, and of its key.
        """
        super().__init__(directory, f"pjsua-{address}")
        self.address = address
        self._tone = tone
        self._shown = shown or ()
        self._names: dict[str, int] = {}

    def command(self) -> Sequence[str]:
        if importlib.util.find_spec("pjsua2") is None:
            pytest.skip("pjsua2 (pip install pjsua2-python) is not installed")
        script = Path(__file__).with_name("pjsuaphone.py")
        return [sys.executable, str(script), self.address, str(self._tone), *self._shown]

    @staticmethod
    def suite() -> str:
        """
        What it encrypts by with us: it offers AES_256_CM before others.
        """
        if isinstance(libsrtp(), Missing):
            return CryptoSuite.AES_CM_80.value
        return CryptoSuite.AES_256_CM_80.value

    def ready(self) -> bool:
        try:
            return self.calls() == []
        except OSError:
            return False

    def register(
        self,
        name: str,
        server: str,
        codec: str,
        answer: int = 200,
        srtp: str = "off",
        password: str = "",
        mail: bool = False,
        **calls: str | int,
    ) -> None:
        """
        @param server: its address, and how it is spoken to, as in C{"192.0.2.1;transport=tls"}.
        @param codec: all that it speaks, of L{CODECS}.
        @param answer: the status that it answers calls with.
        @param srtp: C{"off"}, C{"optional"} or C{"mandatory"}.
        @param password: the name's; empty where none is asked for.
        @param mail: whether it asks for messages that wait.
        @param calls: of PJSIP's C{AccountCallConfig}; constants by name.
        """
        details = {"number": name, "server": server, "srtp": srtp, "password": password}
        more = {"codec": CODECS[codec], "answer": answer, "calls": calls, "mail": mail}
        index = self._do("register", **more, **details)
        self._names[name] = index
        waitFor(lambda: self._do("accounts")[index] == 200, 10, f"{name} registers")

    def call(self, name: str, uri: str, **headers: str) -> int:
        """
        @param headers: further header fields of the INVITE.

        @return: the number of the call: they count from 0, those that come too.
        """
        number: int = self._do("call", account=self._names[name], uri=uri, headers=headers)
        return number

    def write(self, name: str, uri: str, text: str) -> None:
        """
        Send a text.
        """
        self._do("write", account=self._names[name], uri=uri, text=text)

    def watch(self, name: str, uri: str) -> int:
        """
        Subscribe to somebody's presence.

        @return: the number of the question.
        """
        question: int = self._do("watch", account=self._names[name], uri=uri)
        return question

    def watched(self, name: str, question: int) -> int:
        """
        @return: the status that has ended it; 0 if none has.
        """
        status: int = self._do("watched", account=self._names[name], question=question)
        return status

    def written(self, name: str) -> View:
        """
        @return: C{texts} that have come to a name, each with C{from} and C{text}; the statuses of
            those C{sent}; and what has come of its C{mail}, whole.
        """
        view: View = self._do("written", account=self._names[name])
        return view

    def answer(self, call: int, status: int = 200) -> None:
        """
        @param status: 1xx too.
        """
        self._do("answer", call=call, status=status)

    def update(self, call: int) -> None:
        """
        By UPDATE, with an offer.
        """
        self._do("update", call=call)

    def move(self, name: str, address: str, call: int, update: bool) -> None:
        """
        Have another address from now on, as in another network: a name registers from there, and a call of it
        goes on there.

        @param update: whether the other side of the call is told by UPDATE, not by INVITE.
        """
        account = self._names[name]
        self._do("move", account=account, address=address, call=call, update=update)

    def calls(self) -> list[View]:
        """
        @return: what there is to tell of each, in the words of PJSIP.
        """
        calls: list[View] = self._do("calls")
        return calls

    def change(self, call: int, hold: bool = False, codec: str = "") -> None:
        """
        Hold; or resume, with another codec.
        """
        self._do("change", call=call, hold=hold, codec=CODECS.get(codec, ""))

    def transfer(self, call: int, uri: str = "", other: int = -1) -> None:
        """
        Have the other side of a call call somebody; or join it with that of another call.
        """
        self._do("transfer", call=call, uri=uri, other=other)

    def press(self, call: int, digits: str, method: str = "rfc4733") -> None:
        """
        One after the other.

        @param method: C{"rfc4733"} or C{"info"}.
        """
        self._do("digits", call=call, digits=digits, method=method)

    def inform(self, call: int, kind: str, body: str) -> None:
        """
        Send an INFO.

        @param kind: its content type.
        """
        self._do("inform", call=call, kind=kind, body=body)

    def hangup(self, call: int, status: int = 0) -> None:
        """
        @param status: that of a refusal, while it rings.
        """
        self._do("hangup", call=call, status=status)

    def until(self, call: int, what: str, **wanted: object) -> View:
        """
        Wait until a call is so.
        """

        def found() -> View | None:
            calls = self.calls()
            if len(calls) <= call:
                return None
            view = calls[call]
            return view if all(view.get(key) == value for key, value in wanted.items()) else None

        view: View = waitFor(found, 10, what)
        return view

    def _do(self, what: str, **details: object) -> Any:
        with (
            socket.create_connection((self.address, _CONTROL), 5) as connection,
            connection.makefile("rw") as stream,
        ):
            stream.write(json.dumps({"do": what, **details}) + "\n")
            stream.flush()
            answer = json.loads(stream.readline())
        assert "is" in answer, answer
        return answer["is"]
