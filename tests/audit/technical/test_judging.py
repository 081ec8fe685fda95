"""What a weakness is worth: by rule, and as an auditor judged it."""

from __future__ import annotations

from datetime import date

import pytest

from tenken.assets.models import InformationSystem
from tenken.audit.models import Engagement, Weakness
from tenken.audit.technical.operations import JudgementData, judge_weakness
from tenken.audit.technical.queries.figures import technical_results
from tenken.audit.technical.queries.weaknesses import (
    REVIEW,
    WeaknessFilter,
    waiting_for_review,
    weaknesses_of,
)
from tenken.audit.technical.rules.identity import exposed
from tenken.audit.technical.rules.urgency import effective, urgency
from tenken.audit.technical.words import CRITICAL, HIGH, LOW, MEDIUM, NONE
from tenken.common.refusals import Denied, Invalid, Stale
from tests.audit.technical.makers import EPOCH, applied, make_engagement, make_system, nessus
from tests.factories import Scenario

A, PUBLIC = "10.0.0.1", "8.8.8.8"
OLD = "Microsoft Windows Server 2008 R2 Standard Service Pack 1"


@pytest.mark.parametrize(
    ("severity", "is_exposed", "ended", "expected"),
    [
        ("critical", False, False, CRITICAL),
        ("critical", True, False, CRITICAL),
        ("high", False, False, HIGH),
        ("high", True, False, CRITICAL),
        ("medium", True, False, HIGH),
        ("low", False, False, LOW),
        ("low", True, False, MEDIUM),
        ("info", True, False, NONE),
        ("info", False, True, CRITICAL),
    ],
)
def test_urgency(severity: str, is_exposed: bool, ended: bool, expected: int) -> None:
    assert urgency(severity, exposed=is_exposed, end_of_support=ended) == expected


@pytest.mark.parametrize(
    ("host", "public", "expected"),
    [
        ("10.0.0.1", True, False),
        ("8.8.8.8", False, True),
        ("2001:db8::1", False, False),
        ("www.city.example.jp", True, True),
        ("www.city.example.jp", False, False),
        ("", True, True),
    ],
)
def test_what_the_internet_reaches(host: str, public: bool, expected: bool) -> None:
    assert exposed(host, system_public=public) is expected


def test_a_judgement_counts_until_its_day_and_while_no_more_is_known() -> None:
    day = date(2026, 11, 10)
    assert effective(HIGH, LOW, HIGH, day, day) == LOW
    assert effective(HIGH, LOW, HIGH, date(2026, 11, 9), day) == HIGH
    assert effective(CRITICAL, LOW, HIGH, day, day) == CRITICAL
    assert effective(HIGH, None, None, None, day) == HIGH


def low(**more: object) -> JudgementData:
    values = {
        "context": "inside_only",
        "urgency": LOW,
        "reason": "接続元を確かめた。",
        "valid_until": date(2027, 3, 31),
    } | more
    return JudgementData(**values)  # type: ignore[arg-type]


@pytest.fixture
def weakness(scenario: Scenario, system: InformationSystem, engagement: Engagement) -> Weakness:
    applied(
        scenario.by("auditor"), system, nessus([("1", 2, A, 443)], at=EPOCH["april"]), engagement=engagement
    )
    return Weakness.objects.get()


