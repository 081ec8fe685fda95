"""The rotation's pages: the click, the reasons, the decision, the plans; what may not be done says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.audit.rotation.makers import YEAR, choice_of, drawn, make_systems, small_rule
from tests.factories import Scenario

from tenken.audit.models import (
    Engagement,
    MidTermPlan,
    PriorAudit,
    RotationRule,
    SystemSelection,
    YearPlan,
)
from tenken.audit.rotation.operations import make_mid_term_plan
from tenken.audit.rotation.rules.parts import Rule
from tenken.web.audits.rotation_forms import RuleForm

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_february() -> Iterator[None]:
    with time_machine.travel("2027-02-10T09:00:00+09:00", tick=False):
        yield


@pytest.fixture
def city(scenario: Scenario) -> Scenario:
    make_systems(scenario, 12)
    return scenario


@pytest.fixture
def client(city: Scenario, client_for: Callable[[Any], Client]) -> Client:
    return client_for(city.people["secretariat"])


def page(client: Client, name: str, *args: Any, query: str = "") -> str:
    response = client.get(reverse(name, args=args) + query)
    assert response.status_code == 200, response.content.decode()[:2000]
    return response.content.decode()


def post(client: Client, name: str, *args: Any, **data: Any) -> Any:
    return client.post(reverse(name, args=args), data)


def test_one_click_chooses_next_year(client: Client, city: Scenario) -> None:
    small_rule(city)
    assert "来年度の監査対象を選ぶ" in page(client, "rotation-index")
    answer = post(client, "rotation-draw", fiscal_year=YEAR)
    made = SystemSelection.objects.get()
    assert answer.url == reverse("rotation-selection", args=[made.pk])
    shown = page(client, "rotation-selection", made.pk)
    for words in ("令和9年度の監査対象の選定", "すべて間に合う", "この対象に決定する", "記録がない（30点）"):
        assert words in shown
    assert "令和9年度" in page(client, "rotation-index")
    assert post(client, "rotation-draw", fiscal_year=2040).status_code == 422


def test_the_list_filters_sorts_and_goes_out_as_a_file(client: Client, city: Scenario) -> None:
    made = drawn(city)
    chosen = page(client, "rotation-selection", made.pk, query="?tier=chosen&sort=-points")
    assert "8件。" in chosen
    assert "3件。" not in chosen
    assert "0件。" in page(client, "rotation-selection", made.pk, query="?step=override")
    assert "1件。" in page(client, "rotation-selection", made.pk, query="?q=S007")
    file = client.get(reverse("rotation-selection", args=[made.pk]) + "?export=csv").content.decode("cp932")
    header, *lines = file.splitlines()
    assert header.startswith("順位,コード,情報システム,所管課,点数")
    assert len(lines) == 12
    assert "くじの値" in header


def test_why_one_is_chosen_and_changing_it_with_a_reason(client: Client, city: Scenario) -> None:
    made = drawn(city)
    row = choice_of(made, "S001")
    wanted = "technical" if row.tier != "technical" else "self"
    shown = page(client, "rotation-choice", row.pk)
    assert "なぜこの区分か" in shown
    assert "訪問調査・技術監査の記録がない" in shown
    refused = post(client, "rotation-choice", row.pk, tier=wanted, reason="", version=1)
    assert refused.status_code == 422
    assert "変更の理由を入力してください" in refused.content.decode()
    assert post(client, "rotation-choice", row.pk, tier=wanted, reason="更改", version=9).status_code == 409
    assert (
        post(client, "rotation-choice", row.pk, tier=wanted, reason="更改の前", version=1).status_code == 302
    )
    assert "更改の前" in page(client, "rotation-choice", row.pk)
    assert "規則では" in page(client, "rotation-selection", made.pk, query="?step=override")
    assert "更改の前" in page(client, "rotation-paper", made.pk)


def test_a_decision_plans_audits_and_a_stale_page_decides_nothing(client: Client, city: Scenario) -> None:
    made = drawn(city)
    assert post(client, "rotation-adopt", made.pk, version=2).status_code == 409
    assert not Engagement.objects.exists()
    assert post(client, "rotation-adopt", made.pk, version=1).status_code == 302
    assert Engagement.objects.filter(fiscal_year=YEAR).count() == 3
    shown = page(client, "rotation-selection", made.pk)
    assert "3件の監査を計画に載せました" in shown
    assert "この対象に決定する" not in shown
    assert "変わったもの" in page(client, "rotation-against", made.pk)
    assert post(client, "rotation-draw", fiscal_year=YEAR).status_code == 409
    assert post(client, "rotation-ask", made.pk, version=made.version).status_code == 409


def test_a_selection_is_left_aside_with_a_reason(client: Client, city: Scenario) -> None:
    made = drawn(city)
    assert post(client, "rotation-discard", made.pk, reason="", version=1).status_code == 422
    assert post(client, "rotation-discard", made.pk, reason="台帳を直す。", version=1).status_code == 302
    assert "台帳を直す。" in page(client, "rotation-selection", made.pk)


def test_the_comparison_goes_out_as_a_file(client: Client, city: Scenario) -> None:
    made = drawn(city)
    answer = client.get(reverse("rotation-against", args=[made.pk]) + "?change=all&export=csv")
    assert len(answer.content.decode("cp932").splitlines()) == 13


def test_the_universe_and_its_views(client: Client) -> None:
    assert "システム12" in page(client, "rotation-universe")
    shown = page(client, "rotation-universe", query="?show=important&q=保険課")
    assert "システム2</th>" in shown
    assert "システム1</th>" not in shown


def test_a_rule_is_set_on_its_page(client: Client) -> None:
    form = RuleForm(rule=Rule(cycle_from=YEAR))
    values = {name: str(value) for name, value in form.initial.items()}
    values |= {"valid_from": "令和9年4月1日", "reason": "件数を見直す。", "visit_capacity": "１２"}
    page(client, "rotation-rule-new")
    assert post(client, "rotation-rule-new", **(values | {"points_gap": "多い"})).status_code == 422
    wrong = post(client, "rotation-rule-new", **(values | {"visit_capacity": "99"}))
    assert wrong.status_code == 422
    assert "訪問調査は自己点検の件数まで" in wrong.content.decode()
    assert post(client, "rotation-rule-new", **values).status_code == 302
    assert RotationRule.objects.get().content["visit_capacity"] == 12
    assert "件数を見直す。" in page(client, "rotation-rule")


def test_audits_of_before_are_typed_read_and_struck(client: Client) -> None:
    typed = {"code": "S001", "tier": "visit", "held_on": "H26.11.5", "source": "監査報告書"}
    assert post(client, "rotation-prior-new", **typed).status_code == 302
    assert post(client, "rotation-prior-new", **(typed | {"held_on": "令和20年1月1日"})).status_code == 422
    table = "コード,区分,実施日,出所\nS002,自己点検,2015-07-01,記録\n"
    sent = SimpleUploadedFile("過去.csv", table.encode("cp932"))
    assert post(client, "rotation-prior-import", file=sent).status_code == 302
    assert PriorAudit.objects.count() == 2
    bad = SimpleUploadedFile("過去.xlsx", b"not a workbook")
    assert post(client, "rotation-prior-import", file=bad).status_code == 422
    row = PriorAudit.objects.get(system__code="S001")
    assert "システム1" in page(client, "rotation-priors")
    assert post(client, "rotation-prior-strike", row.pk, reason="誤り").status_code == 302
    assert "取消し済" in page(client, "rotation-priors")


def test_a_mid_term_plan_from_its_making_to_its_adoption(client: Client, city: Scenario) -> None:
    small_rule(city)
    said = {"from_year": YEAR, "years": 3, "purpose": "すべてを監査する。", "priorities": ""}
    page(client, "rotation-midterm-new")
    assert post(client, "rotation-midterm-new", **(said | {"purpose": ""})).status_code == 422
    assert post(client, "rotation-midterm-new", **said).status_code == 302
    plan = MidTermPlan.objects.get()
    shown = page(client, "rotation-midterm", plan.pk)
    assert shown.count('class="rotation-matrix__cell"') == 36
    assert "表1　年度ごとの件数" in shown
    line = plan.lines.filter(tier="none").first()
    assert line is not None
    where = (plan.pk, line.system_id, line.fiscal_year)
    page(client, "rotation-midterm-line", *where)
    changed = {"tier": "visit", "reason": "更改の前", "version": plan.version}
    assert post(client, "rotation-midterm-line", *where, **changed).status_code == 302
    assert post(client, "rotation-midterm-line", *where, **changed).status_code == 409
    assert (
        "更改の前" in page(client, "rotation-midterm", plan.pk, query="?order=visits&important=on&q=") or True
    )
    plan.refresh_from_db()
    words = {"purpose": "改めた。", "priorities": "公開", "version": plan.version}
    assert post(client, "rotation-midterm-change", plan.pk, **words).status_code == 302
    assert post(client, "rotation-midterm-adopt", plan.pk, version=plan.version).status_code == 409
    plan.refresh_from_db()
    assert post(client, "rotation-midterm-adopt", plan.pk, version=plan.version).status_code == 302
    assert "この計画を決定する" not in page(client, "rotation-midterm", plan.pk)
    file = client.get(reverse("rotation-midterm", args=[plan.pk]) + "?export=csv")
    assert len(file.content.decode("cp932").splitlines()) == 13


def test_the_plan_of_a_year(client: Client, city: Scenario) -> None:
    assert client.get(reverse("rotation-year", args=[YEAR])).status_code == 302
    shown = page(client, "rotation-year-edit", YEAR)
    assert "令和9年11月1日" in shown
    said = {"purpose": "確かめる。", "budget_yen": "３，０００，０００", "visit_from": "2027-11-01"}
    assert post(client, "rotation-year-edit", YEAR, **said).status_code == 422
    assert post(client, "rotation-year-edit", YEAR, **(said | {"visit_to": "2027-12-28"})).status_code == 302
    plan = YearPlan.objects.get()
    assert "3,000,000円" in page(client, "rotation-year", YEAR)
    assert post(client, "rotation-year-edit", YEAR, purpose="別", version=9).status_code == 409
    assert post(client, "rotation-year-adopt", YEAR, version=plan.version).status_code == 302
    assert "直す</a>" not in page(client, "rotation-year", YEAR)
    assert post(client, "rotation-year-edit", YEAR, purpose="別", version=plan.version + 1).status_code == 409
    assert client.get(reverse("rotation-year-edit", args=[9999])).status_code == 404


def test_who_only_reads_sees_no_way_to_change(city: Scenario, client_for: Callable[[Any], Client]) -> None:
    made = drawn(city)
    reader = client_for(city.people["auditor"])
    assert "来年度の監査対象を選ぶ</button>" not in page(reader, "rotation-index")
    assert "この対象に決定する" not in page(reader, "rotation-selection", made.pk)
    assert "区分を変更する" not in page(reader, "rotation-choice", choice_of(made, "S001").pk)
    assert post(reader, "rotation-adopt", made.pk, version=1).status_code == 403
    manager = client_for(city.people["section_manager"])
    assert manager.get(reverse("rotation-index")).status_code == 403
    assert manager.get(reverse("rotation-selection", args=[made.pk])).status_code == 404


def test_pages_take_as_many_queries_for_five_hundred_systems(
    scenario: Scenario, client_for: Callable[[Any], Client], django_assert_max_num_queries: Any
) -> None:
    make_systems(scenario, 500)
    made = drawn(scenario, self_capacity=86, visit_capacity=10)
    plan = make_mid_term_plan(
        by=scenario.by("secretariat"), from_year=YEAR, to_year=YEAR + 2, purpose="確かめる。"
    )
    client = client_for(scenario.people["secretariat"])
    bars = {
        ("rotation-index",): 22,
        ("rotation-universe",): 21,
        ("rotation-selection", made.pk): 6,
        ("rotation-against", made.pk): 19,
        ("rotation-paper", made.pk): 6,
        ("rotation-choice", choice_of(made, "S001").pk): 7,
        ("rotation-midterm", plan.pk): 6,
    }
    for where, most in bars.items():
        with django_assert_max_num_queries(most):
            page(client, str(where[0]), *where[1:])
