"""The small form of a reason, which every statement about a result, and every taking back, asks for."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Others will read it, in the history of signals as well."),
        error_messages={"required": gettext_lazy("Say why: others will read it.")},
    )
