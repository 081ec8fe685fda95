"""A search, a kept one, an event, and a sample with views of both sections, for the walk over every address."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.factories import Scenario
from tests.web.policy_city import TODAY

from tenken.common import clock
from tenken.organization.models import Unit
from tenken.telemetry.events.rows import table_of
from tenken.telemetry.models import SampledView, ViewSample
from tenken.telemetry.search import searching
from tenken.telemetry.search.criteria import of_days
from tenken.telemetry.search.purposes import state_purpose
from tenken.telemetry.search.reading import Key
from tenken.telemetry.search.saved import save_search
from tenken.telemetry.store import store

_TS = datetime(2014, 2, 20, 3, tzinfo=UTC)


def search_places(scenario: Scenario) -> dict[str, dict[str, tuple[Any, ...]]]:
    """Return the places of the addresses of operation logs."""
    by = scenario.by("secretariat")
    state_purpose(by=by, kind="audit", text="確かめる")
    sections = {"inside": scenario.section_a1, "outside": scenario.section_b1}
    rows = [
        {"ts": _TS, "city": by.city_code, "op": "web", "section": unit.code, "payload": 1, "seq": unit.pk}
        for unit in sections.values()
    ]
    store().insert("events", table_of(rows))
    found = searching.search(by=by, criteria=of_days(TODAY, TODAY))
    kept = save_search(by=by, name="確かめる", query="since=2014-03-01", summary="", shared=True)
    key = str(Key(int(_TS.timestamp() * 1000), 1, scenario.section_a1.pk))
    views = {where: _drawn(scenario, unit, found.record.purpose_id) for where, unit in sections.items()}
    return {
        "search": {"inside": (found.record.pk,)},
        "search_page": {"inside": (found.record.pk, key)},
        "saved_search": {"inside": (kept.pk,)},
        "event": {"inside": (key,)},
        "sample": {where: (view.sample_id,) for where, view in views.items()},
        "sample_view": {where: (view.sample_id, view.pk) for where, view in views.items()},
        "web_unit": {where: (unit.pk,) for where, unit in sections.items()},
    }


def _drawn(scenario: Scenario, unit: Unit, purpose: int) -> SampledView:
    sample = ViewSample.objects.create(
        city=scenario.city,
        title="閲覧",
        purpose_id=purpose,
        starts_on=TODAY,
        ends_on=TODAY,
        seed=1,
        wanted=1,
        population=1,
        drawn_by=scenario.people["secretariat"],
        drawn_at=clock.now(),
    )
    return SampledView.objects.create(
        sample=sample, number=1, unit=unit, ts=_TS, payload=1, seq=unit.pk, what=f"{unit.name}の閲覧"
    )
