"""Template tags of Vigil's components. Each draws one template of tracker/templates/components/."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

register = template.Library()

NOT_EVALUABLE = "NOT_EVALUABLE"


@dataclass(frozen=True, slots=True)
class Mark:
    """How a code is shown: a style of components.css and the word people read."""

    style: str
    word: str | Promise


LEVELS = {
    "URGENT": Mark("urgent", _("Urgent")),
    "REVIEW": Mark("review", _("Review")),
    "INFO": Mark("info", _("Info")),
    NOT_EVALUABLE: Mark("not-evaluable", _("Not evaluable")),
}
STATES = {
    "confirmed": Mark("strong", _("Confirmed")),
    "provisional": Mark("plain", _("Provisional")),
    "not_confirmed": Mark("plain", _("Not confirmed")),
    "withdrawn": Mark("absent", _("Withdrawn")),
    "not_evaluable": Mark("absent", _("Not evaluable")),
    "open": Mark("caution", _("Open")),
    "acknowledged": Mark("plain", _("Acknowledged")),
    "awaiting_test": Mark("plain", _("Awaiting a test")),
    "resolved": Mark("done", _("Resolved")),
    "planned": Mark("plain", _("Planned")),
    "due": Mark("caution", _("Due")),
    "overdue": Mark("alarm", _("Overdue")),
    "missed": Mark("alarm", _("Missed")),
    "booked": Mark("strong", _("Booked")),
    "collected": Mark("strong", _("Collected")),
    "resulted": Mark("done", _("Result received")),
    "skipped": Mark("absent", _("Skipped")),
}
WIDGETS: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.RadioSelect, "radios"),
    (forms.CheckboxSelectMultiple, "checkboxes"),
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


@register.inclusion_tag("components/state_tag.html")
def state_tag(state: str) -> dict[str, Any]:
    """The tag of a signal's, a review's or a scheduled test's state."""
    return {"mark": STATES[state]}


@register.inclusion_tag("components/field.html")
def field(bound: BoundField) -> dict[str, Any]:
    """One form field with label, hint and errors, in nhsuk-frontend's markup."""
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
    return bound.as_widget(attrs={"class": style})


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: forms.BaseForm) -> dict[str, Any]:
    """Every error of a form at the top of the page, each a link to its field."""
    return {
        "general": form.non_field_errors(),
        "fields": [(bound, bound.errors) for bound in form if bound.errors],
    }


@register.simple_tag(takes_context=True)
def page_query(context: template.RequestContext, **changes: str | None) -> str:
    """The present query string with `changes` made (None removes): links that keep the filters."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = value
    return f"?{query.urlencode()}"