class TestJudging:
    def test_by_a_named_auditor_with_the_audit(
        self, scenario: Scenario, weakness: Weakness, engagement: Engagement
    ) -> None:
        made = judge_weakness(by=scenario.by("auditor"), weakness=weakness, data=low(), seen=0)
        assert (made.from_urgency, made.urgency, made.engagement_id) == (MEDIUM, LOW, engagement.pk)
        assert made.by_name == scenario.people["auditor"].name

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"reason": " "}, "reason"),
            ({"context": "none"}, "context"),
            ({"urgency": HIGH}, "urgency"),
            ({"context": "raised", "urgency": LOW}, "urgency"),
            ({"valid_until": date(2026, 11, 9)}, "valid_until"),
            ({"valid_until": date(2029, 11, 11)}, "valid_until"),
        ],
    )
    def test_what_it_may_say(
        self, scenario: Scenario, weakness: Weakness, wrong: dict[str, object], field: str
    ) -> None:
        with pytest.raises(Invalid) as refused:
            judge_weakness(by=scenario.by("auditor"), weakness=weakness, data=low(**wrong), seen=0)
        assert [problem.field for problem in refused.value.problems] == [field]
        assert not weakness.judgements.exists()

    def test_inside_only_is_not_said_of_what_the_internet_reaches(
        self, scenario: Scenario, engagement: Engagement, system: InformationSystem
    ) -> None:
        applied(
            scenario.by("auditor"),
            system,
            nessus([("1", 3, PUBLIC, 443)], at=EPOCH["april"]),
            engagement=engagement,
        )
        with pytest.raises(Invalid, match="判断の内容"):
            judge_weakness(by=scenario.by("auditor"), weakness=Weakness.objects.get(), data=low(), seen=0)

    def test_two_auditors_at_once(self, scenario: Scenario, weakness: Weakness) -> None:
        judge_weakness(by=scenario.by("auditor"), weakness=weakness, data=low(), seen=0)
        with pytest.raises(Stale):
            judge_weakness(by=scenario.by("secretariat"), weakness=weakness, data=low(), seen=0)

    def test_nobody_else(self, scenario: Scenario, weakness: Weakness, engagement: Engagement) -> None:
        Engagement.objects.filter(pk=engagement.pk).update(status="drafted")
        for role in ("ciso", "section_manager", "system_manager"):
            with pytest.raises(Denied):
                judge_weakness(by=scenario.by(role), weakness=weakness, data=low(), seen=0)

    def test_past_its_day_it_comes_back(
        self, scenario: Scenario, weakness: Weakness, system: InformationSystem
    ) -> None:
        by = scenario.by("auditor")
        judge_weakness(by=by, weakness=weakness, data=low(), seen=0)
        found = weaknesses_of(by, system, WeaknessFilter()).get()
        assert found.effective == LOW  # type: ignore[attr-defined]
        assert not waiting_for_review(by).exists()
        later = scenario.by("auditor", on=date(2027, 4, 1))
        assert weaknesses_of(later, system, WeaknessFilter(state=REVIEW)).get().effective == MEDIUM  # type: ignore[attr-defined]

    def test_what_gets_worse_comes_back(
        self, scenario: Scenario, weakness: Weakness, system: InformationSystem, engagement: Engagement
    ) -> None:
        by = scenario.by("auditor")
        judge_weakness(by=by, weakness=weakness, data=low(), seen=0)
        applied(by, system, nessus([("1", 4, A, 443)], at=EPOCH["june"]), engagement=engagement)
        assert waiting_for_review(by).get() == weakness

    def test_a_lifted_judgement_stays_on_record(self, scenario: Scenario, weakness: Weakness) -> None:
        by = scenario.by("auditor")
        with pytest.raises(Stale):
            judge_weakness(by=by, weakness=weakness, data=low(context="lifted"), seen=0)
        judge_weakness(by=by, weakness=weakness, data=low(context="false_positive", urgency=HIGH), seen=0)
        weakness.refresh_from_db()
        assert weakness.judged_urgency == NONE
        judge_weakness(by=by, weakness=weakness, data=low(context="lifted"), seen=1)
        weakness.refresh_from_db()
        assert weakness.judged_urgency is None
        assert weakness.judgements.count() == 2


class TestFigures:
    def test_in_the_words_of_document_001(
        self, scenario: Scenario, weakness: Weakness, engagement: Engagement
    ) -> None:
        by = scenario.by("auditor")
        judge_weakness(by=by, weakness=weakness, data=low(context="layered"), seen=0)
        other = make_system(scenario, "SYS-02", public=True)
        second = make_engagement(scenario, other, starts_on=date(2026, 11, 1))
        applied(
            by, other, nessus([], at=EPOCH["june"], hosts=[PUBLIC], systems={PUBLIC: OLD}), engagement=second
        )
        results = technical_results(city=scenario.city, fiscal_year=2026)
        assert [one.sentence for one in results.systems] == [
            "いくつかのぜい弱性を検出したが、複数の対策による多層防御が機能しているため、対策の必要性は低いと判断した。",
            "インターネットに公開されているサーバの1台に、サポートが終了したOS（Windows Server 2008 R2）が使用されている緊急度の高いぜい弱性を検出した。",
        ]
        assert results.judged_low == 1
        assert results.out_of_support == 1
        assert results.by_urgency == {CRITICAL: 1, HIGH: 0, MEDIUM: 0, LOW: 1, NONE: 0}
        assert (
            len(technical_results(city=scenario.city, fiscal_year=2026, engagement=engagement).systems) == 1
        )
        assert not technical_results(city=scenario.city, fiscal_year=2025).systems
