"""A case in words and drawings for paper: what stands on it, cut to one or two pages; what was cut is said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from labs.models import Flag, Signal
from labs.selectors.case_of import Case
from labs.selectors.distances import Standing
from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.symptoms import SYMPTOMS
from labs.vocabulary.test_kinds import label_of
from patients.models import User
from patients.selectors.patients import Banner, banner_of
from tracker.web.case_charts import CaseCharts, charts_of
from tracker.web.charts.aligned import Panel
from tracker.web.charts.words import day_text
from tracker.web.distance_words import distance_rows
from tracker.web.inbox_cards import name_of
from tracker.web.marks import LEVELS, NOT_EVALUABLE
from tracker.web.units import written

STYLE: Final = f"<style>{(Path(__file__).resolve().parent / 'case.css').read_text('utf-8')}</style>"
WIDTH = 690
"""Pixels of a drawing's width: set to 150 mm, letters of 11 px stay readable."""
MOST_PANELS, MOST_EVIDENCE, MOST_DISTANCES, MOST_SIGNALS, MOST_ITEMS = 7, 8, 8, 5, 6
SHAPES = {"URGENT": "▲", "REVIEW": "■", "INFO": "●", NOT_EVALUABLE: "□"}
Item = dict[str, Any]


def sheet_of(case: Case, *, by: User, now: datetime) -> dict[str, Any]:
    """Everything `case.typ` prints, as plain data."""
    flag, patient = case.flag, case.patient
    at = date_format(now.astimezone(patient.site.zone), "DATETIME_FORMAT")
    banner = banner_of(patient, today=case.today)
    charts = charts_of(case)
    key = NOT_EVALUABLE if flag.signal == Signal.NOT_EVALUABLE else flag.level
    return {
        "title": _("%(rule)s, %(patient)s") % {"rule": flag.rule, "patient": patient},
        "lang": (get_language() or "en")[:2],
        "name": f"{patient.family_name}, {patient.given_name}",
        "facts": _facts(banner),
        "mark": f"{SHAPES[key]} {LEVELS[key].word}".upper(),
        "state": _state(flag),
        "sentence": flag.explanation,
        "notice": _("For clinician review. Does not diagnose relapse."),
        "tables": [_comparisons(flag), _evidence(flag), _distances(case), _others(case)],
        "lists": _settle(flag),
        "charts_title": _("Course since %(day)s") % {"day": day_text(charts.axis.first)},
        "drawings": _drawings(charts),
        "legend": _legend(charts),
        "beside": _beside(case),
        "foot": _("Made by %(who)s, %(at)s, from Vigil") % {"who": by, "at": at},
        "page": _("page %(x)s of %(y)s") % {"x": "{x}", "y": "{y}"},
    }


def _facts(banner: Banner) -> list[str]:
    patient, diagnosis = banner.patient, banner.diagnosis
    facts = [_("born %(day)s") % {"day": day_text(patient.birth_date)}, patient.get_sex_display()]
    facts += [f"{one.system.upper()} {one.value}" for one in banner.identifiers]
    if diagnosis is None:
        facts.append(_("no diagnosis recorded"))
    else:
        facts.append(name_of(diagnosis))
        since = diagnosis.remission_since
        facts.append(_("remission since %(day)s") % {"day": day_text(since)} if since else _("no remission recorded"))
        facts.append(f"{banner.line.number}. {banner.line.regimen}" if banner.line else _("no therapy now"))
    facts.append(str(banner.physician) if banner.physician else _("nobody responsible"))
    return [*facts, str(patient.site)]


def _state(flag: Flag) -> str:
    rule = f"{flag.rule}, {flag.criteria_version}"
    days = _("onset %(onset)s, detected by the result of %(found)s") % {
        "onset": day_text(flag.onset_on),
        "found": day_text(flag.detected_on),
    }
    return "  ·  ".join([flag.get_signal_display(), _answer(flag, str(flag.reviewed_by or "")), rule, days])


