"""The administrator's page: is anyone falling through, and can I have the file?"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, cast

from django import forms
from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from labs.selectors.worklist import sites_of
from patients.models import Disease, User
from tracker.reports.catalogue import REPORTS
from tracker.reports.export import FORMATS, MEDIA, STREAMED, Request, stream, write
from tracker.reports.gaps import GAPS
from tracker.reports.report import Filters, Report
from tracker.web import clock
from tracker.web.for_roles import for_administrators
from tracker.web.signed_in import SignedInRequest

DATE_INPUT = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ExportForm(forms.Form):
    """What to take of one report. Both days belong to the range."""

    site = forms.ChoiceField(label=gettext_lazy("Site"), required=False)
    disease = forms.ChoiceField(
        label=gettext_lazy("Disease"), required=False, choices=[("", gettext_lazy("all diseases")), *Disease.choices]
    )
    since = forms.DateField(label=gettext_lazy("From"), required=False, widget=DATE_INPUT, input_formats=["%Y-%m-%d"])
    until = forms.DateField(label=gettext_lazy("To"), required=False, widget=DATE_INPUT, input_formats=["%Y-%m-%d"])
    level = forms.ChoiceField(label=gettext_lazy("Level"), required=False)
    status = forms.ChoiceField(label=gettext_lazy("Status"), required=False)

    def __init__(self, *args: Any, report: Report, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = f"{report.code}-%s"
        sites = [(site.code, site.name) for site in sites_of(user)]
        self._choose("site", [("", gettext_lazy("all my sites")), *sites])
        self._choose("level", [("", gettext_lazy("all levels")), *report.levels])
        self._choose("status", [("", gettext_lazy("all")), *report.statuses])
        self.fields["status"].label = str(report.status_label)
        self.fields["since"].label = _("%(what)s from") % {"what": str(report.day_label).capitalize()}
        self.fields["until"].label = _("until (included)")
        if not report.levels:
            del self.fields["level"]

    def _choose(self, name: str, choices: list[Any]) -> None:
        cast(forms.ChoiceField, self.fields[name]).choices = choices

    def clean(self) -> dict[str, Any]:
        """The range must not run backwards."""
        chosen = super().clean() or {}
        if chosen.get("since") and chosen.get("until") and chosen["until"] < chosen["since"]:
            self.add_error("until", _("The last day lies before the first."))
        return chosen

    def filters(self) -> Filters:
        """The filters as reports take them."""
        return Filters(**{name: value for name, value in self.cleaned_data.items() if value})


@require_safe
@for_administrators
def reports(request: SignedInRequest) -> HttpResponse:
    """What may be falling through, and the three exports."""
    now = clock.now()
    gaps = [(gap, gap.count(request.user, now)) for gap in GAPS]
    exports = [(report, ExportForm(report=report, user=request.user)) for report in REPORTS.values()]
    return _page(request, exports, gaps=gaps)


@require_POST
@for_administrators
def export(request: SignedInRequest, code: str) -> HttpResponse | StreamingHttpResponse | FileResponse:
    """The file of one report, in the format of the button that was pressed."""
    report = REPORTS.get(code)
    wanted = request.POST.get("format", "csv")
    if report is None or wanted not in FORMATS:
        raise Http404(_("There is no such report."))
    form = ExportForm(request.POST, report=report, user=request.user)
    if not form.is_valid():
        return _page(request, [(report, form)], status=400)
    asked = Request(report, wanted, form.filters(), request.user, clock.now())
    return streamed(asked) if wanted in STREAMED else whole(asked)


def _page(
    request: SignedInRequest, exports: list[tuple[Report, ExportForm]], *, gaps: Any = (), status: int = 200
) -> HttpResponse:
    context = {
        "exports": exports,
        "gaps": gaps,
        "falling": sum(count for gap, count in gaps if gap.gravity == "alarm"),
        "now": clock.now(),
    }
    return render(request, "reports/reports.html", context, status=status)


def streamed(asked: Request) -> StreamingHttpResponse:
    """The file in pieces as it is read."""
    answer = StreamingHttpResponse(stream(asked), content_type=MEDIA[asked.format])
    answer["Content-Disposition"] = f'attachment; filename="{asked.filename}"'
    return answer


def whole(asked: Request) -> FileResponse:
    """Written to a file first, which is gone from the disk once it was sent."""
    folder = Path(settings.EXPORT_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as place:
        path = Path(place) / asked.filename
        write(asked, path)
        file = path.open("rb")
    return FileResponse(file, as_attachment=True, filename=asked.filename, content_type=MEDIA[asked.format])
