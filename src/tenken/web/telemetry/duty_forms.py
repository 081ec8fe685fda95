"""A week of duty as a form of from–to texts, a line a day."""

from __future__ import annotations

import re
import unicodedata
from datetime import time
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from tenken.common.refusals import Stale
from tenken.journal.canonical import sha256
from tenken.telemetry.lists.duty import MINUTES, Week
from tenken.telemetry.models import DutyHours

DAYS: Final = tuple((day.value, day.label) for day in DutyHours.Day)
_STRETCH: Final = re.compile(r"(\d{1,2}):(\d{2})[~-](\d{1,2}):(\d{2})")
_HELP: Final = "例：8:30～17:15。2つあるときは「8:30～12:00、13:00～17:15」。夜をまたぐときは「17:00～9:00」、1日中は「0:00～0:00」。"


def clock_words(minute: int) -> str:
    """Return a minute of the day as people write it: 8:30."""
    return f"{minute // 60}:{minute % 60:02d}"


def week_words(week: Week, none: str = "—") -> list[str]:
    """Return what each day of ``DAYS`` has: 「8:30～17:15」, *none* where it has nothing."""
    return [
        "、".join(
            f"{clock_words(one.starts)}～{'翌' if one.ends <= one.starts else ''}{clock_words(one.ends)}"
            for one in week
            if one.day == day
        )
        or none
        for day, _ in DAYS
    ]


class StretchesField(forms.CharField):
    """Stretches of a day as typed. Cleans to pairs of times."""

    def to_python(self, value: Any) -> Any:
        text = (
            unicodedata.normalize("NFKC", super().to_python(value) or "").replace("時", ":").replace("分", "")
        )
        found = []
        for part in filter(None, re.split(r"[、,\s]+", re.sub(r"\s*[~～〜ー–—-]\s*", "-", text))):
            match = _STRETCH.fullmatch(part.replace("翌", "").replace(":-", ":00-"))
            if match is None:
                raise ValidationError(f"「{part[:40]}」は読めません。8:30～17:15 のように書いてください。")
            numbers = [int(number) for number in match.groups()]
            found.append((_time(*numbers[:2]), _time(*numbers[2:])))
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(initial or "") != str(data or "")


def _time(hours: int, minutes: int) -> time:
    if hours == 24 and minutes == 0:
        return time(0, 0)
    try:
        return time(hours, minutes)
    except ValueError:
        raise ValidationError(f"「{hours}:{minutes:02d}」という時刻はありません。") from None


class DutyForm(forms.Form):
    """One text a day of ``DAYS``. ``standing``: what stood there when the form was shown."""

    standing = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, week: Week) -> None:
        words = week_words(week, none="")
        super().__init__(data, initial={"standing": digest(week)})
        for (day, label), shown in zip(DAYS, words, strict=True):
            self.fields[f"day{day}"] = StretchesField(
                label=label,
                required=False,
                max_length=120,
                initial=shown,
                help_text=_HELP if day == 0 else "",
            )

    def week(self) -> list[tuple[int, time, time]]:
        return [
            (day, starts, ends)
            for day, _ in DAYS
            for starts, ends in self.cleaned_data.get(f"day{day}") or ()
        ]

    def seen(self, own: Week) -> Week:
        """Return *own* when the form was shown over it. ``Stale`` when something else stood there then."""
        told = self.cleaned_data.get("standing", "")
        if told and told != self.initial["standing"]:
            raise Stale("ほかの人が先に執務時間を変更しました。ページを開き直してください。")
        return own


def digest(week: Week) -> str:
    """Return a short sign of a week."""
    return sha256(*(f"{one.day}:{one.starts % MINUTES}-{one.ends}" for one in week))[:16]
