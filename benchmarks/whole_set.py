"""Row 4: every rule over columns of every marker in memory, against plain numpy passes doing the same comparisons."""

from __future__ import annotations

from collections import defaultdict

from benchmarks.everything import Everything, everything
from benchmarks.measure import Row, in_turn, short
from benchmarks.plain import Sorted
from benchmarks.plain_rules import PASSES, found_by_hand
from labs.rules.facts import Key
from labs.rules.registry import RULES, evaluate

BUDGET = 3.0


def measure(values: int, turns: int) -> Row:
    """The ratio, after looking whether the passes find every patient a rule found."""
    given = everything(values)
    findings, less = check_agreement(given)
    timings = in_turn(
        {
            "numpy": lambda: by_hand(given),
            "rules": lambda: evaluate(given.cohort()),
            "signals": lambda: signals(given),
        },
        turns=turns,
    )
    hand, rules, alone = (timings[name].median for name in ("numpy", "rules", "signals"))
    others = [rule.code for rule in RULES if rule.code not in PASSES]
    return Row(
        work=f"every rule over columns: {given.size:,} results of {len(given.patients):,} patients, {len(RULES)} rules",
        vigil=f"{short(rules)} ({given.size / rules / 1e6:.2f} M results/s), {findings:,} findings",
        yardstick=f"{short(hand)} (one numpy sort, and the comparisons of every rule)",
        ratio=f"{rules / hand:.2f}x",
        budget=f"at most {BUDGET:.0f}x",
        holds=rules / hand <= BUDGET,
        notes=(
            f"Turns: rules {timings['rules'].spread}, numpy {timings['numpy'].spread}.",
            f"Only which rows meet which criterion, without findings and answers: {short(alone)}, {alone / hand:.2f}x.",
            "Vigil writes every finding (sentence, comparisons, evidence, confounders) and answer; the numpy does not.",
            *([f"The numpy compares less than these rules do: {', '.join(less)}."] * bool(less)),
            *([f"Not written out by hand, the usual comparisons stand for: {', '.join(others)}."] * bool(others)),
        ),
    )


def by_hand(given: Everything) -> int:
    """The sort and the passes of every rule; how many patients they found in all."""
    ordered = Sorted(given)
    return sum(found_by_hand(ordered, rule).size for rule in RULES)


def signals(given: Everything) -> None:
    """Only which rows meet the criteria, without findings and answers."""
    cohort = given.cohort()
    for rule in RULES:
        if cohort.any_of(rule.diseases) and any(cohort.has(analyte) for analyte in rule.judged_analytes):
            rule.evaluate(cohort)


def check_agreement(given: Everything) -> tuple[int, list[str]]:
    """How many findings there are, and the rules that found a patient their passes did not: those compare less.

    Raises when a rule failed or most passes find too few: then the times mean nothing.
    """
    said, ordered = evaluate(given.cohort()), Sorted(given)
    if said.failures:
        raise RuntimeError(said.failures[0].traceback)
    raised: dict[str, set[Key]] = defaultdict(set)
    for finding in said.findings:
        raised[finding.rule].add(finding.patient_key)
    written = [rule for rule in RULES if rule.code in PASSES]
    less = [rule.code for rule in written if raised[rule.code] - set(found_by_hand(ordered, rule).tolist())]
    if len(less) > len(written) / 4:
        raise RuntimeError(f"the numpy by hand misses patients of {', '.join(less)}; nothing was measured")
    return len(said.findings), less
