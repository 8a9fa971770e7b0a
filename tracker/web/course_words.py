"""The steps and stages of a course in words: for the list, for screen readers and for hover texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from labs.models import Flag
from labs.rules.registry import BY_CODE
from labs.selectors.course_stages import Span, Stage, StageKind
from labs.selectors.course_timeline import DiseaseCourse, Lead, Step, StepKind
from labs.selectors.relapse_timing import extent_of
from patients.models import CourseEvent, Diagnosis, RelapseSite, TreatmentEvent, TreatmentLine
from tracker.templatetags.relapse_time import relapse_labels
from tracker.web.charts.words import day_text
from tracker.web.marks import LEVELS, STATES

MONTHS_FROM = 2
"""Shorter spans are told in days."""
EXTENT: dict[str, str | Promise] = {
    "isolated": gettext_lazy("isolated"),
    "combined": gettext_lazy("combined"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list. `struck`: why it no longer counts; "" where it does."""

    step: Step
    what: str
    details: list[str]
    after: str
    struck: str

    @property
    def flag(self) -> Flag | None:
        """The signal the line is about."""
        return self.step.record if isinstance(self.step.record, Flag) else None


def line_of(step: Step, course: DiseaseCourse) -> Line:
    """A step as the list tells it."""
    return Line(step, step_title(step), list(_details(step, course)), since_text(step), _struck(step))


def step_title(step: Step) -> str:
    """What happened, in a few words."""
    record = step.record
    if isinstance(record, TreatmentLine):
        return str(record.get_phase_display()).capitalize()
    if isinstance(record, TreatmentEvent):
        return str(record.get_kind_display()).capitalize()
    if isinstance(record, Flag):
        return record.rule
    if step.kind == StepKind.REMISSION:
        return _("Remission %(n)d") % {"n": step.number} if step.number else _("Remission")
    if step.kind == StepKind.RELAPSE:
        return _("Relapse %(n)d") % {"n": step.number} if step.number else _("Relapse")
    words = {
        StepKind.DIAGNOSIS: _("Diagnosis"),
        StepKind.THERAPY_ENDED: _("End of therapy"),
        StepKind.DEATH: _("Death"),
    }
    return words[step.kind]


def stage_name(stage: Stage) -> str:
    """What a stage is called in the picture."""
    if stage.kind == StageKind.DISEASE:
        return _("From diagnosis")
    words = {StageKind.REMISSION: _("Remission %(n)d"), StageKind.RELAPSE: _("Relapse %(n)d")}
    return words[stage.kind] % {"n": stage.number}


def span_text(span: Span) -> str:
    """ "31 months", "44 days"."""
    if span.months < MONTHS_FROM:
        return ngettext("%d day", "%d days", span.days) % span.days
    return ngettext("%d month", "%d months", span.months) % span.months


def stage_text(stage: Stage, course: DiseaseCourse) -> str:
    """How long a stage lasted, or lasts, as a sentence."""
    if stage.kind == StageKind.DISEASE and stage.ended:
        words = {"long": span_text(stage.lasted), "since": day_text(stage.first), "until": day_text(stage.last)}
        return _("From diagnosis %(long)s (%(since)s – %(until)s).") % words
    words = {"what": stage_name(stage), "long": span_text(stage.lasted), "since": day_text(stage.first)}
    if stage.ended:
        words["until"] = day_text(stage.last)
        return _("%(what)s lasted %(long)s (%(since)s – %(until)s).") % words
    if course.died:
        return _("%(what)s lasted %(long)s (%(since)s until death).") % words
    return _("%(what)s so far %(long)s (since %(since)s).") % words


def lead_text(lead: Lead) -> str:
    """How early a relapse was signalled, or that it was not."""
    words = {"n": lead.number, "day": day_text(lead.relapse.on)}
    if lead.flag is None or lead.by_sample is None or lead.by_notice is None:
        return _("Relapse %(n)d on %(day)s: no signal had been raised before it.") % words
    words |= {"rule": lead.flag.rule, "sample": day_text(lead.flag.onset_on)}
    found = ngettext(
        "Relapse %(n)d on %(day)s, %(days)d day after the sample of the first signal (%(rule)s, %(sample)s)",
        "Relapse %(n)d on %(day)s, %(days)d days after the sample of the first signal (%(rule)s, %(sample)s)",
        lead.by_sample,
    )
    return f"{found % (words | {'days': lead.by_sample})}{_noticed(lead.by_notice)}"


