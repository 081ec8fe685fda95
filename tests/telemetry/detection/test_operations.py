"""Rules saved, switched, set aside, taken in; the engine on what is on."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from unittest import mock

import pytest

from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.journal.models import Entry
from tenken.organization.access import Principal
from tenken.telemetry.detection import engine
from tenken.telemetry.detection.engine import correlate, evaluate, forget
from tenken.telemetry.detection.operations import (
    RuleSettings,
    change_settings,
    fail_rule,
    import_rules,
    install_shipped,
    save_rule,
    switch_off,
    switch_on,
)
from tenken.telemetry.detection.shipped import shipped_files
from tenken.telemetry.detection.states import RuleEvent, next_state
from tenken.telemetry.events.rows import table_of
from tenken.telemetry.lists.operations import NewEntry, add_entry
from tenken.telemetry.lists.queries import forget_snapshots
from tenken.telemetry.models import DetectionRule
from tenken.telemetry.store import Store, StoreUnavailable
from tenken.telemetry.store.tables import stage_statement
from tests.factories import Scenario, make_other_city
from tests.telemetry.detection.evaluating import event, rule_text

pytestmark = pytest.mark.django_db

WHOAMI = rule_text({"selection": {"CommandLine|contains": "whoami"}})
BURST = """title: Burst
name: burst
correlation:
  type: event_count
  rules: [00000000-0000-4000-8000-000000000001]
  group-by: [User, Custom]
  timespan: 5m
  condition: {gte: 2}
