"""What belongs to a decision, as the API takes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rest_framework import serializers

from labs.actions.ask_opinion import Asked
from labs.actions.confirm_relapse import NewLine, Relapse
from labs.actions.order_tests import Repeat, WorkUp
from labs.actions.rebaseline import NewStart
from labs.vocabulary.test_kinds import TEST_KINDS
from patients.api.fields import ChosenUser
from patients.models import RelapseSite

KINDS: Final = sorted((kind.code, kind.label) for kind in TEST_KINDS.values())


class RepeatSerializer(serializers.Serializer[Any]):
    """A repeat test to be made. `closes_on` empty: the last day on which it would confirm; `book`: booked for `due_on`
    at once."""

    kind = serializers.ChoiceField(choices=KINDS)
    due_on = serializers.DateField()
    closes_on = serializers.DateField(required=False, allow_null=True, default=None)
    book = serializers.BooleanField(required=False, default=False)


class WorkUpSerializer(serializers.Serializer[Any]):
    """Tests to be made by a last day."""

    kinds = serializers.ListField(child=serializers.ChoiceField(choices=KINDS), allow_empty=False)
    until = serializers.DateField()


class RelapseSerializer(serializers.Serializer[Any]):
    """The relapse: `on` empty, the onset of the signal; `sites` empty, that of its marker ([]: not known)."""

    on = serializers.DateField(required=False, allow_null=True, default=None)
    sites = serializers.ListField(
        child=serializers.ChoiceField(choices=RelapseSite.choices), required=False, allow_null=True, default=None
    )


class NewLineSerializer(serializers.Serializer[Any]):
    """The line of therapy that begins; `number` empty: the next one."""

    regimen = serializers.CharField(max_length=120)
    started_on = serializers.DateField()
    number = serializers.IntegerField(min_value=1, max_value=99, required=False, allow_null=True, default=None)


class NewStartSerializer(serializers.Serializer[Any]):
    """Comparisons of a marker (empty: of all) start anew on a day."""

    analyte = serializers.CharField(max_length=40, allow_blank=True)
    starts_on = serializers.DateField()


class AskedSerializer(serializers.Serializer[Any]):
    """A question to a colleague (user name), or to an address outside."""

    question = serializers.CharField(max_length=2000)
    due_on = serializers.DateField()
    colleague = ChosenUser(required=False, allow_null=True, default=None)
    address = serializers.EmailField(required=False, allow_blank=True, default="")


PARTS: Final[Mapping[str, type]] = {
    "repeat": Repeat,
    "work_up": WorkUp,
    "relapse": Relapse,
    "line": NewLine,
    "new_start": NewStart,
    "opinion": Asked,
}


def with_parts(given: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent, as the actions take it."""
    return {name: PARTS[name](**value) if name in PARTS and value else value for name, value in given.items()}
