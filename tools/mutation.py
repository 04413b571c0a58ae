"""
How much the tests see: break a module in small ways, one at a time, and run its tests.

A change that no test notices (a survivor) is a line that is not tested, or one that
means nothing.  Those that are known to mean nothing are in L{EQUIVALENT}, with the reason, and are
not drawn.  The others are drawn at random, with a seed, so that a run can be repeated; the report
names each survivor.  It is a report, and no gate.

::

    python tools/mutation.py                              a sample of the protocol core
    python tools/mutation.py --each 25 rtp/jitter  25 changes of one module

The modules are never changed on disk: each run of the tests is a process of its own,
which compiles the one module otherwise (C{-p tools.mutation}, C{H323D_MUTANT}).
"""

from __future__ import annotations

import argparse
import ast
import importlib.abc
import importlib.machinery
import importlib.util
import os
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[1]
VARIABLE = "H323D_MUTANT"
TIMEOUT = 120.0  # seconds; a change that makes the tests hang is noticed, too

CORE = {
    "call/gates": ("call",),
    "call/switch": ("call",),
    "gatekeeper/bandwidth": ("gatekeeper/test_bandwidth.py",),
    "gatekeeper/registry/registrations": ("gatekeeper/registry",),
    "gatekeeper/security/authentication": ("gatekeeper/security",),
    "h323/calls/call": ("h323/calls/test_call.py",),
    "h323/h245/lcse": ("h323/h245/test_lcse.py",),
    "h323/signalling/q931": ("h323/signalling/test_q931.py", "fuzz/test_q931.py"),
    "h323/calls/startup": ("h323/calls/test_startup.py",),
    "h323/signalling/tpkt": ("h323/signalling/test_tpkt.py",),
    "media/audio/latch": ("media/audio/test_latch.py",),
    "rtp/jitter": ("rtp/test_jitter.py",),
    "sip/calls/calledsession": ("sip/calls/test_calledsession.py",),
    "sip/calls/callingsession": ("sip/calls/test_callingsession.py",),
    "sip/sdp/negotiation": ("sip/sdp/test_negotiation.py",),
    "sip/transactions/inviteserver": ("sip/transactions/test_inviteserver.py",),
    "witness/assembly": ("witness/test_assembly.py",),
}
"""The protocol core, and the tests of each of its modules, below C{tests}."""

EQUIVALENT = {
    (
        "gatekeeper/registry/registrations",
        "super().__init__(aliases)",
        "super().__init__(aliases) left out",
    ): "an exception has its arguments from its making",
    (
        "gatekeeper/security/authentication",
        "return True",
        "True -> False",
    ): "nobody asks this of who discovers: it sends no answer to anything of ours",
    (
        "media/audio/latch",
        "sequence: int = 0",
        "0 -> 1",
    ): "it is looked at only with a candidate, who brings its own",
    (
        "media/audio/latch",
        "run: int = 0",
        "0 -> 1",
    ): "it is counted on only with a candidate, who begins at 1",
    (
        "rtp/jitter",
        "newer = (ends - newest).view(np.int32) > 0",
        "Gt -> GtE",
    ): "an end that is equal is the same end",
    (
        "sip/transactions/inviteserver",
        "pause: float = 0.0",
        "0.0 -> 1.0",
    ): "it is set before it is looked at, with the first final answer",
}
"""
Changes that change nothing: module, line, and what would be changed there; and why.
"""

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.LShift: ast.RShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """
    One change.

    @ivar module: its path below C{h323d}, without C{.py}.
    @ivar place: which of the changes that can be made there, counted from 0.
    @ivar line: where.
    @ivar what: in words.
    @ivar text: of the line.
    """

    module: str
    place: int
    line: int
    what: str
    text: str

    @property
    def form(self) -> tuple[str, str, str]:
        """
        As L{EQUIVALENT} has it.
        """
        return self.module, self.text, self.what

    @property
    def isEquivalent(self) -> bool:
        return self.form in EQUIVALENT

    def __str__(self) -> str:
        return f"h323d/{self.module}.py:{self.line} {self.what}"


