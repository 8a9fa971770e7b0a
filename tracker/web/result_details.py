"""What may stand beside a value: its limit of detection, how many cells were looked at, and what was looked for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from labs.vocabulary.analyte import Analyte
from labs.vocabulary.residual import LONGEST_TARGET, TARGETS

COUNTED = frozenset({"mrd", "marrow"})
"""Groups of analytes that are shares of cells counted."""
FOLLOWED = "mrd"
MOST_CELLS = 999_999_999


class DetailForm(forms.Form):
    """Three optional fields of a share of cells or of residual disease."""

    target = forms.CharField(
        label=gettext_lazy("Target (optional)"),
        required=False,
        max_length=LONGEST_TARGET,
        help_text=gettext_lazy("What was looked for: NPM1, BCR::ABL1, IG/TR. Values are compared within one target."),
    )
    detection_limit = forms.DecimalField(
        label=gettext_lazy("Limit of detection (optional)"),
        required=False,
        max_digits=18,
        decimal_places=12,
        help_text=gettext_lazy("In the unit of the value. A negative result is negative at this limit only."),
    )
    cells_counted = forms.IntegerField(
        label=gettext_lazy("Cells counted (optional)"),
        required=False,
        min_value=1,
        max_value=MOST_CELLS,
        help_text=gettext_lazy("Cells, or control gene copies, that were looked at."),
    )

    def clean_detection_limit(self) -> Any:
        """Nothing is detected at zero."""
        limit = self.cleaned_data["detection_limit"]
        if limit is not None and limit <= 0:
            raise forms.ValidationError(gettext_lazy("Enter a limit above zero, or leave it empty."))
        return limit

    def details(self) -> dict[str, Any]:
        """The three as the actions take them."""
        return {name: self.cleaned_data.get(name) for name in ("detection_limit", "cells_counted")} | {
            "target": self.cleaned_data.get("target") or ""
        }


def takes_details(analyte: Analyte | None) -> bool:
    """Whether a value of this analyte may have any of the three."""
    return analyte is not None and analyte.group in COUNTED


def targets() -> tuple[str, ...]:
    """The listed targets, to choose from while typing."""
    return TARGETS
