"""The alert economy in SQL says what plain Python reads from flags, decisions and events."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from labs.models import Decision, Flag, FlagDecision, FlagEvent, Level, ReviewSettings, Signal
from labs.models.flag import EXPLAINED
from labs.rules.replay.intervals import quartiles
from labs.selectors.alert_economy.counted import Line, alert_economy
from labs.selectors.alert_economy.retuning import proposals
from labs.selectors.alert_economy.statement import COUNTED, LOOK_BACK_HOURS, STATES, TIME_CAP_MINUTES
from labs.selectors.measures.judged import Asked
from patients.models import AccessEvent, Patient, Site, User
from tests.factories import make_diagnosis, make_flag, make_mute, make_patient, make_physician, make_site

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
START = datetime(2026, 1, 1, tzinfo=UTC)
RULES = ("MM-PD-SERUM-M", "CBC-HB-FALL")


@dataclass
class Told:
    """A flag and what happened to it, in order."""

    flag: Flag
    events: list[tuple[datetime, str, str]] = field(default_factory=list)  # at, kind, signal
    decisions: list[FlagDecision] = field(default_factory=list)


@dataclass
class History:
    """A unit's signals, and when who looked at whom."""

    told: list[Told] = field(default_factory=list)
    looks: list[tuple[int, int, str, datetime]] = field(default_factory=list)  # user, patient, page, at


def history(seed: int) -> History:
    """Random signals at two sites, each with a random life."""
    dice, found = random.Random(seed), History()
    for zone in ("Europe/Berlin", "America/New_York"):
        site = make_site(time_zone=zone)
        doctors = [make_physician(site) for _ in range(2)]
        for _ in range(dice.randint(1, 3)):
            patient = make_patient(site=site)
            diagnosis = make_diagnosis(patient, disease=dice.choice(["MM", "AML"]))
            for number in range(dice.randint(1, 4)):
                found.told.append(
                    live(dice, patient, diagnosis if dice.random() < 0.8 else None, number, doctors, found)
                )
    return found


def live(
    dice: random.Random, patient: Patient, diagnosis: Any, number: int, doctors: list[User], found: History
) -> Told:
    at = START + timedelta(minutes=dice.randint(0, 60 * 24 * 30))
    signal = dice.choice(["provisional", "confirmed"])
    told = Told(
        make_flag(
            patient,
            dice.choice(RULES),
            diagnosis=diagnosis,
            level=dice.choice(Level.values),
            signal=signal,
            raised_at=at,
            onset_on=date(2026, 1, 1) + timedelta(days=number),
        )
    )
    told.events.append((at, "raised", signal))
    for _ in range(dice.randint(0, 6)):
        at += timedelta(seconds=dice.randint(1, 3 * 24 * 3600))
        kind = dice.choice(["acknowledged", "resolved", "resolved", "escalated", "confirmed", "withdrawn", "criteria"])
        kind = dice.choice([kind, "joined", "ended", "reopened", "watch_ended", kind, kind])
        signal = {"confirmed": "confirmed", "ended": "not_confirmed"}.get(kind, signal)
        signal = "withdrawn" if kind in ("withdrawn", "criteria", "joined") else signal
        signal = "provisional" if kind == "reopened" and signal == "withdrawn" else signal
        told.events.append((at, kind, signal))
        if kind == "resolved":
            decide(dice, told, at, dice.choice(doctors), found)
    told.flag.signal = signal
    if dice.random() < 0.2:
        told.flag.muted_by = make_mute(
            patient, told.flag.rule, until_on=date(2026, 3, 1) + timedelta(days=told.flag.pk)
        )
    told.flag.save()
    FlagEvent.objects.bulk_create(
        FlagEvent(flag=told.flag, at=at, by=doctors[0], kind=kind, signal=said, review="open", level=told.flag.level)
        for at, kind, said in told.events
    )
    return told


def decide(dice: random.Random, told: Told, at: datetime, by: User, found: History) -> None:
    undone = {"undone_at": at + timedelta(minutes=5), "undone_by": by} if dice.random() < 0.2 else {}
    earlier = next((one for one in reversed(told.decisions) if one.undone_at is None), None)
    free = earlier is not None and not any(one.corrects_id == earlier.pk for one in told.decisions)
    corrects = earlier if free and dice.random() < 0.4 else None
    told.decisions.append(
        FlagDecision.objects.create(
            flag=told.flag,
            at=at,
            by=by,
            decision=dice.choice(Decision.values),
            review_before="open",
            corrects=corrects,
            **undone,
        )
    )
    for _ in range(dice.randint(0, 2)):
        look = at - timedelta(minutes=dice.choice([1, 3, TIME_CAP_MINUTES, 40, 60 * LOOK_BACK_HOURS, 60 * 13]))
        page = dice.choice(["signal", "signal", "why", "patient"])
        found.looks.append((by.pk, told.flag.patient_id, page, look))
        with patch("django.utils.timezone.now", return_value=look):
            AccessEvent.objects.create(by=by, patient=told.flag.patient, view=page)


