"""
What the guard costs a call: the whole gate, from a signed ARQ to its lease, and what it costs to
refuse who cannot be let in.

C{python benchmarks/guard.py [N]}
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Callable
from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from twisted.internet.task import Clock

from h323d.call.applications import Admission, Application, Door, Texts
from h323d.guard.config import GuardConfig
from h323d.guard.guard import Guard
from h323d.guard.keyfile import SigningKey
from h323d.guard.registry.reading import parse
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.proof import Proof

GUARDIANS = 25
START = 1_800_000_000
ROOM = PartyAddress(AddressKind.DIALLED_DIGITS, "80001")
OCTETS = b"IF.guard/1 ras\0" + bytes(400)


def keyOf(number: int) -> SigningKey:
    secret = hashlib.sha256(b"%d" % number).digest()
    return SigningKey(Ed25519PrivateKey.from_private_bytes(secret))


def newGuard(clock: Clock) -> Guard:
    entries = "".join(
        f"  - terminal_id: if://guardian/{n}\n    public_key: {keyOf(n).public}\n"
        f"    aliases: h323:g{n}\n"
        for n in range(GUARDIANS)
    )
    return Guard(GuardConfig("it", "council-1"), parse(f"guardians:\n{entries}"), clock)


def applications(count: int, now: int) -> list[Application]:
    keys = [keyOf(n) for n in range(GUARDIANS)]
    signatures = [key.sign(OCTETS) for key in keys]
    made = []
    for number in range(count):
        who = number % GUARDIANS
        proof = Proof(
            "ed25519",
            f"if://guardian/{who}",
            now,
            number.to_bytes(16),
            keys[who].public.raw,
            OCTETS,
            signatures[who],
            "council-1",
        )
        name = PartyAddress(AddressKind.H323_ID, f"g{who}")
        made.append(
            Application(
                Door.ARQ,
                "h323",
                TransportAddress(f"10.0.{who}.1", 1719),
                "e",
                (proof,),
                (name,),
                (ROOM,),
                Texts("Guardian Technical", (f"g{who}",)),
                128_000,
                callIdentifier=f"{number:032x}",
                registered=(name,),
            )
        )
    return made


def timed(judge: Callable[[Application], object], asked: list[Application]) -> list[float]:
    """
    Microseconds of the processor for each.
    """
    taken = []
    for each in asked:
        begun = time.process_time()
        judge(each)
        taken.append(1e6 * (time.process_time() - begun))
    return sorted(taken)


def show(what: str, taken: list[float]) -> None:
    p50, p99 = (taken[int(len(taken) * part)] for part in (0.5, 0.99))
    print(f"{what:32} p50 {p50:7.0f} us   p99 {p99:7.0f} us   max {taken[-1]:7.0f} us")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    clock = Clock()
    clock.advance(START)
    guard = newGuard(clock)
    clock.advance(10)
    asked = applications(count, START + 10)

    def admit(application: Application) -> None:
        clock.advance(0.01)  # or each source would spend its budget
        verdict = guard.judge(application)
        assert isinstance(verdict, Admission), verdict
        for lease in verdict.leases:
            lease.end()

    fresh = [
        replace(each, proofs=(replace(each.proofs[0], time=int(START + 10 + number * 0.01)),))
        for number, each in enumerate(asked)
    ]
    show("admitted, signed", timed(admit, fresh))
    show("refused: replay", timed(guard.judge, fresh[-1000:]))
    unknown = [replace(each, proofs=(replace(each.proofs[0], key=b"x" * 32),)) for each in fresh]
    show("refused: unknown key", timed(guard.judge, unknown[-1000:]))
    show("refused: nothing shown", timed(guard.judge, [replace(each, proofs=()) for each in asked]))


if __name__ == "__main__":
    main()
