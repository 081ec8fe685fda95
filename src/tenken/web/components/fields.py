"""Form fields that read what a person types in Japanese: full-width digits, era dates, times of day."""

from __future__ import annotations

import unicodedata
from datetime import date, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from tenken.common.era import era_date, parse_date
from tenken.common.japanese_text import parse_count

# Whoever reckons on from a date must not fall off the calendar's end.
_LAST_YEAR = 2999


class EraDateField(forms.Field):
    """A date typed as 2014-07-01, 2014年7月1日, 平成26年7月1日 or H26.7.1, full-width too. Cleans to a ``date``, of the year
    2999 at the latest."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off"}))
        kwargs.setdefault("help_text", "例：2026-07-01、令和8年7月1日")
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, date):
            return value
        try:
            found = parse_date(str(value))
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from None
        if found.year > _LAST_YEAR:
            raise ValidationError(f"{_LAST_YEAR}年までの日付を入力してください。", code="invalid")
        return found

    def prepare_value(self, value: Any) -> Any:
        return era_date(value) if isinstance(value, date) else value


class CountField(forms.Field):
    """A whole number from 0, full-width digits and commas accepted. Cleans to an ``int``."""

    def __init__(self, *, maximum: int | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))
        self.maximum = maximum
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        try:
            number = parse_count(str(value))
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from None
        if self.maximum is not None and number > self.maximum:
            raise ValidationError(f"{self.maximum:,}以下の数字を入力してください。", code="max_value")
        return number


class ClockTimeField(forms.Field):
    """A time of day typed as 13:30 or 13時30分, full-width too. Cleans to a ``time``."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off"}))
        kwargs.setdefault("help_text", "例：13:30")
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> time | None:
        if value in self.empty_values:
            return None
        plain = unicodedata.normalize("NFKC", str(value)).strip().replace("時", ":").rstrip("分")
        hours, _, minutes = plain.partition(":")
        try:
            return time(int(hours), int(minutes or 0))
        except ValueError:
            raise ValidationError(f"「{str(value)[:20]}」は時刻として読めません（例：13:30）。") from None

    def prepare_value(self, value: Any) -> Any:
        return f"{value.hour}:{value.minute:02d}" if isinstance(value, time) else value
