"""Dates as people type them into a search box."""

from __future__ import annotations

import re
from datetime import date

from django.utils.dates import MONTHS, MONTHS_3

ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
NUMBERS = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")
ENGLISH = "january february march april may june july august september october november december".split()
WORDS = re.compile(r"(\d{1,2})\.?\s+([^\W\d]{3,})\.?\s+(\d{4})")


def days_meant(text: str) -> list[date]:
    """The days a text may mean: two for 07/01/1958 (7 January or 1 July); none if it is no date."""
    text = text.strip()
    if match := ISO.fullmatch(text):
        return _valid([(match[1], match[2], match[3])])
    if match := NUMBERS.fullmatch(text):
        day_first = (match[3], match[2], match[1])
        month_first = (match[3], match[1], match[2])
        return _valid([day_first] if "." in text else [day_first, month_first])
    if match := WORDS.fullmatch(text):
        return _valid([(match[3], str(_month(match[2])), match[1])])
    return []


def _month(word: str) -> int:
    """The number of a month named in the language of the page or in English; 0 when it is none."""
    for number in range(1, 13):
        english = ENGLISH[number - 1]
        names = {str(MONTHS[number]).lower(), str(MONTHS_3[number]).lower(), english, english[:3]}
        if word.lower() in names:
            return number
    return 0


def _valid(parts: list[tuple[str, str, str]]) -> list[date]:
    days = []
    for year, month, day in parts:
        try:
            found = date(int(year), int(month), int(day))
        except ValueError:
            continue
        if found not in days:
            days.append(found)
    return days