def _answer(flag: Flag, who: str) -> str:
    """The decision that holds, who made it and when; else the state of the review."""
    if not flag.decision:
        return str(flag.get_review_display())
    until = f" {day_text(flag.watch_until)}" if flag.watch_until else ""
    note = f": {flag.decision_note}" if flag.decision_note else ""
    on = f", {day_text(flag.reviewed_at.date())}" if flag.reviewed_at else ""
    return f"{flag.get_decision_display()}{until}{note} ({who}{on})"


def _table(title: str, columns: Sequence[float], heads: Sequence[str], lines: list[list[str]], more: str = "") -> Item:
    return {"title": title, "columns": list(columns), "heads": list(heads), "lines": lines, "more": more}


def _comparisons(flag: Flag) -> Item:
    made = flag.finding.get("comparisons") or []
    lines = [
        [one["what"], one["found"], one["needed"], (_("yes") if one["met"] else _("no")) if one["needed"] else ""]
        for one in made
    ]
    return _table(_("What was compared"), (3, 2, 2, 0.7), (_("What"), _("Found"), _("Needed"), _("Met")), lines)


def _evidence(flag: Flag) -> Item:
    given = flag.finding.get("evidence") or []
    lines = [
        [
            _day(one["collected_on"]),
            ANALYTES[one["analyte"]].name if one["analyte"] in ANALYTES else one["analyte"],
            f"{one['value']} {written(one['unit'])}".strip(),
            one["role"],
            ", ".join(filter(None, (one["laboratory"], one["method"], one["accession"]))),
        ]
        for one in sorted(given, key=lambda one: str(one["collected_on"]), reverse=True)[:MOST_EVIDENCE]
    ]
    heads = (_("Collected"), _("Marker"), _("Value"), _("Role"), _("Laboratory, method, accession"))
    return _table(_("Results it rests on"), (1.2, 2.2, 1.4, 1.4, 3), heads, lines, _left_out(len(given) - len(lines)))


def _settle(flag: Flag) -> list[Item]:
    finding = flag.finding
    reference = finding.get("reference") or {}
    confounders = [
        " ".join(filter(None, (one["text"], _day(one.get("started_on", "")))))
        for one in finding.get("confounders") or []
    ]
    held = [f"{reference['value']}, {reference.get('how', '')}"] if reference.get("value") else []
    return [
        {"title": _("Compared with"), "items": held or [_("a fixed bar")]},
        {
            "title": _("May explain it otherwise"),
            "items": confounders or [_("Nothing on record that this rule knows of.")],
        },
        {"title": _("Missing"), "items": [str(one) for one in finding.get("missing") or []] or [_("nothing")]},
        {
            "title": _("Would confirm or clear it"),
            "items": [one for one in (finding.get("would_confirm"), finding.get("would_clear")) if one] or ["–"],
        },
    ]


def _distances(case: Case) -> Item:
    """The nearest in numbers; of the rules that cannot tell, their codes."""
    told = [one for one in case.other_distances if one.standing in (Standing.REACHED, Standing.SHORT)]
    unknown = [one.rule.code for one in case.other_distances if one.standing is Standing.UNKNOWN]
    lines = [
        [f"{row.code}: {row.title}", f"{row.latest} {day_text(row.on) if row.on else ''}".strip(), row.bar, row.far]
        for row in distance_rows(told[:MOST_DISTANCES])
    ]
    more = [_left_out(len(told) - len(lines))]
    if unknown:
        more.append(_("Cannot tell, for want of what they need: %(rules)s.") % {"rules": ", ".join(unknown)})
    heads = (_("Rule"), _("Latest value"), _("Met from"), _("Distance"))
    title = _("Distance to other thresholds, nearest first")
    return _table(title, (2.6, 2, 2.2, 1.8), heads, lines, " ".join(filter(None, more)))


