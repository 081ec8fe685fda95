"""みどり市 as it stands in March 2026, written into this process's TENKEN_HOME; prints who may sign in, as JSON by role.

Four sections with the year 2025 behind them: what they answered, what they improved, the plan of that year. Everything
from April on is walked through the pages.
"""

from __future__ import annotations

import json
import os
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.browser.year.clock import install, set_moment

if TYPE_CHECKING:
    from tests.factories import Scenario

MARCH = datetime.fromisoformat("2026-03-20T09:00+09:00")
# Asked in 2025 and 2026. The answers to STOOD_BY may be stood by for a year.
ITEMS = ("M-CD-01", "M-MD-01", "M-PW-01", "R-VM-01", "R-BK-01")
STOOD_BY = ("M-PW-01",)
CAME_BACK = "M-CD-01"
LEFT_OPEN = "M-MD-01"


def _people(made: Scenario) -> dict[str, Any]:
    from tests.factories import make_person, make_unit

    section_b2 = make_unit(made.city, "年金課", parent=made.bureau_b)
    made.people["city_planning_manager"] = make_person(
        made.city, role="section_manager", unit=made.section_a2, name="清水 湊"
    )
    made.people["insurance_deputy"] = make_person(
        made.city, role="deputy", unit=made.section_b1, name="松本 稔"
    )
    person = made.people["insurance_deputy"]
    person.email = "hoken@midori.example"
    person.save(update_fields=["email"])
    made.people["pension_manager"] = make_person(
        made.city, role="section_manager", unit=section_b2, name="森 律子"
    )
    return {"b2": section_b2}


def _last_year(made: Scenario, sections: list[Any]) -> None:
    from tenken.findings.operations import HistoricFinding, HistoricStep
    from tenken.findings.operations import record_history as record_findings
    from tenken.findings.states import Plan, Report, StageClosed, Verify
    from tenken.inspection.models import Question
    from tenken.inspection.operations import HistoricAnswer, HistoricSheet, record_history
    from tenken.organization.access import system_principal
    from tests.inspection.makers import running

    by = system_principal(made.city, "test")
    programme = running(made.city, 2025, items=ITEMS)
    issues = (CAME_BACK, LEFT_OPEN)
    rows = [
        HistoricSheet(
            unit_id=section.pk,
            submitted_on=date(2025, 8, 18),
            accepted_on=date(2025, 8, 22),
            answers=tuple(
                HistoricAnswer(item, "issue", "鍵のない棚に置いている。")
                if item in issues and section == made.section_a1
                else HistoricAnswer(item, "conforms", "", "毎月確かめている。" if item in STOOD_BY else "")
                for item in ITEMS
            ),
        )
        for section in sections
    ]
    answers = record_history(by=by, programme=programme, rows=rows)
    steps = (
        HistoricStep(Plan("書棚を買う。", "庶務係", date(2025, 10, 15)), date(2025, 9, 10)),
        HistoricStep(Report("書棚を買った。", date(2025, 10, 1)), date(2025, 10, 5)),
    )
    titles = dict(
        Question.objects.filter(form__programme=programme).values_list(
            "revision__item__code", "revision__question"
        )
    )
    ends: dict[str, tuple[str, Verify | StageClosed]] = {
        CAME_BACK: ("verified", Verify()),
        LEFT_OPEN: ("not_improved", StageClosed("budget")),
    }
    record_findings(
        by=by,
        city=made.city,
        rows=[
            HistoricFinding(
                unit_id=made.section_a1.pk,
                fiscal_year=2025,
                origin="self_inspection",
                origin_key=f"answer:{answers[made.section_a1.pk, item]}",
                title=titles[item],
                opened_on=date(2025, 8, 22),
                status=status,
                steps=(*steps, HistoricStep(end, date(2025, 10, 31))),
                item_code=item,
                category_code="",
            )
            for item, (status, end) in ends.items()
        ],
    )


def _last_plan(made: Scenario) -> None:
    from tenken.organization.access import system_principal
    from tenken.plans.inputs import ActivityInput, SessionInput
    from tenken.plans.operations import add_activity, adopt_plan, change_overview, start_plan

    by = system_principal(made.city, "test")
    plan = start_plan(by=by, city=made.city, fiscal_year=2025)
    plan = change_overview(by=by, plan=plan, overview="点検、研修、監査を続けて行う。", version=plan.version)
    training = SessionInput(
        "情報管理者研修", "半日×1回", dates=(date(2025, 6, 25),), contents=("点検シートの書き方",)
    )
    for activity in (
        ActivityInput("inspection", "情報セキュリティ点検", "全ての課公所が点検する。", "yearly", 1),
        ActivityInput("training", "情報セキュリティ研修", sessions=(training,)),
    ):
        add_activity(by=by, plan=plan, activity=activity, version=plan.version)
        plan.refresh_from_db()
    adopt_plan(by=by, plan=plan, on=date(2025, 4, 25), version=plan.version)


def main() -> None:
    """Prepare the database and print {role: 職員番号}."""
    home = Path(os.environ["TENKEN_HOME"])
    set_moment(home, MARCH)
    install(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenken.config.settings")
    import django

    django.setup()
    from tenken.cli.preparing import migrate
    from tenken.meetings.operations import adopt_default_councils_and_duties
    from tenken.organization.access import system_principal
    from tenken.policy.models import CheckItem
    from tenken.policy.operations import adopt_default_policy
    from tests.factories import FOUNDED, make_scenario

    migrate()
    made = make_scenario()
    more = _people(made)
    by = system_principal(made.city, "test", on=FOUNDED)
    adopt_default_policy(by=by, city=made.city, on=FOUNDED)
    adopt_default_councils_and_duties(by=system_principal(made.city, "test"))
    CheckItem.objects.filter(city=made.city, code__in=STOOD_BY).update(answer_valid_months=12)
    _last_year(made, [made.section_a1, made.section_a2, made.section_b1, more["b2"]])
    _last_plan(made)
    print(json.dumps({role: person.number for role, person in made.people.items()}))


if __name__ == "__main__":
    main()
