"""The rules that come with the product: ``detection/rules/*.yml``.

Besides Sigma's own fields a file may have a block ``tenken``: ``title_ja``, ``group_by`` (fields that tell one alert
from another), ``throttle_seconds``, ``notify``, and ``on: true`` for a rule that is on from the beginning.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tenken.organization.access import Principal, require
from tenken.organization.models import City
from tenken.telemetry.detection.documents import read_rule
from tenken.telemetry.detection.trying import trial_table, try_rule
from tenken.telemetry.detection.writing import NewRule, Taken, take_rules
from tenken.telemetry.models import DetectionRule
from tenken.telemetry.permissions import MANAGE_RULES
from tenken.telemetry.store import store

FOLDER: Final = Path(__file__).parent / "rules"


def shipped_files() -> Iterator[tuple[str, str]]:
    """Yield the name and text of each rule that comes with the product."""
    for path in sorted(FOLDER.glob("*.yml")):
        yield path.name, path.read_text(encoding="utf-8")


def install_shipped(*, by: Principal, city: City) -> Taken:
    """Take in the rules that come with the product, those with ``on`` switched on; again after an update: what changed.

    Rules the city wrote anew itself stay as they are, and none is switched on or off again. ``Unusable`` is a defect of
    a shipped file.
    """
    require(by, MANAGE_RULES)
    if city.pk != by.city_id:
        raise ValueError("the principal is of another city")
    from tenken.telemetry.lists.queries import snapshot

    lists = snapshot(city.code).values
    rules = []
    opened = store()
    with trial_table(opened) as table:
        for name, text in shipped_files():
            document = read_rule(text)
            trial = try_rule(opened, table, document, lists)
            said = document.data.get("tenken")
            rules.append(NewRule(document, trial, name, on=isinstance(said, dict) and said.get("on") is True))
    return take_rules(by=by, rules=rules, origin=DetectionRule.Origin.SHIPPED)