def read(found: History, asked: Asked) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Each signal in plain words, by rule and version."""
    rows: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for told in found.told:
        flag = told.flag
        day = flag.raised_at.astimezone(ZoneInfo(flag.patient.site.time_zone)).date()
        in_time = (asked.since or date.min) <= day <= (asked.until or date.max)
        of_disease = not asked.disease or (flag.diagnosis is not None and flag.diagnosis.disease == asked.disease)
        if flag.patient.site_id in asked.sites and in_time and of_disease:
            rows[flag.rule, flag.criteria_version].append(read_one(told, found))
    return rows


def read_one(told: Told, found: History) -> dict[str, Any]:
    flag, counted = told.flag, [one for one in told.decisions if one.undone_at is None]
    first = min((one.at for one in counted), default=None)
    passed_on = min((at for at, kind, _ in told.events if kind in ("escalated", "unanswered")), default=None)
    seen = min((at for at, kind, _ in told.events if kind in ("acknowledged", "resolved")), default=None)
    confirmed = min((at for at, _, said in told.events if said == "confirmed"), default=None)
    times = [spent for one in counted if (spent := time_of(one, flag, found)) is not None]
    asks = flag.level != Level.INFO
    return {
        "state": state_of(told, counted),
        "level": flag.level,
        "seen": minutes(flag, seen),
        "decided": minutes(flag, first),
        "confirmed": minutes(flag, confirmed),
        "answered": asks and (first is not None or passed_on is not None),
        "in_time": asks and first is not None and (passed_on is None or first <= passed_on),
        "passed_on": passed_on is not None,
        "corrected": sum(one.corrects_id is not None for one in counted),
        "times": times,
    }


def state_of(told: Told, counted: list[FlagDecision]) -> str:
    last = counted[-1] if counted else None
    opened = [at for at, kind, _ in told.events if kind in ("reopened", "watch_ended")]
    if last is not None and all(at <= last.at for at in opened):
        return str(last.decision)
    if told.flag.signal == Signal.WITHDRAWN:
        left = [kind for _, kind, _ in told.events if kind in ("withdrawn", "criteria", "joined")][-1]
        return {"criteria": "taken_off"}.get(left, left)
    if told.flag.signal == Signal.NOT_CONFIRMED:
        return "cleared"
    return "waiting" if told.flag.muted_by is None else "muted"


def minutes(flag: Flag, at: datetime | None) -> int | None:
    return None if at is None else int((at - flag.raised_at).total_seconds() // 60)


def time_of(decision: FlagDecision, flag: Flag, found: History) -> float | None:
    looks = [
        decision.at - at
        for by, patient, page, at in found.looks
        if (by, patient) == (decision.by_id, flag.patient_id)
        and page in ("signal", "why")
        and timedelta() <= decision.at - at < timedelta(hours=LOOK_BACK_HOURS)
    ]
    return min(min(looks).total_seconds(), TIME_CAP_MINUTES * 60) if looks else None


def check(line: Line, rows: list[dict[str, Any]]) -> None:
    for state in STATES:
        assert line.states[state] == sum(row["state"] == state for row in rows)
    assert line.raised == len(rows)
    assert line.to_acknowledge == quartiles(row["seen"] for row in rows if row["seen"] is not None)
    assert line.to_decide == quartiles(row["decided"] for row in rows if row["decided"] is not None)
    for name in ("answered", "in_time", "passed_on", "corrected"):
        assert getattr(line, name) == sum(row[name] for row in rows), name
    assert line.timed == sum(len(row["times"]) for row in rows)
    assert line.seconds == round(sum(sum(row["times"]) for row in rows))
    relapses = [row for row in rows if row["state"] == "relapse_confirmed"]
    needless = [row for row in rows if row["state"] in EXPLAINED]
    assert (line.relapses, line.explained) == (len(relapses), len(needless))
    later = [row["confirmed"] for row in relapses if row["confirmed"]]
    assert line.confirming.needless == sum(row["confirmed"] is None for row in needless)
    assert line.confirming.missed == sum(row["confirmed"] is None for row in relapses)
    assert (line.confirming.later, line.confirming.later_minutes) == (len(later), median(later) if later else None)
    by_level = [
        sum(row["level"] == level for row in group) for level in ("URGENT", "REVIEW") for group in (needless, relapses)
    ]
    levels = line.levels
    found = [levels.urgent_needless, levels.urgent_relapses, levels.review_needless, levels.review_relapses]
    assert found == by_level


@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(st.integers(0, 2**32 - 1))
def test_the_statement_says_what_plain_python_reads(seed: int) -> None:
    with transaction.atomic():
        found, sites = history(seed), tuple(Site.objects.values_list("pk", flat=True))
        for asked in (
            Asked(sites, NOW),
            Asked(sites, NOW, disease="MM"),
            Asked(sites[:1], NOW, since=date(2026, 1, 8), until=date(2026, 1, 20)),
        ):
            rows, economy = read(found, asked), alert_economy(asked)
            assert [(line.rule, line.version) for line in economy.rules] == sorted(rows)
            for line in economy.rules:
                check(line, rows[line.rule, line.version])
            check(economy.whole, [row for group in rows.values() for row in group])
            assert sum(line.raised for line in economy.by_site) == economy.whole.raised
        transaction.set_rollback(True)


def decided(site: Site, outcomes: dict[str, int], *, level: Level = Level.URGENT, signal: str = "confirmed") -> None:
    """Signals of one rule at a site that came to this."""
    doctor = make_physician(site)
    for outcome, number in outcomes.items():
        for _ in range(number):
            diagnosis = make_diagnosis(make_patient(site=site))
            flag = make_flag(
                diagnosis.patient,
                diagnosis=diagnosis,
                level=level,
                signal=signal,
                raised_at=START,
                review="resolved",
                decision=outcome,
                reviewed_by=doctor,
                reviewed_at=START,
            )
            FlagEvent.objects.create(
                flag=flag, at=START, by=doctor, kind="raised", signal=signal, review="open", level=level
            )
            FlagDecision.objects.create(flag=flag, at=START, by=doctor, decision=outcome, review_before="open")


def proposed(*, enough: int = 20) -> list[tuple[int, int]]:
    economy = alert_economy(Asked(tuple(Site.objects.values_list("pk", flat=True)), NOW))
    return [(one.line.relapses, one.line.decided) for one in proposals(economy.by_site, enough=enough)]


@pytest.mark.parametrize(
    ("relapses", "explained", "asked"),
    [(1, 19, True), (2, 18, False), (0, 20, True), (0, 19, False), (20, 0, False), (10, 10, False)],
)
def test_a_rule_is_proposed_with_enough_decided_and_a_low_upper_bound(relapses, explained, asked) -> None:
    decided(make_site(), {"relapse_confirmed": relapses, "explained_assay": explained})
    assert proposed() == ([(relapses, relapses + explained)] if asked else [])


def test_what_is_not_decided_does_not_count_towards_enough() -> None:
    decided(make_site(), {"explained_assay": 19, "watch": 5, "work_up": 5, "repeat_test": 5})
    assert proposed() == []


def test_sites_are_judged_each_by_its_own() -> None:
    decided(make_site(), {"explained_assay": 12})
    decided(make_site(), {"explained_therapy": 12})
    assert proposed() == []
    assert proposed(enough=12) == [(0, 12), (0, 12)]


def test_how_much_longer_an_urgent_signal_may_wait_is_what_the_site_decided() -> None:
    usual, other = make_site(), make_site()
    ReviewSettings.objects.create(site=other, urgent_hours=24, review_days=3)
    for site in (usual, other):
        decided(site, {"explained_assay": 20})
    economy = alert_economy(Asked((usual.pk, other.pk), NOW))
    waits = {one.line.site: one.longest_wait for one in proposals(economy.by_site)}
    assert waits == {usual.pk: timedelta(days=7, hours=-4), other.pk: timedelta(days=2)}


def test_nothing_raised_is_nothing_and_no_error() -> None:
    economy = alert_economy(Asked((make_site().pk,), NOW))
    assert (economy.whole.raised, economy.whole.interval, economy.rules, economy.by_site) == (0, None, [], [])


def test_it_takes_one_statement_and_reads_no_table_once_a_signal() -> None:
    site = make_site()
    decided(site, {"explained_assay": 3})
    asked = Asked((site.pk,), NOW)
    with CaptureQueriesContext(connection) as captured:
        alert_economy(asked)
    assert len(captured) == 1
    given = asked.as_parameters() | {"cap": 900, "look_back": 12, "opened": ["signal", "why"]}
    with connection.cursor() as cursor:
        cursor.execute(f"explain {COUNTED}", given)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "SubPlan" not in plan
    assert "Function Scan" not in plan
