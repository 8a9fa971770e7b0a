"""What the rules check: the files of the rules as pages, each next to its sources, with its worked examples."""

from __future__ import annotations

from difflib import get_close_matches
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from labs.rules.base import Rule
from labs.rules.recovery import shown_thresholds
from labs.rules.registry import BY_CODE, RULES
from patients.models import Disease
from tracker.docs.explained import explained
from tracker.docs.rules import cited, examples, explained_by, reads, sections, summary
from tracker.web.rule_examples import shown

HEADINGS: dict[str, str | Promise] = {
    "What it checks": gettext_lazy("What it checks"),
    "When it stays silent": gettext_lazy("When it stays silent"),
    "Source": gettext_lazy("Source"),
}


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Every rule, by disease."""
    ordered = sorted(RULES, key=lambda rule: (len(rule.diseases) > 1, _order(rule)))
    groups = [
        (title, [(rule, summary(rule), diseases(rule), is_default(rule)) for rule in members])
        for title, members in groupby(ordered, key=_title)
    ]
    return render(request, "rules/rules.html", {"groups": groups, "count": len(RULES)})


@require_safe
def rule(request: HttpRequest, code: str) -> HttpResponse:
    """One rule; for a code that is none, the codes that look like it."""
    found = BY_CODE.get(code)
    if found is None:
        meant = get_close_matches(code.upper(), BY_CODE, n=5, cutoff=0.5)
        return render(request, "rules/unknown.html", {"code": code, "meant": meant}, status=404)
    told = explained(found)
    context = {
        "finding": told.finding.as_dict() if told else None,
        "said_by": told.example if told else "",
        "rule": found,
        "thresholds": shown_thresholds(found),
        "summary": summary(found),
        "diseases": diseases(found),
        "is_default": is_default(found),
        "reads": reads(found),
        "parts": [(HEADINGS.get(heading, heading), text) for heading, text in sections(found.doc) if heading],
        "sources": cited(found),
        "explained_by": explained_by(found),
        "examples": [shown(one) for one in examples(found)],
    }
    return render(request, "rules/rule.html", context)


def diseases(rule: Rule) -> list[str]:
    """The diseases a rule is for, by name."""
    return [str(Disease(code).label) if code in Disease else code for code in sorted(rule.diseases)]


def is_default(rule: Rule) -> bool:
    """Whether the criterion itself is a choice of this project."""
    return any(source.default and source.key == rule.criteria_version for source in cited(rule))


def _order(rule: Rule) -> int:
    """Diseases in the order of the registry."""
    return next(place for place, other in enumerate(RULES) if other.diseases == rule.diseases)


def _title(rule: Rule) -> str:
    names = diseases(rule)
    return names[0] if len(names) == 1 else _("more than one disease")
