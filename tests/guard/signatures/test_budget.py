"""
What may be spent on signatures.
"""

from __future__ import annotations

from h323d.guard.signatures.budget import SignatureBudget


def spent(budget: SignatureBudget, host: str, now: float, times: int) -> int:
    return sum(budget.take(host, now) for _ in range(times))


def test_aSourceHasABurstAndThenSoManyASecond() -> None:
    budget = SignatureBudget()
    assert spent(budget, "a", 0.0, 300) == 100
    assert spent(budget, "a", 1.0, 300) == 50
    assert spent(budget, "b", 1.0, 300) == 100


def test_halfOfAllIsKeptForThoseWhoProved() -> None:
    budget = SignatureBudget()
    budget.proved("known", 0.0)
    assert sum(spent(budget, f"forged{number}", 0.0, 100) for number in range(30)) == 1000
    assert spent(budget, "known", 0.0, 100) == 100


def test_nobodyIsKnownForEver() -> None:
    budget = SignatureBudget()
    budget.proved("known", 0.0)
    assert spent(budget, "known", 600.0, 1) == 1
    sum(spent(budget, f"forged{number}", 601.0, 100) for number in range(30))
    assert spent(budget, "known", 601.0, 1) == 0


def test_whoRanOutIsNotLockedOut() -> None:
    budget = SignatureBudget()
    spent(budget, "a", 0.0, 1000)
    assert spent(budget, "a", 0.1, 10) == 5