def _noticed(days: int) -> str:
    if days < 0:
        return _("; it was raised only after the day of the relapse.")
    return ngettext(
        "; it was raised %d day before the relapse.", "; it was raised %d days before the relapse.", days
    ) % (days)


def sentences(course: DiseaseCourse) -> list[str]:
    """The course in sentences, and what of it is not known."""
    out = [] if course.diagnosis.diagnosed_on else [_("The day of diagnosis is not recorded.")]
    out += [stage_text(stage, course) for stage in course.stages]
    out += [lead_text(lead) for lead in course.leads]
    if not any(step.kind == StepKind.REMISSION and step.stands for step in course.steps):
        out.append(_("No remission is recorded."))
    if course.died:
        out.append(_("Died on %(day)s.") % {"day": day_text(course.until)})
    return out


def since_text(step: Step) -> str:
    """ "14 days after relapse 1"; "" where nothing lies before it."""
    if step.since is None:
        return ""
    stage, span = step.since
    names = {
        StageKind.DISEASE: _("%(long)s after diagnosis"),
        StageKind.REMISSION: _("%(long)s after remission %(n)d"),
        StageKind.RELAPSE: _("%(long)s after relapse %(n)d"),
    }
    return "" if not span.days else names[stage.kind] % {"long": span_text(span), "n": stage.number}


def _details(step: Step, course: DiseaseCourse) -> Iterator[str]:
    record = step.record
    if isinstance(record, Diagnosis):
        yield from _of_diagnosis(step, record)
    elif isinstance(record, TreatmentLine):
        yield _("line %(n)d, %(regimen)s") % {"n": record.number, "regimen": record.regimen}
        yield _("until %(day)s") % {"day": day_text(record.ended_on)} if record.ended_on else _("no end recorded")
    elif isinstance(record, TreatmentEvent):
        yield from filter(None, [record.detail])
    elif isinstance(record, CourseEvent):
        yield from _of_turn(record, course)
    elif isinstance(record, Flag):
        yield from _of_signal(record)


def _of_diagnosis(step: Step, diagnosis: Diagnosis) -> Iterator[str]:
    if step.kind != StepKind.DIAGNOSIS:
        return
    yield str(diagnosis.get_disease_display())
    yield from filter(None, [diagnosis.subtype, str(diagnosis.get_risk_group_display()), *diagnosis.risk_findings])


def _of_turn(event: CourseEvent, course: DiseaseCourse) -> Iterator[str]:
    if event.kind == StepKind.REMISSION:
        yield event.response or _("response not recorded")
    else:
        yield sites_text(event) or _("site not recorded")
        yield from (str(EXTENT[found]) for found in [extent_of(event)] if found)
        yield from filter(None, [relapse_labels(event, course.turns)])
    if event.line_number:
        yield _("after line %(n)d") % {"n": event.line_number}
    yield from filter(None, [event.note])


def sites_text(event: CourseEvent) -> str:
    """Where a relapse was found."""
    return ", ".join(str(RelapseSite(site).label) for site in event.sites)


def _of_signal(flag: Flag) -> Iterator[str]:
    if flag.rule in BY_CODE:
        yield BY_CODE[flag.rule].title
    yield str(flag.get_decision_display()) if flag.decision else _("not decided")


def signal_title(flag: Flag) -> str:
    """A signal for the hover text: level and state by word, rule, day of the first sample."""
    return f"{LEVELS[flag.level].word}, {STATES[flag.signal].word}: {flag.rule}, {day_text(flag.onset_on)}"


def _struck(step: Step) -> str:
    record = step.record
    if step.stands:
        return ""
    if isinstance(record, Flag):
        return str(STATES[record.signal].word)
    if isinstance(record, CourseEvent | TreatmentLine):
        return _("taken back by %(who)s: %(why)s") % {"who": record.withdrawn_by, "why": record.withdrawn_because}
    return ""


def joined(titles: Iterable[str]) -> str:
    """What a screen reader says of a lane."""
    return "; ".join(titles)
