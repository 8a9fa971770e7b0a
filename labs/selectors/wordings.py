"""Which words a site uses: its own where it wrote some, else those shipped with Vigil."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from labs.letters.languages import Language, languages
from labs.letters.wording import CHANNELS, KINDS, Wording
from labs.models import LetterTemplate
from patients.models import Site

Key = tuple[int, str, str, str]


@dataclass(frozen=True, slots=True)
class Wordings:
    """The words of some sites."""

    own: Mapping[Key, Wording]

    def of(self, site: int, kind: str, channel: str, language: Language) -> Wording:
        """The words of a site for a letter of this kind by this channel in this language."""
        return self.own.get((site, kind, channel, language.code)) or language.wordings[kind, channel]


@dataclass(frozen=True, slots=True)
class Listed:
    """One wording in the list of a site, and whether it is the site's own."""

    kind: str
    channel: str
    language: Language
    is_own: bool


def wordings_of(site_ids: Collection[int]) -> Wordings:
    """The words of these sites. One query."""
    rows = LetterTemplate.objects.filter(site__in=site_ids)
    return Wordings(
        {(row.site_id, row.kind, row.channel, row.language): Wording(row.subject, row.body) for row in rows}
    )


def listed_wordings(site: Site) -> list[Listed]:
    """Every wording a site can use, by language, kind and channel."""
    own = wordings_of([site.pk]).own
    return [
        Listed(
            kind, channel, language, _differs(own.get((site.pk, kind, channel, language.code)), kind, channel, language)
        )
        for language in languages().values()
        for kind in KINDS
        for channel in CHANNELS
    ]


def _differs(own: Wording | None, kind: str, channel: str, language: Language) -> bool:
    return own is not None and own != language.wordings[kind, channel]