def _others(case: Case) -> Item:
    shown = case.others[:MOST_SIGNALS]
    lines = [
        [day_text(one.onset_on), f"{one.rule} ({one.get_level_display()})", one.explanation, _answer(one, one.decider)]  # type: ignore[attr-defined]
        for one in shown
    ]
    rest = case.unshown + len(case.others) - len(shown)
    heads = (_("Onset"), _("Signal"), _("What was found"), _("Decision"))
    more = _left_out(rest) if shown else _("No other signal was ever raised.")
    return _table(_("Other signals of this patient"), (1, 1.6, 4, 2), heads, lines, more)


def _beside(case: Case) -> list[Item]:
    tests = [
        f"{one.status.label}: {label_of(one.test.kind)}, {day_text(one.on)}" for one in case.tests[:MOST_ITEMS]
    ] or [_("No test is planned.")]
    symptoms = [
        f"{day_text(one.reported_on)}: {_symptoms(one.symptoms)}" + (f". {one.note}" if one.note else "")
        for one in case.symptoms[:MOST_ITEMS]
    ] or [_("Nobody wrote down that they asked.")]
    lines = [
        f"{one.number}. {one.regimen} ({one.get_phase_display()}), {day_text(one.started_on)} – "
        + (day_text(one.ended_on) if one.ended_on else _("today"))
        for one in case.lines[-MOST_ITEMS:]
    ] or [_("No line of therapy is recorded.")]
    opinions = [
        f"{one.asker} → {one.colleague_name or one.address}: {one.question} – {one.answer or _('no answer yet')}"  # type: ignore[attr-defined]
        for one in case.opinions
    ]
    parts = [
        {"title": _("Next tests"), "items": tests},
        {"title": _("Symptoms told in the last 90 days"), "items": symptoms},
        {"title": _("Treatment"), "items": lines},
    ]
    return [*parts, {"title": _("Second opinions"), "items": opinions}] if opinions else parts


def _symptoms(codes: Sequence[str]) -> str:
    told = [str(SYMPTOMS[code].label) if code in SYMPTOMS else code for code in codes]
    return ", ".join(told) or _("asked, none told")


def _drawings(charts: CaseCharts) -> list[Item]:
    lanes = [
        _drawing("flags/paper_lane.html", charts, lane.label, "", lane.description, lane=lane) for lane in charts.lanes
    ]
    axis = _drawing("flags/paper_axis.html", charts, "", "", _("time axis"))
    panels = [_panel(one, charts) for one in charts.others[:MOST_PANELS]]
    main = [_panel(charts.main, charts)] if charts.main else []
    return [*main, axis, *lanes, *panels]


def _panel(panel: Panel, charts: CaseCharts) -> Item:
    latest = "; ".join(" ".join(filter(None, (row.marker, row.printed))) for row in panel.latest)
    on = f", {day_text(panel.latest[0].on)}" if panel.latest else ""
    now = f"{latest} {panel.unit}{on}"
    return _drawing("flags/paper_panel.html", charts, panel.title, now, panel.description, panel=panel)


def _drawing(template: str, charts: CaseCharts, name: str, now: str, alt: str, **more: Any) -> Item:
    svg = render_to_string(template, {"charts": charts, "width": WIDTH, **more})
    return {"name": name, "now": now, "svg": svg.strip().replace(">", f">{STYLE}", 1), "alt": alt or name}


def _legend(charts: CaseCharts) -> str:
    words = _(
        "Dashed upright: onset of this signal; solid: remission or relapse; dotted: assay changed. Hollow triangle: "
        "beyond the limit of measurement. Crossed: replaced or marked spurious."
    )
    return f"{words} {_left_out(len(charts.others) - MOST_PANELS)}".strip()


def _left_out(number: int) -> str:
    if number <= 0:
        return ""
    return ngettext("%(n)s more in Vigil.", "%(n)s more in Vigil.", number) % {"n": number}


def _day(text: str) -> str:
    try:
        return day_text(date.fromisoformat(text))
    except ValueError:
        return text
