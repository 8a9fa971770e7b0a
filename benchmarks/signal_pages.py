"""The physician's inbox and the page of one signal as whole pages, with few and with many patients at the unit."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

from django.test import Client, override_settings

from benchmarks.measure import Row, Timing, in_turn, short
from benchmarks.pages import get, p95, statements
from benchmarks.registry import Registry
from labs.models import Flag, FlagEvent, Result
from patients.models import AccessEvent, Patient, Role, User

BUDGET, GROWTH, QUERIES = 3.0, 1.3, 12
OWN = 1_000
"""The physician owns the signals of the first so many patients; a colleague those of the others."""

EVERY = 20
"""One patient in so many has signals that wait."""

# One in three is urgent; half of the physician's patients were opened since, everybody's nurse opened each thrice.
FLAGS = f"""
    select %(start)s + n * 2 + k as id, %(start)s + n as patient_id, %(start)s + n as diagnosis_id,
           (array['MM-PD-SERUM-M', 'MM-HB'])[k + 1] as rule,
           case when n %% 60 = 0 and k = 0 then 'URGENT' else 'REVIEW' end as level,
           case when n %% 40 = 0 then 'provisional' else 'confirmed' end as signal,
           case when n <= {OWN} then %(physician)s else %(colleague)s end as owner_id,
           %(now)s::timestamptz - n %% 9 * interval '1 day' as raised_at,
           %(now)s::timestamptz + (n %% 13 - 3) * interval '1 day' as answer_by
    from generate_series(%(first)s, %(last)s) as n, generate_series(0, 1) as k
    where n %% {EVERY} = 0 and (k = 0 or n %% {2 * EVERY} = 0)
"""
STEPS = f"""
    select %(start)s + n * 2 as id, %(start)s + n * 2 as flag_id,
           %(now)s::timestamptz - n %% 9 * interval '1 day' as at
    from generate_series(%(first)s, %(last)s) as n where n %% {EVERY} = 0
"""
LOOKS = f"""
    select %(start)s + n * 4 + k as id, %(start)s + n as patient_id,
           case when k = 3 then %(physician)s else %(nurse)s end as by_id,
           %(now)s::timestamptz - (k + n %% 5) * interval '1 day' as at
    from generate_series(%(first)s, %(last)s) as n, generate_series(0, 3) as k
    where k < 3 or n <= {OWN} and n %% {2 * EVERY} = 0
"""
SERIES = f"""
    select nextval(pg_get_serial_sequence('{{Result}}', 'id')) as id, %(start)s + n as patient_id,
           %(start)s + n as report_id, 'serum_m' as analyte, %(today)s - (8 - k) * 45 as collected_on,
           (0.3 + k * 0.1)::numeric as value, (3000 + k * 1000) as amount, gen_random_uuid() as fingerprint
    from generate_series(%(first)s, %(last)s) as n, generate_series(0, 8) as k
    where n %% {EVERY} = 0