class _Mutator(ast.NodeVisitor):
    """
    Walks a module, and makes the change number C{wanted}, if there is one.
    """

    def __init__(self, states: Sequence[str], wanted: int = -1) -> None:
        self.found: list[tuple[int, str]] = []
        self._states = states
        self._wanted = wanted

    def _offer(self, node: Any, what: str, **changes: Any) -> None:
        if len(self.found) == self._wanted:
            for name, value in changes.items():
                setattr(node, name, value)
        self.found.append((node.lineno, what))

    def visit_arg(self, node: ast.arg) -> None:
        """Nobody reads annotations while tests run."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for each in (*node.decorator_list, node.args, *node.body):
            self.visit(each)

    def visit_Compare(self, node: ast.Compare) -> None:
        for index, operator in enumerate(node.ops):
            other = _COMPARISONS[type(operator)]
            ops = [*node.ops[:index], other(), *node.ops[index + 1 :]]
            self._offer(node, f"{type(operator).__name__} -> {other.__name__}", ops=ops)
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        other = _ARITHMETIC.get(type(node.op))
        if other is not None and not isinstance(node.left, ast.Constant | ast.Name):
            self._offer(node, f"{type(node.op).__name__} -> {other.__name__}", op=other())
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        self._offer(node, f"{type(node.op).__name__} -> {type(other).__name__}", op=other)
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        self._offer(node, "condition turned round", test=ast.UnaryOp(ast.Not(), node.test))
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            self._offer(node, f"{node.value} -> {not node.value}", value=not node.value)
        elif isinstance(node.value, int | float):
            self._offer(node, f"{node.value} -> {node.value + 1}", value=node.value + 1)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None and not isinstance(node.value, ast.Constant):
            self._offer(node, "returns None", value=ast.Constant(None))
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):
            return  # a docstring
        if isinstance(node.value, ast.Call) and not self._isDeclaration(node.value):
            self._offer(node, f"{ast.unparse(node.value)} left out", value=ast.Constant(None))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr == "to" and self._states:
            target = node.args[0]
            others = [each for each in self._states if each != ast.unparse(target)]
            for other in others:
                name: ast.expr = ast.copy_location(ast.Name(other, ast.Load()), target)
                self._offer(node, f"to {other} instead of {ast.unparse(target)}", args=[name])
        elif len(node.args) >= 2 and not node.keywords and not _isSymmetric(function):
            args = [node.args[1], node.args[0], *node.args[2:]]
            if not any(isinstance(each, ast.Starred) for each in args):
                self._offer(node, f"arguments of {ast.unparse(function)} swapped", args=args)
        self.generic_visit(node)

    def _isDeclaration(self, call: ast.Call) -> bool:
        """
        Whether it declares that a machine ignores something.
        """
        return ast.unparse(call).endswith(".returns(None)")


def _isSymmetric(function: ast.expr) -> bool:
    """
    Whether the order of a function's arguments means nothing.
    """
    return ast.unparse(function) in ("min", "max", "np.minimum", "np.maximum")


def _statesIn(tree: ast.Module) -> list[str]:
    """
    The names of a module's states, as C{idle = builder.state("idle")} gives them.
    """
    return [
        node.targets[0].id
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Attribute)
        and node.value.func.attr == "state"
    ]


def _textOf(module: str) -> str:
    return (ROOT / "h323d" / f"{module}.py").read_text(encoding="utf-8")


def _parse(module: str, place: int = -1) -> tuple[ast.Module, list[tuple[int, str]]]:
    tree = ast.parse(_textOf(module))
    mutator = _Mutator(_statesIn(tree), place)
    mutator.visit(tree)
    return ast.fix_missing_locations(tree), mutator.found


def mutantsOf(module: str) -> list[Mutant]:
    """
    All changes that can be made to a module.
    """
    lines = _textOf(module).splitlines()
    return [
        Mutant(module, place, line, what, lines[line - 1].strip())
        for place, (line, what) in enumerate(_parse(module)[1])
    ]


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """
    Loads the one module with its change.
    """

    def __init__(self, module: str, place: int) -> None:
        self._module = module
        self._place = place
        self._name = f"h323d.{module.replace('/', '.')}"

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        origin = str(ROOT / "h323d" / f"{self._module}.py")
        return importlib.util.spec_from_file_location(fullname, origin, loader=self)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        tree, _ = _parse(self._module, self._place)
        exec(compile(tree, str(module.__file__), "exec"), vars(module))


def _survives(mutant: Mutant) -> bool:
    """
    Whether the tests of its module pass all the same.
    """
    tests = [f"tests/{each}" for each in CORE[mutant.module]]
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    environment = {**os.environ, VARIABLE: f"{mutant.module}:{mutant.place}"}
    try:
        done = subprocess.run(
            [*command, "-p", "tools.mutation", *tests],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _stale() -> list[tuple[str, str, str]]:
    """
    What L{EQUIVALENT} has though it cannot be made any more.
    """
    modules = {module for module, _, _ in EQUIVALENT}
    forms = {mutant.form for module in modules for mutant in mutantsOf(module)}
    return [each for each in EQUIVALENT if each not in forms]


def _chosen(modules: Sequence[str], each: int, seed: int) -> Iterator[Mutant]:
    for module in modules:
        mutants = [mutant for mutant in mutantsOf(module) if not mutant.isEquivalent]
        yield from random.Random(f"{seed}{module}").sample(mutants, min(each, len(mutants)))


def main() -> None:
    parser = argparse.ArgumentParser(description="Break modules, and see whether a test notices.")
    parser.add_argument("modules", nargs="*", help="as in sip/via; the protocol core if none")
    parser.add_argument("--each", type=int, default=8, help="changes of each module (8)")
    parser.add_argument("--seed", type=int, default=1, help="which changes are drawn (1)")
    options = parser.parse_args()
    unknown = [name for name in options.modules if name not in CORE]
    if unknown:
        parser.error(f"{unknown[0]}: not one of {', '.join(CORE)}")
    for stale in _stale():
        parser.error(f"EQUIVALENT has what is not there any more: {stale}")
    mutants = list(_chosen(options.modules or list(CORE), options.each, options.seed))
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        survived = [
            mutant
            for mutant, survives in zip(mutants, workers.map(_survives, mutants), strict=True)
            if survives
        ]
    for mutant in survived:
        print(f"survived: {mutant}")
    noticed = len(mutants) - len(survived)
    print(f"{noticed} of {len(mutants)} changes were noticed: {100 * noticed / len(mutants):.1f} %")


if VARIABLE in os.environ:
    _module, _, _place = os.environ[VARIABLE].partition(":")
    sys.meta_path.insert(0, _Finder(_module, int(_place)))

if __name__ == "__main__":
    main()
