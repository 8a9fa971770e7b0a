"""Clinicians' findings in words."""

from __future__ import annotations

from django import template

from labs.selectors.findings import found_text, kind_text, method_text

register = template.Library()
register.filter("found_text", found_text)
register.filter("kind_text", kind_text)
register.filter("method_text", method_text)