"""


@dataclass(frozen=True, slots=True)
class Page:
    """One page that is measured, and what it is called."""

    row: str
    address: str
    work: str


def measure(patients: tuple[int, int], turns: int, wanted: Collection[str]) -> Iterator[Row]:
    """For each page the ratio of the 95th percentiles to a bare page of 50 rows, at the larger number of patients."""
    registry = Registry(datetime.now(UTC))
    physician, flag = _with_signals(registry)
    client = Client(HTTP_HOST="localhost")
    client.force_login(physician)
    pages = [
        Page("inbox", "/inbox/", "the inbox"),
        Page("review", f"/signals/{flag.pk}/", "the page of one signal"),
    ]
    pages = [page for page in pages if page.row in wanted]
    sides = {"bare": lambda: get(client, "/bare/")}
    sides |= {page.row: lambda at=page.address: get(client, at) for page in pages}  # type: ignore[misc]
    seen: list[dict[str, Timing]] = []
    with override_settings(ROOT_URLCONF="benchmarks.pages", ALLOWED_HOSTS=["localhost"]):
        for size in patients:
            started = perf_counter()
            registry.grow(size)
            print(f"{size:,} patients, {Flag.objects.count():,} signals in {perf_counter() - started:.0f} s")
            seen.append(in_turn(sides, turns=turns, warm_up=5))
        notes = {"inbox": _other_lists(client)} if "inbox" in wanted else {}
        counted = {page.row: statements(client, page.address) for page in pages}
    for page in pages:
        yield _row(page, patients, turns, seen, counted[page.row], notes.get(page.row, ()))


def _row(
    page: Page,
    patients: tuple[int, int],
    turns: int,
    seen: list[dict[str, Timing]],
    queries: int,
    notes: tuple[str, ...],
) -> Row:
    few, many = (p95(timings[page.row]) for timings in seen)
    bare = p95(seen[1]["bare"])
    ratio, growth = many / bare, many / few
    return Row(
        work=f"{page.work}, p95 of {turns}, {patients[1]:,} patients at the unit",
        vigil=f"{short(many)} (median {short(seen[1][page.row].median)}, {queries} statements)",
        yardstick=f"{short(bare)} (bare page of 50 rows, median {short(seen[1]['bare'].median)})",
        ratio=f"{ratio:.2f}x; {growth:.2f}x of {patients[0]:,} patients ({short(few)})",
        budget=f"at most {BUDGET:.0f}x; at most {GROWTH}x; at most {QUERIES} statements",
        holds=ratio <= BUDGET and growth <= GROWTH and queries <= QUERIES,
        notes=notes,
    )


def _other_lists(client: Client) -> tuple[str, ...]:
    """Medians of the list of the whole unit, of what is new, and of what a page asks each minute."""
    live = f"/inbox/live/?read_at={datetime.now(UTC).isoformat().replace('+', '%2B')}"
    lists = {"whole unit": "/inbox/?scope=site", "new to me": "/inbox/?new=on", "each minute": live}
    timings = {
        name: in_turn({name: lambda at=address: get(client, at)}, turns=20)[name] for name, address in lists.items()
    }
    return ("Medians: " + ", ".join(f"{name} {short(timing.median)}" for name, timing in timings.items()) + ".",)


def _with_signals(registry: Registry) -> tuple[User, Flag]:
    """A physician and a colleague, and the signal of which the others are copies."""
    physician, colleague = (
        User.objects.create_user(name, role=Role.PHYSICIAN) for name in ("bench-own", "bench-other")
    )
    physician.sites.add(registry.site)
    colleague.sites.add(registry.site)
    patient = Patient.objects.get(family_name="First")
    registry.more = {"now": registry.now, "physician": physician.pk, "colleague": colleague.pk}
    flag = Flag.objects.create(
        patient=patient, diagnosis=patient.diagnoses.get(), rule="MM-PD-SERUM-M", criteria_version="IMWG-2016",
        level="REVIEW", signal="confirmed", owner=physician, owner_as="responsible", onset_on=registry.today,
        detected_on=registry.today, raised_at=registry.now, answer_by=registry.now + timedelta(days=7),
        explanation="Serum M-protein 1.1 g/dL, 0.8 g/dL above the lowest confirmed 0.3 g/dL.",
        finding=_finding(registry),
    )  # fmt: skip
    step = FlagEvent.objects.create(
        flag=flag, at=registry.now, by=physician, kind="raised", signal="confirmed", review="open", level="REVIEW"
    )
    look = AccessEvent.objects.create(by=physician, patient=patient, view="signal")
    result = Result.objects.get(patient=patient)
    registry.copies += ((flag, FLAGS), (step, STEPS), (look, LOOKS), (result, SERIES))
    return physician, flag


def _finding(registry: Registry) -> dict[str, Any]:
    day, first = registry.today, registry.today - timedelta(days=360)
    evidence = {
        "analyte": "serum_m",
        "unit": "g/dL",
        "laboratory": "Bench",
        "method": "spep",
        "accession": "A",
        "result": 1,
    }
    return {
        "comparisons": [
            {"what": f"{what} on 5 Jan 2026", "found": found, "needed": needed, "met": True}
            for what, found, needed in (
                ("rise", "0.8 g/dL", "at least 0.5 g/dL"),
                ("rise in percent of the lowest", "266 %", "at least 25 %"),
            )
        ],
        "evidence": [
            evidence | {"value": "0.3", "collected_on": first.isoformat(), "role": "reference"},
            evidence | {"value": "1.1", "collected_on": day.isoformat(), "role": "confirming"},
        ],
        "reference": {
            "value": "0.3 g/dL",
            "how": "lowest single value",
            "confirmed": False,
            "collected_on": [first.isoformat()],
        },
        "confounders": [],
        "missing": [],
    }
