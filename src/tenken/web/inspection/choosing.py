"""Choosing a section or a system by typing: its code, or its name as the list under the field offers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from tenken.assets.models import InformationSystem
from tenken.common.japanese_text import search_key
from tenken.inspection.queries.targets import sections_on
from tenken.organization.directory import BUREAU_RANK, directory_of
from tenken.organization.models import City
from tenken.organization.models.validity import valid_on


@dataclass(frozen=True)
class Subject:
    """A section or a system (one of the keys is None), and how the list names it: 「U0003 まちづくり局 企画課」."""

    label: str
    unit_id: int | None = None
    system_id: int | None = None


def subjects_on(city: City, day: date, *, systems: bool = False, bureaus: bool = False) -> list[Subject]:
    """Return what may be named on *day*: sections, before them the ledger's *systems* or the *bureaus* if wanted."""
    directory = directory_of(city)
    if bureaus:
        tops = [
            Subject(f"{unit.code} {unit.name}", unit_id=pk)
            for pk, unit in directory.units.items()
            if unit.rank == BUREAU_RANK and unit.day(day) == day
        ]
        return [*tops, *subjects_on(city, day)]
    sections = [
        Subject(f"{directory.units[pk].code} {directory.name(pk, day)}", unit_id=pk)
        for pk, _ in sections_on(city, day)
        if pk in directory.units
    ]
    if not systems:
        return sections
    rows = InformationSystem.objects.filter(valid_on(day), city=city).order_by("code")
    return [
        *(
            Subject(f"{code} {name}（情報システム）", system_id=pk)
            for pk, code, name in rows.values_list("pk", "code", "name")
        ),
        *sections,
    ]


class SubjectField(forms.CharField):
    """What of a list of :class:`Subject` is meant: by code, by the whole line, or by a name only one has."""

    def __init__(self, *, list_id: str = "subjects", **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"list": list_id, "autocomplete": "off"})
        super().__init__(max_length=200, widget=widget, **kwargs)
        self.subjects: Mapping[str, Subject] = {}

    def offer(self, subjects: list[Subject]) -> None:
        """Set what may be chosen."""
        found: dict[str, Subject] = {}
        names: dict[str, list[Subject]] = {}
        for subject in subjects:
            code, _, name = subject.label.partition(" ")
            found[search_key(subject.label)] = found[search_key(code)] = subject
            for alike in {name, name.split(" ")[-1]}:
                names.setdefault(search_key(alike), []).append(subject)
        found |= {key: alike[0] for key, alike in names.items() if len(alike) == 1 and key not in found}
        self.subjects = found

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        subject = self.subjects.get(search_key(text))
        if subject is None:
            raise ValidationError(
                f"「{text[:40]}」は見つかりません。所属コードか、一覧の名前で入力してください。"
            )
        return subject
