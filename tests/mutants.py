"""Ask tests about mutmut's mutants, in one session of pytest: `python -m tests.mutants [--wide] [PATTERN ...]`.

Mutmut makes the mutants (`[tool.mutmut]` in pyproject.toml) and shows them, but starts pytest anew for each: a second
and more before the first test. Here all tests are collected and run once, which tells the functions each of them
reaches. Then a process is forked for every mutant and runs the tests that reach its function, until one fails: first
those that failed for the mutants before it, then the quick ones. What came of it is written where mutmut keeps it
(`mutmut results`, `mutmut show NAME`), with the test that failed in `mutants/asked.jsonl`.

Without patterns all mutants of rules and vocabulary are asked about; those that have an answer are only asked about
again with `--again`. `--survivors` asks about those again that survived. `--wide` asks the slow tests, too. `--list` asks
nothing: it prints the survivors of rules, grouped by what they changed (`mutants_list.py`).
"""

from __future__ import annotations

import argparse
import fnmatch
import gc
import json
import os
import random
import resource
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest
from mutmut import __main__ as mutmut
from mutmut.configuration import config
from mutmut.mutation import trampoline
from mutmut.mutation.data import SourceFileMutationData
from mutmut.state import state

from tests.mutants_list import listed

QUICK = config().pytest_add_cli_args_test_selection
WIDE = ["tests/spec", "tests/oracles/test_rules_against_oracles.py", "tests/labs/rules", "tests/labs/vocabulary"]
PLAIN = ["-q", "-s", "--assert=plain", "--tb=native", "-p", "no:unraisableexception", "-p", "no:threadexception",
         "-p", "no:warnings", "-p", "no:logging"]  # fmt: skip
KILLED, SURVIVED, NO_TESTS, TIMEOUT = 1, 0, 33, 36
MEMORY = 6 << 30
LIMIT = 20
"""Seconds of processor time that a mutant may use beyond ten times what its tests take."""


