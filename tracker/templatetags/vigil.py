"""Template tags of Vigil's components. Each draws one template of tracker/templates/components/."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from labs.models import Result, ScheduledTest
from labs.rules.registry import BY_CODE
from labs.selectors import due
from labs.selectors.visits import Visit
from labs.selectors.worklist import COUNTED
from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.symptoms import SYMPTOMS
from labs.vocabulary.test_kinds import label_of
from patients.models import Diagnosis, Disease, Patient, Site
from patients.selectors.patients import age_on, months_between
from tracker.web.inbox_cards import name_of
from tracker.web.marks import LEVELS, NOT_EVALUABLE, STATES
from tracker.web.units import written
from tracker.web.visit_forms import write_seen

BEFORE_UNIT = re.compile(r"(?<=\d) (?=[%a-zµ×/])")
ISO_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")
TYPED = re.compile(r"`([^`]*)`")
NO_BREAK = "\N{NO-BREAK SPACE}"

register = template.Library()

PANELS = {
    "paraprotein": _("M-protein"),
    "light_chains": _("Free light chains"),
    "immunoglobulins": _("Immunoglobulins"),
    "mrd": _("Residual disease"),
    "marrow": _("Bone marrow"),
    "blood_count": _("Blood count"),
    "renal": _("Kidney"),
    "calcium": _("Calcium"),
    "chemistry": _("Chemistry"),
    "urine": _("Urine"),
    "csf": _("Cerebrospinal fluid"),
}
MEASURABLE = {
    "serum_m": _("serum M-protein"),
    "urine_m": _("urine M-protein"),
    "flc": _("free light chains"),
    "marrow": _("marrow plasma cells"),
}
WIDGETS: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxSelectMultiple, "checkboxes"),  # before RadioSelect, from which Django derives it
    (forms.RadioSelect, "radios"),
    (forms.CheckboxInput, "checkbox"),
    (forms.Textarea, "textarea"),
    (forms.Select, "select"),
    (forms.PasswordInput, "password"),
)


@register.inclusion_tag("components/level_mark.html")
def level_mark(level: str, signal: str = "") -> dict[str, Any]:
    """The mark of a level; a signal that cannot be evaluated shows as such whatever its level."""
    return {"mark": LEVELS[NOT_EVALUABLE if signal == "not_evaluable" else level]}


@register.filter
def level_style(flag: Any) -> str:
    """The style name of a flag's level, for `v-card--...`."""
    return LEVELS[NOT_EVALUABLE if flag.signal == "not_evaluable" else flag.level].style


@register.filter
def unit(ucum: str) -> str:
    """A UCUM unit as people write it."""
    return written(ucum)


@register.filter
def disease_name(diagnosis: Diagnosis) -> str:
    """The disease with what its clone secretes, such as "IgG kappa myeloma"."""
    return name_of(diagnosis)


@register.filter
def disease_short(diagnosis: Diagnosis) -> str:
    """The disease as it fits into a column: "IgG kappa myeloma", "AML"."""
    return name_of(diagnosis) if diagnosis.disease == Disease.MM else diagnosis.disease


@register.filter
def at_site(instant: datetime | None, site: Site) -> str:
    """An instant on a site's clock."""
    return date_format(instant.astimezone(site.zone), "DATETIME_FORMAT") if instant else ""


@register.filter
def clock_at(instant: datetime, site: Site) -> str:
    """The time of an instant on a site's clock, without the day."""
    return date_format(instant.astimezone(site.zone), "TIME_FORMAT")


@register.filter
def counted(number: int) -> str:
    """A count that stops somewhere: "1,000+" beyond."""
    return f"{COUNTED:,}+" if number > COUNTED else str(number)


@register.filter
def unbroken(sentence: str) -> str:
    """A sentence whose numbers stay on one line with their units."""
    return BEFORE_UNIT.sub(NO_BREAK, sentence)


@register.filter
def age(person: Patient, day: date) -> int:
    """Full years of life on a day, or at death."""
    return age_on(person.birth_date, person.deceased_on or day)


@register.filter
def months_since(day: date, today: date) -> int:
    """Full months from a day to today."""
    return months_between(day, today)


@register.filter
def test_label(kind: str) -> str:
    """The name of a kind of scheduled test."""
    return label_of(kind)


@register.filter
def seen(visit: Visit) -> str:
    """How a visit stands booked, for the hidden field that tells whether somebody changed it meanwhile."""
    return write_seen(visit.seen)


