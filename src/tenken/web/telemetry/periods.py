"""The period and the section that a board is asked for."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.forms import ChoiceField, Form

from tenken.organization.access import Principal
from tenken.organization.capabilities import Capability
from tenken.organization.models import Unit
from tenken.organization.models.validity import valid_on
from tenken.organization.queries import names_with_bureau
from tenken.telemetry.boards.seeing import LONGEST_DAYS, Period
from tenken.web.components.fields import EraDateField
from tenken.web.principal import SignedInRequest


class PeriodForm(Form):
    """Days in Japan, both included, and whose."""

    first = EraDateField(label="期間の初め", required=False, help_text="")
    last = EraDateField(label="期間の終わり", required=False, help_text="")
    unit = ChoiceField(label="局・区・課", required=False)

    def __init__(self, data: Any, *, units: list[tuple[str, str]], longest: int = LONGEST_DAYS) -> None:
        super().__init__(data)
        self.longest = longest
        field = self.fields["unit"]
        assert isinstance(field, ChoiceField)
        field.choices = [("", "すべて"), *units]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        first, last = said.get("first"), said.get("last")
        if first and last and last < first:
            self.add_error("last", "期間の初めより前です。")
        elif first and last and (last - first).days >= self.longest:
            self.add_error("last", f"{self.longest}日以内にしてください。")
        return said


def units_in_sight(by: Principal, capability: Capability) -> list[tuple[str, str]]:
    """Return the bureaus and sections in sight today, named with their bureau, by key."""
    rows = Unit.objects.restrict(by, capability).filter(valid_on(by.on), kind__rank__gte=1)
    keys = list(rows.order_by("code").values_list("pk", flat=True))
    names = names_with_bureau(by.city, keys, by.on)
    return [(str(key), names[key]) for key in keys]


def asked(
    request: SignedInRequest, capability: Capability, *, days: int, longest: int = LONGEST_DAYS
) -> tuple[PeriodForm, Period, Unit | None]:
    """Return the form, and the period and the unit it asks for: the last *days* up to today where it says nothing, or
    what cannot be (the form says so)."""
    by = request.principal
    form = PeriodForm(request.GET or None, units=units_in_sight(by, capability), longest=longest)
    first: date | None = None
    last: date | None = None
    unit = None
    if form.is_bound and form.is_valid():
        first, last = form.cleaned_data["first"], form.cleaned_data["last"]
        if key := form.cleaned_data["unit"]:
            unit = Unit.objects.get(pk=key, city=by.city_id)
    if first and not last:
        last = max(first, min(by.on, first + timedelta(days=days - 1)))
    last = last or by.on
    period = Period(first, last) if first else Period.ending(last, days)
    form.initial = {"first": period.first, "last": period.last}
    return form, period, unit