class Asking:
    """A plugin of pytest that, in place of running the tests once, runs them once for every mutant."""

    def __init__(self, wanted: Callable[[str, int | None], bool], workers: int, log: Path, sample: int) -> None:
        self.wanted, self.workers, self.log, self.sample = wanted, workers, log, sample
        self.reaches: dict[str, list[pytest.Item]] = defaultdict(list)
        self.seconds: dict[str, float] = {}
        self.failed_before: dict[str, list[str]] = defaultdict(list)
        self.running: dict[int, tuple[SourceFileMutationData, str, int]] = {}
        self.done = 0

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """A failing example need not be made small."""
        from hypothesis import Phase, settings

        settings.register_profile(
            "mutants", deadline=None, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate]
        )
        settings.load_profile("mutants")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run everything once, then ask about each mutant."""
        reached: set[str] = set()
        self._switches = dict(_switches(reached))
        self._run_once(session, reached)
        for switch in self._switches.values():
            switch("")
        self._no_longer_remembered = list(_forgetting())
        gc.collect()
        gc.freeze()
        for data, name in self._mutants():
            self._ask(data, name)
        while self.running:
            self._wait()
        return True

    def _run_once(self, session: pytest.Session, reached: set[str]) -> None:
        trampoline.set_mutant_under_test("stats")
        for item in session.items:
            reached.clear()
            state()._stats.clear()
            began = time.perf_counter()
            if not _passes(item, None):
                raise SystemExit(f"{item.nodeid} fails without any mutant")
            self.seconds[item.nodeid] = time.perf_counter() - began
            for function in reached | state()._stats:
                self.reaches[function].append(item)
        for items in self.reaches.values():
            items.sort(key=lambda item: self.seconds[item.nodeid])
        say(f"{len(session.items)} tests, {sum(self.seconds.values()):.0f} s, {len(self.reaches)} functions reached")

    def _mutants(self) -> Iterator[tuple[SourceFileMutationData, str]]:
        os.chdir("..")  # where mutmut keeps its files is told from there
        every, _ = mutmut.collect_source_file_mutation_data(mutant_names=())
        os.chdir("mutants")
        wanted = [(data, name) for data, name, found in every if self.wanted(name, found)]
        if self.sample:
            wanted = random.Random(self.sample).sample(wanted, len(wanted))
        wanted.sort(key=lambda one: bool(self.reaches.get(mutmut.mangled_name_from_mutant_name(one[1]))))
        say(f"{len(wanted)} mutants of {len(every)}; those that no test reaches come first")
        self.total = len(wanted)
        yield from wanted

    def _ask(self, data: SourceFileMutationData, name: str) -> None:
        function = mutmut.mangled_name_from_mutant_name(name)
        items = self._in_order(function)
        if not items:
            if data.exit_code_by_key[name] != SURVIVED:  # else the answer of other tests stays
                self._keep(data, name, NO_TESTS, 0.0, "")
            return
        while len(self.running) >= self.workers:
            self._wait()
        ahead, behind = os.pipe()
        child = os.fork()
        if not child:
            self._as_mutant(name, items, behind)
        os.close(behind)
        self.running[child] = (data, name, ahead)

    def _in_order(self, function: str) -> Sequence[pytest.Item]:
        items = self.reaches.get(function, [])
        first = self.failed_before[function][-4:][::-1]
        known = {item.nodeid: item for item in items if item.nodeid in first}
        return [*(known[one] for one in first), *(item for item in items if item.nodeid not in known)]

    def _as_mutant(self, name: str, items: Sequence[pytest.Item], tell: int) -> None:
        """The forked process: it ends here, in any case."""
        seconds = LIMIT + 10 * int(sum(self.seconds[item.nodeid] for item in items))
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            quiet = os.open(os.devnull, os.O_RDWR)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            for forget in self._no_longer_remembered:
                forget()
            trampoline.set_mutant_under_test(name)
            trampoline.get_mutant_under_test = lambda: name
            function, _, number = name.rpartition("__mutmut_")
            if function in self._switches:
                self._switches[function](number)
            for item, following in zip(items, [*items[1:], None], strict=True):
                if not _passes(item, following or item):
                    os.write(tell, item.nodeid.encode())
                    os._exit(KILLED)
            os._exit(SURVIVED)
        finally:
            os._exit(KILLED)

    def _wait(self) -> None:
        child, status, used = os.wait3(0)
        data, name, ahead = self.running.pop(child)
        failed = os.read(ahead, 1 << 12).decode()
        os.close(ahead)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGTERM, signal.SIGINT):
            return  # somebody stopped it: that says nothing
        if os.WIFSIGNALED(status):
            code = TIMEOUT if os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL) else KILLED
        else:
            code = os.WEXITSTATUS(status)
        if failed:
            last = self.failed_before[mutmut.mangled_name_from_mutant_name(name)]
            if failed in last:
                last.remove(failed)
            last.append(failed)
        self._keep(data, name, code, used.ru_utime + used.ru_stime, failed)

    def _keep(self, data: SourceFileMutationData, name: str, code: int, seconds: float, failed: str) -> None:
        data.exit_code_by_key[name] = code
        data.durations_by_key[name] = seconds
        os.chdir("..")
        data.save()
        os.chdir("mutants")
        self.done += 1
        with self.log.open("a", encoding="utf-8") as log:
            log.write(json.dumps([name, code, round(seconds, 3), failed], ensure_ascii=False) + "\n")
        if self.done % 200 == 0:
            say(f"{self.done} of {self.total}")


def _passes(item: pytest.Item, following: pytest.Item | None) -> bool:
    from _pytest.runner import runtestprotocol

    return not any(report.failed for report in runtestprotocol(item, nextitem=following, log=False))


def _switches(reached: set[str]) -> Iterator[tuple[str, Callable[[str], None]]]:
    """By function, what turns one of its mutants on, or with "" the true code; until then it tells that it is reached.

    Mutmut puts a function before each one that looks which mutant is on, at every call. Here it is told once. Those of
    classes stay as mutmut has them.
    """
    for wrapper in [one for one in gc.get_objects() if type(one) is FunctionType]:
        if wrapper.__code__.co_name != "_trampoline_wrapper":
            continue
        (cell,) = wrapper.__closure__ or ()
        held = dict(zip(cell.cell_contents.__code__.co_freevars, cell.cell_contents.__closure__, strict=True))
        if not held["is_classmethod"].cell_contents:
            yield _switch(cell, held["mutants_dict"].cell_contents, reached)


def _switch(cell: Any, variants: dict[str, Any], reached: set[str]) -> tuple[str, Callable[[str], None]]:
    true = variants["_mutmut_orig"]
    own = true.__name__.removesuffix("__mutmut_orig")
    function = f"{true.__module__}.{own}"

    def tells(*args: Any, **named: Any) -> Any:
        reached.add(function)
        return true(*args, **named)

    def switch(number: str) -> None:
        cell.cell_contents = variants[f"{own}__mutmut_{number}"] if number else true

    cell.cell_contents = tells
    return function, switch


def _forgetting() -> Iterator[Callable[[], Any]]:
    """What makes pure code forget: its caches, and what its constants have worked out once."""
    from functools import cached_property

    for name, module in list(sys.modules.items()):
        if not name.startswith(("labs.vocabulary", "labs.rules")):
            continue
        for value in list(vars(module).values()):
            if hasattr(value, "cache_clear"):
                yield value.cache_clear
            for kept, attribute in vars(type(value)).items():
                if isinstance(attribute, cached_property) and hasattr(value, "__dict__"):
                    yield lambda held=value.__dict__, kept=kept: held.pop(kept, None)


def say(text: str) -> None:
    """To the terminal, from outside of what pytest shows."""
    sys.__stderr__.write(f"{time.strftime('%H:%M:%S')} {text}\n")  # type: ignore[union-attr]
    sys.__stderr__.flush()  # type: ignore[union-attr]


def make(workers: int) -> None:
    """Have mutmut make the mutants of what changed."""
    trampoline.set_mutant_under_test("mutant_generation")
    Path("mutants").mkdir(exist_ok=True)
    with mutmut.CatchOutput():
        mutmut.copy_src_dir()
        mutmut.copy_also_copy_files()
        mutmut.setup_source_paths()
        mutmut.create_mutants(workers)


def asked_about(patterns: Iterable[str], *, again: bool, survivors: bool) -> Callable[[str, int | None], bool]:
    """Which mutants to ask about: by name and what is known of it."""
    patterns = tuple(patterns) or ("*",)

    def wanted(name: str, found: int | None) -> bool:
        known = found == SURVIVED if survivors else again or found is None
        return known and any(fnmatch.fnmatch(name, pattern) for pattern in patterns)

    return wanted


def main() -> int:
    """Make mutants and ask about them."""
    reads = argparse.ArgumentParser(prog="python -m tests.mutants", description=(__doc__ or "").split("\n\n")[0])
    reads.add_argument("patterns", nargs="*", help="names of mutants, such as 'labs.rules.joining*'")
    reads.add_argument("--wide", action="store_true", help="ask the slow tests, too")
    reads.add_argument("--again", action="store_true", help="also those that have an answer")
    reads.add_argument("--survivors", action="store_true", help="those that survived")
    reads.add_argument("--tests", action="append", help="these tests only")
    reads.add_argument("--workers", type=int, default=2)
    reads.add_argument("--shuffled", type=int, default=0, metavar="SEED", help="in an order drawn with this seed")
    reads.add_argument("--list", action="store_true", help="only print the survivors, grouped by what they changed")
    given = reads.parse_args()
    if given.list:
        sys.stdout.write(listed(Path("mutants"), given.patterns) + "\n")
        return 0
    make(given.workers)
    wanted = asked_about(given.patterns, again=given.again, survivors=given.survivors)
    asking = Asking(wanted, given.workers, Path("mutants/asked.jsonl").absolute(), given.shuffled)
    os.chdir("mutants")
    with suppress(KeyboardInterrupt):
        tests = given.tests or (WIDE if given.wide else QUICK)
        pytest.main(["--rootdir=.", *PLAIN, *config().pytest_add_cli_args, *tests], plugins=[asking])
    return 0


if __name__ == "__main__":
    sys.exit(main())