@register.filter
def days_late(test: ScheduledTest, today: date) -> int:
    """For how many days a scheduled test has been late."""
    return due.days_late(test, today)


@register.filter
def analyte_name(code: str) -> str:
    """The name of an analyte; the code itself for one no longer known, so that frozen evidence still reads."""
    return ANALYTES[code].name if code in ANALYTES else code


@register.filter
def marker_names(codes: list[str]) -> str:
    """Codes of measurable markers in words."""
    return ", ".join(str(MEASURABLE.get(code, code)) for code in codes)


@register.filter
def symptom_names(codes: list[str]) -> str:
    """Coded symptoms in words."""
    return ", ".join(SYMPTOMS[code].label if code in SYMPTOMS else code for code in codes)


@register.filter
def iso_days(text: str) -> str:
    """A sentence with the days in it (2025-06-01) as people read them."""
    return ISO_DAY.sub(lambda found: iso_day(found[0]), text)


@register.filter
def typed(text: str) -> SafeString:
    """A text of a rule's file: what stands between backticks is set as it is typed."""
    return mark_safe(TYPED.sub(r"<code>\1</code>", escape(unbroken(text))))  # noqa: S308 - escaped


@register.filter
def iso_day(text: str) -> str:
    """A day written by a rule (2025-06-01) as people read it; other text stays as it is."""
    try:
        return date_format(date.fromisoformat(text), "DATE_FORMAT")
    except ValueError:
        return text


@register.filter
def panel_title(group: str) -> str | Promise:
    """The name of a panel of the results table."""
    return PANELS.get(group, group)


@register.filter
def other_unit(result: Result) -> str:
    """The printed unit where it is not only another spelling of the column's: where the printed number differs."""
    if result.value is None:
        return result.unit_printed
    try:
        same = Decimal(result.value_printed.strip().lstrip("<>=≤≥ ")) == result.value
    except ArithmeticError:
        same = False
    return "" if same else result.unit_printed


@register.inclusion_tag("components/state_tag.html")
def state_tag(state: str) -> dict[str, Any]:
    """The tag of a signal's, a review's or a scheduled test's state."""
    return {"mark": STATES[state]}


@register.simple_tag
def state_word(state: str) -> str | Promise:
    """The word alone for a state, where its mark is drawn otherwise."""
    return STATES[state].word


@register.inclusion_tag("components/rule_link.html")
def rule_link(code: str) -> dict[str, Any]:
    """The code of a rule as a link to its page; a code that is no rule any more stays plain text."""
    return {"code": code, "rule": BY_CODE.get(code)}


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, label: str = "") -> dict[str, Any]:
    """One form field with label, hint and errors, in nhsuk-frontend's markup. `label` speaks for a foreign form."""
    bound.label = label or bound.label
    kind = next((name for widget, name in WIDGETS if isinstance(bound.field.widget, widget)), "input")
    return {"field": bound, "kind": kind, "widget": _widget(bound, kind)}


def _widget(bound: BoundField, kind: str) -> SafeString:
    """The input itself; radios and checkboxes are drawn by the template, option by option."""
    if kind in {"radios", "checkboxes"}:
        return SafeString("")
    style = {
        "select": "nhsuk-select",
        "textarea": "nhsuk-textarea",
        "checkbox": "nhsuk-checkboxes__input",
        "password": "nhsuk-input nhsuk-password-input__input nhsuk-js-password-input-input",
    }.get(kind, "nhsuk-input")
    if bound.errors and kind in {"input", "select", "textarea", "password"}:
        style += f" nhsuk-{'input' if kind == 'password' else kind}--error"
    return bound.as_widget(
        attrs={"class": style, "placeholder": ""} if kind in {"input", "password"} else {"class": style}
    )


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: forms.BaseForm) -> dict[str, Any]:
    """Every error of a form at the top of the page, each a link to its field."""
    return {
        "general": form.non_field_errors(),
        "fields": [(bound, bound.errors) for bound in form if bound.errors],
    }


@register.simple_tag(takes_context=True)
def page_query(context: template.RequestContext, **changes: str | None) -> str:
    """The present query string with `changes` made (None removes): links that keep the filters.

    `list_query` in the context speaks for the list to which an answer of another address belongs.
    """
    query = (context.get("list_query") or context["request"].GET).copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = value
    return f"?{query.urlencode()}"
