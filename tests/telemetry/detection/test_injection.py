"""Text of rules, names of fields and values of lists are text to the engine, whatever they look like."""

from __future__ import annotations

import pytest

from tenken.telemetry.detection.documents import read_rule
from tenken.telemetry.detection.engine import evaluate_compiled
from tenken.telemetry.detection.problems import Unusable
from tenken.telemetry.detection.trying import trial_table, try_rule
from tenken.telemetry.events.rows import table_of
from tenken.telemetry.store import Store
from tests.telemetry.detection.evaluating import event, rule_text

pytestmark = pytest.mark.django_db
_HOSTILE = (
    "'",
    "\\'",
    "\\",
    "' OR 1=1 --",
    "')) OR (1=1",
    "{city:String}",
    "{nobody:String}",
    "%(city)s",
    "%s %% %",
    "`",
    '"; DROP TABLE events; --',
    "/* */",
    "a\0b",
    "\n--",
    "＇",
    "?)[",
)


@pytest.mark.parametrize("hostile", _HOSTILE)
def test_hostile_text_is_text(event_store: Store, hostile: str) -> None:
    rules = [
        rule_text({"selection": {"CommandLine|contains": f"x{hostile}x"}}),
        rule_text({"selection": {"CommandLine|startswith": [f"x{hostile}x"] * 5}}),
        rule_text({"selection": {"CommandLine|contains": [f"x{hostile}x", "zzz"]}}),
        rule_text({"selection": {f"F{hostile}": "found"}}),
        rule_text({"selection": [f"x{hostile}x"]}),
        rule_text({"selection": {"CommandLine|expand": "%keywords%"}}),
    ]
    words = f"x{hostile}x"
    hit: set[int] = set()
    reasons: list[str] = []
    with trial_table(event_store) as table:
        event_store.insert(
            table,
            table_of(
                [
                    event(command_line=words, rest={f"F{hostile}": "found"}, city="000000", payload=5, seq=1),
                    event(command_line="innocent", city="000000", payload=5, seq=2),
                ]
            ),
        )
        for text in rules:
            try:
                trial = try_rule(event_store, table, read_rule(text), {"keywords": (words,)})
            except Unusable as refused:
                reasons.append(refused.reason)
                continue
            assert trial.compiled is not None
            found = evaluate_compiled(event_store, table, "000000", trial.compiled).to_pylist()
            ours = {row["seq"] for row in found if row["payload"] == 5}
            assert ours <= {1}, text
            hit |= ours
    assert hit == {1}
    assert not [one for one in reasons if "検知エンジン" in one], "only pySigma refuses, never the store"
    assert event_store.stage_query("SELECT count() AS n FROM events", stage="events").to_pylist() == [
        {"n": 0}
    ]