"""


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    forget()
    forget_snapshots()
    yield
    forget()
    forget_snapshots()


@pytest.fixture
def by(scenario: Scenario) -> Principal:
    return scenario.by("secretariat")


@pytest.fixture
def stage(event_store: Store) -> Iterator[str]:
    event_store.command(stage_statement("stage_of_rules"))
    rows = [
        event(command_line=f"whoami {at}", user="Yamada", rest={"Custom": "c"}, payload=1, seq=at)
        for at in range(3)
    ]
    event_store.insert("stage_of_rules", table_of(rows))
    yield "stage_of_rules"
    event_store.command("DROP TABLE stage_of_rules")


def seen(store: Store, stage: str, by: Principal) -> int:
    forget()
    found = evaluate(store, stage, by.city_code)
    return 0 if found is None else found.num_rows


def on(by: Principal, text: str = WHOAMI, **said: object) -> DetectionRule:
    rule = save_rule(by=by, text=text, settings=RuleSettings(**said) if said else None)  # type: ignore[arg-type]
    return switch_on(by=by, rule=rule, version=rule.version)


def test_a_rule_raises_only_while_it_is_on(by: Principal, event_store: Store, stage: str) -> None:
    rule = save_rule(by=by, text=WHOAMI)
    assert (rule.state, rule.code[-1], rule.category, seen(event_store, stage, by)) == (
        "draft",
        "1",
        "process_creation",
        0,
    )
    rule = switch_on(by=by, rule=rule, version=rule.version)
    assert (rule.state, seen(event_store, stage, by)) == ("on", 3)
    assert rule.trial_ms
    rule = switch_off(by=by, rule=rule, version=rule.version)
    assert (rule.state, seen(event_store, stage, by)) == ("off", 0)
    assert [(one.number, one.what, one.state, one.made_by) for one in rule.versions.order_by("number")] == [
        (1, "保存", "draft", by.actor.code),
        (2, "有効", "on", by.actor.code),
        (3, "無効", "off", by.actor.code),
    ]
    assert [one.operation for one in Entry.objects.filter(subject_type="telemetry.rule").order_by("sequence")] == [
        "telemetry.rule.save", "telemetry.rule.on", "telemetry.rule.off",
    ]  # fmt: skip


def test_a_hit_says_when_who_and_what_its_group_needs(by: Principal, event_store: Store, stage: str) -> None:
    rule = on(by, group_by=("User", "Custom", "pages"))
    found = evaluate(event_store, stage, by.city_code)
    assert found is not None
    row = found.to_pylist()[0]
    assert (row["rule"], row["city"], row["payload"], row["user"]) == (rule.pk, by.city_code, 1, "Yamada")
    assert dict(row["fields"]) == {"User": "Yamada", "Custom": "c", "pages": "0"}


def test_only_who_manages_rules_may(scenario: Scenario, by: Principal) -> None:
    other = scenario.by("staff")
    rule = save_rule(by=by, text=WHOAMI)
    for attempt in (
        lambda: save_rule(by=other, text=WHOAMI),
        lambda: switch_on(by=other, rule=rule, version=1),
        lambda: switch_off(by=other, rule=rule, version=1),
        lambda: change_settings(by=other, rule=rule, version=1, settings=RuleSettings()),
        lambda: install_shipped(by=other, city=scenario.city),
        lambda: import_rules(by=other, folder=Path("/nowhere")),
    ):
        with pytest.raises(Denied):
            attempt()


def test_a_rule_of_another_city_is_none(by: Principal) -> None:
    elsewhere = make_other_city().by("secretariat")
    rule = save_rule(by=elsewhere, text=WHOAMI)
    with pytest.raises(Missing):
        switch_off(by=by, rule=rule, version=rule.version)


def test_what_cannot_be_used_is_refused_with_its_line(by: Principal) -> None:
    with pytest.raises(Invalid) as refused:
        save_rule(by=by, text=WHOAMI.replace("|contains", "|nosuch"))
    assert "9行目" in refused.value.message
    assert "nosuch" in refused.value.message
    assert refused.value.problems[0].field == "text"
    assert not DetectionRule.objects.exists()


def test_a_rule_that_names_no_known_list_cannot_be_switched_on(by: Principal) -> None:
    rule = save_rule(by=by, text=rule_text({"selection": {"host|expand": "%no_such%"}}))
    with pytest.raises(Invalid, match="no_such"):
        switch_on(by=by, rule=rule, version=rule.version)
    rule.refresh_from_db()
    assert rule.state == "draft"


def test_a_change_seen_too_late_is_stale(by: Principal) -> None:
    rule = on(by)
    for attempt in (
        lambda: save_rule(by=by, text=WHOAMI, rule=rule, version=1),
        lambda: switch_off(by=by, rule=rule, version=1),
        lambda: switch_on(by=by, rule=rule, version=rule.version),
        lambda: save_rule(by=by, text=WHOAMI),
    ):
        with pytest.raises(Stale):
            attempt()


def test_a_rule_that_is_on_is_tried_before_its_new_text_counts(
    by: Principal, event_store: Store, stage: str
) -> None:
    rule = on(by)
    with pytest.raises(Invalid):
        save_rule(by=by, text=rule_text({"selection": {"host|expand": "%no_such%"}}), rule=rule, version=2)
    assert seen(event_store, stage, by) == 3
    rule = save_rule(
        by=by, text=rule_text({"selection": {"CommandLine|endswith": " 2"}}), rule=rule, version=2
    )
    assert (rule.state, seen(event_store, stage, by)) == ("on", 1)


def test_settings_are_kept_and_checked(by: Principal) -> None:
    rule = save_rule(by=by, text=WHOAMI)
    settings = RuleSettings("誰か", "high", ("user",), 60, notify=False)
    rule = change_settings(by=by, rule=rule, version=1, settings=settings)
    rule = save_rule(by=by, text=WHOAMI.replace("Rule 1", "Rule one"), rule=rule, version=2)
    assert (rule.shown_title, rule.level, rule.group_by, rule.throttle_seconds, rule.notify) == (
        "誰か",
        "high",
        ["user"],
        60,
        False,
    )
    for wrong in (
        RuleSettings(level="huge"),
        RuleSettings(group_by=("",)),
        RuleSettings(throttle_seconds=-1),
        RuleSettings(title_ja="長" * 257),
    ):
        with pytest.raises(Invalid):
            change_settings(by=by, rule=rule, version=3, settings=wrong)


def test_a_failing_rule_is_set_aside_and_the_others_go_on(
    by: Principal, event_store: Store, stage: str, caplog: pytest.LogCaptureFixture
) -> None:
    good, bad = on(by), on(by, rule_text({"selection": {"User": "yamada"}}, number=2))
    sound = engine.hits_query

    def broken(table: str, rules: Sequence[engine.EventRule]) -> str:
        sql = sound(table, rules)
        return (
            sql.replace(f"* {bad.pk}", f"* {bad.pk} * throwIf(1, 'no luck')")
            if any(one.number == bad.pk for one in rules)
            else sql
        )

    forget()
    with mock.patch.object(engine, "hits_query", broken), caplog.at_level(logging.CRITICAL):
        found = evaluate(event_store, stage, by.city_code)
    assert found is not None
    assert set(found["rule"].to_pylist()) == {good.pk}
    bad.refresh_from_db()
    assert bad.state == "failed"
    assert "no luck" in bad.reason
    assert bad.versions.first().made_by == "system:detection"  # type: ignore[union-attr]
    assert seen(event_store, stage, by) == 3
    again = switch_on(by=by, rule=bad, version=bad.version)
    assert (again.state, again.reason, again.failed_at) == ("on", "", None)


def test_a_store_that_cannot_be_asked_fails_no_rule(by: Principal, event_store: Store) -> None:
    rule = on(by)
    with pytest.raises(Exception, match="no_such_stage"):
        evaluate(event_store, "no_such_stage", by.city_code)
    rule.refresh_from_db()
    assert rule.state == "on"


def test_a_store_that_is_busy_for_a_moment_fails_no_rule(
    by: Principal, event_store: Store, stage: str
) -> None:
    rule = on(by)
    forget()
    with (
        mock.patch.object(engine._Asked, "query", side_effect=StoreUnavailable("busy")),
        pytest.raises(StoreUnavailable),
    ):
        evaluate(event_store, stage, by.city_code)
    rule.refresh_from_db()
    assert rule.state == "on"


def test_a_list_that_cannot_be_bound_sets_its_rule_aside_with_the_line(
    by: Principal, event_store: Store, stage: str
) -> None:
    rule = on(by, rule_text({"selection": {"CommandLine|contains|expand": "%keywords%"}}))
    assert seen(event_store, stage, by) == 0
    add_entry(by=by, code="keywords", entry=NewEntry("WHOAMI"))
    forget_snapshots()
    assert seen(event_store, stage, by) == 3
    with mock.patch("tenken.telemetry.lists.queries._values", return_value={"keywords": ("", "x")}):
        forget_snapshots()
        assert seen(event_store, stage, by) == 0
    rule.refresh_from_db()
    assert rule.state == "failed"
    assert rule.reason.startswith("9行目")
    assert "空の値" in rule.reason


def test_a_correlation_that_is_on_is_fed_by_a_rule_that_is_off(
    by: Principal, event_store: Store, stage: str
) -> None:
    base = save_rule(by=by, text=WHOAMI)
    burst = on(by, BURST)
    assert burst.kind == "correlation"
    forget()
    hits = evaluate(event_store, stage, by.city_code)
    assert hits is not None
    assert set(hits["rule"].to_pylist()) == {base.pk}
    event_store.insert("hits", hits)
    found = correlate(event_store, by.city_code, hits)
    assert found is not None
    (row,) = found.to_pylist()
    assert row["rule"] == burst.pk
    assert dict(row["fields"]) == {"User": "Yamada", "Custom": "c", "count": "3"}
    burst.refresh_from_db()
    switch_off(by=by, rule=burst, version=burst.version)
    assert seen(event_store, stage, by) == 0


def test_a_correlation_without_its_rule_cannot_be_switched_on(by: Principal) -> None:
    rule = save_rule(by=by, text=BURST)
    with pytest.raises(Invalid, match="00000000-0000-4000-8000-000000000001"):
        switch_on(by=by, rule=rule, version=rule.version)


def test_correlations_that_count_each_other_are_refused(by: Principal) -> None:
    first, second = (
        BURST.replace("burst", name).replace("00000000-0000-4000-8000-000000000001", other)
        for name, other in (("one", "two"), ("two", "one"))
    )
    save_rule(by=by, text=first)
    rule = save_rule(by=by, text=second)
    with pytest.raises(Invalid, match="互い"):
        switch_on(by=by, rule=rule, version=rule.version)


def test_a_rule_changed_since_is_not_failed(by: Principal) -> None:
    rule = on(by)
    fail_rule(number=rule.pk, version=rule.version - 1, reason="old")
    fail_rule(number=rule.pk + 1_000, version=None, reason="none")
    rule.refresh_from_db()
    assert rule.state == "on"


@pytest.mark.parametrize("state", DetectionRule.State.values)
@pytest.mark.parametrize("event", list(RuleEvent))
def test_every_state_answers_every_event(state: str, event: RuleEvent) -> None:
    after, why_not = next_state(state, event)
    assert after in DetectionRule.State.values
    assert (after == state) if why_not else True


# --- shipped


def test_shipped_rules_come_once_and_follow_the_product(by: Principal, event_store: Store) -> None:
    taken = install_shipped(by=by, city=by.city)
    assert len(taken.added) == len(list(shipped_files())) > 0
    assert install_shipped(by=by, city=by.city).unchanged == taken.added
    rule = DetectionRule.objects.filter(state="on").first()
    assert rule is not None
    rule = switch_off(by=by, rule=rule, version=rule.version)
    save_rule(by=by, text=rule.text + "\n# ours\n", rule=rule, version=rule.version)
    other = DetectionRule.objects.exclude(pk=rule.pk).first()
    assert other is not None
    DetectionRule.objects.filter(pk=other.pk).update(text=other.text + "\n# older\n", state="off")
    again = install_shipped(by=by, city=by.city)
    assert (again.kept, again.changed) == ([rule.code], [other.code])
    other.refresh_from_db()
    assert (other.state, "# older" in other.text) == ("off", False)
    assert other.versions.count() == 2


# --- a tree of rules


def tree(folder: Path) -> Path:
    for number in range(1, 4):
        path = folder / f"windows/sub{number}/rule{number}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            rule_text({"selection": {"Image|endswith": f"\\{number}.exe"}}, number=number), encoding="utf-8"
        )
    (folder / "windows/several.yaml").write_text(
        rule_text({"selection": {"User": "a"}}, number=4) + "---\n"
        + rule_text({"selection": {"Image|re": "(?=x)"}}, number=5) + "---\n"
        + rule_text({"selection": {"User": "b"}}, number=1), encoding="utf-8",
    )  # fmt: skip
    (folder / "cp932.yml").write_bytes("title: あ\n表題: 髙".encode("cp932", "replace"))
    (folder / "burst.yml").write_text(BURST, encoding="utf-8")
    (folder / "lost.yml").write_text(
        BURST.replace("burst", "lost").replace("000001", "999999"), encoding="utf-8"
    )
    (folder / "above.yml").write_text(
        BURST.replace("burst", "above").replace("00000000-0000-4000-8000-000000000001", "lost"),
        encoding="utf-8",
    )
    (folder / "README.md").write_text("no rule")
    return folder


def test_a_tree_is_tried_rule_by_rule(by: Principal, tmp_path: Path, event_store: Store) -> None:
    report = import_rules(by=by, folder=tree(tmp_path))
    assert (report.files, report.documents, report.taken) == (8, 9, None)
    assert {one.document.code[-1] for one in report.usable} == {"1", "2", "3", "4", "t"}
    assert sorted((one.file, one.line, one.kind) for one in report.problems) == [
        ("above.yml", 5, "相関が数えるルールがない"),
        ("cp932.yml", 1, "文字コードの誤り"),
        ("lost.yml", 5, "相関が数えるルールがない"),
        ("windows/several.yaml", 19, "使えない正規表現"),
        ("windows/sub1/rule1.yml", 1, "重複"),
    ]
    assert not DetectionRule.objects.exists()


def test_what_is_usable_is_taken_in_switched_off_and_again_as_it_changed(
    by: Principal, tmp_path: Path, event_store: Store
) -> None:
    folder = tree(tmp_path)
    assert len(import_rules(by=by, folder=folder, apply=True).taken.added) == 5  # type: ignore[union-attr]
    assert set(DetectionRule.objects.values_list("state", "origin")) == {("off", "imported")}
    path = folder / "windows/sub2/rule2.yml"
    path.write_text(path.read_text().replace("2.exe", "two.exe"))
    taken = import_rules(by=by, folder=folder, apply=True).taken
    assert taken is not None
    assert ([one[-1] for one in taken.changed], len(taken.unchanged), taken.added) == (["2"], 4, [])
    rule = DetectionRule.objects.get(code=taken.changed[0])
    assert (rule.version, rule.versions.count(), "two.exe" in rule.text) == (2, 2, True)
    assert Entry.objects.filter(operation="telemetry.rule.import").count() == 2


def test_a_folder_without_rules_is_refused(by: Principal, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="ありません"):
        import_rules(by=by, folder=tmp_path)
    with pytest.raises(Invalid, match="フォルダー"):
        import_rules(by=by, folder=tmp_path / "none")
