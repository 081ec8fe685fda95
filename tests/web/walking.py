"""The walk: every address, every kind of visitor. What must come out is in ``access_table.py``."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from unittest import mock

from django.core.cache import cache
from django.db import transaction
from django.template.backends.django import Template
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.assets.makers import make_asset, make_occurrence, make_system
from tests.factories import OtherCity, Scenario, make_other_city
from tests.web.alert_rows import alert_places
from tests.web.device_rows import device_places
from tests.web.engagement_rows import engagement_places
from tests.web.fieldwork_rows import fieldwork_places
from tests.web.finding_rows import (
    make_extent,
    make_extent_draft,
    make_reporting_date,
    make_trace_and_case,
)
from tests.web.mapping_rows import mapping_places
from tests.web.policy_city import TODAY, draft, in_force, procedure, with_policy
from tests.web.retention_rows import retention_places
from tests.web.rotation_rows import rotation_places
from tests.web.rows import Rows, make_rows
from tests.web.search_rows import search_places
from tests.web.source_rows import source_places
from tests.web.technical_rows import technical_places
from tests.web.terminal_rows import terminal_places
from tests.web.visit_rows import visit_places
from tests.workbooks.rows import make_answer_import, make_own_form

from tenken.api.root import api
from tenken.inspection.models import (
    AnswerEvidence,
    Programme,
    Question,
    SelfCheck,
    Series,
    Sheet,
    SheetAsset,
    SheetForm,
)
from tenken.jobs.operations import start
from tenken.meetings.models import Council, OfficerDuty
from tenken.meetings.operations import adopt_default_councils_and_duties, plan_meeting, record_duty
from tenken.organization.api_tokens import issue_token
from tenken.organization.models import Assignment, ImplementingBody, Person, PostRole, Role, UnitKind
from tenken.plans.models import AnnualPlan, PlannedActivity
from tenken.policy.guideline_data import default_guideline
from tenken.policy.models import CheckItem
from tenken.policy.operations import import_guideline
from tenken.reports.models import PaperEdition

SIGNED_OUT, FOREIGN = "signed_out", ("foreign_secretariat", "foreign_manager")
INSIDE, OUTSIDE = "inside", "outside"
# Enough that an operation gets as far as asking who may; a page without its own fields answers 422 then.
PAGE_BODY = {"version": "1", "comment": "確認しました"}
API_BODY = {"verdict": "conforms", "version": 1}
_SECRET = "都市計画課"  # a name that nobody of another city may read


@dataclass
class World:
    """A city with a row of each kind, another city, and a client per visitor."""

    places: dict[str, dict[str, tuple[Any, ...]]]
    clients: dict[str, Client]


def make_world(scenario: Scenario) -> World:
    """Build the two cities; *inside* is 企画課 (section_a1), *outside* 保険課 (section_b1) of the other bureau."""
    with_policy(scenario)
    rows = make_rows(scenario)
    drafted, proc = draft(scenario), procedure(scenario)
    evidence = AnswerEvidence.objects.create(
        answer=rows.answer, file=rows.file, added_by="1", added_at=rows.answer.answered_at
    )
    by = scenario.by("secretariat")
    import_guideline(by=by, data=default_guideline(), on=TODAY)
    job = start(by=by, city_code=by.city_code, kind="journal.verify", title="検証", arguments={})
    token, _ = issue_token(by=scenario.by("deputy"), name="t", expires_on=TODAY.replace(year=TODAY.year + 1))
    edition = PaperEdition.objects.create(
        city=scenario.city, paper_code="committee", fiscal_year=rows.programme.fiscal_year
    )
    plan = AnnualPlan.objects.create(city=scenario.city, fiscal_year=rows.programme.fiscal_year)
    activity = PlannedActivity.objects.create(plan=plan, order=1, kind="other", title="取組")
    body = ImplementingBody.objects.filter(city=scenario.city).first() or ImplementingBody.objects.create(
        city=scenario.city, code="mayor", name="市長部局"
    )
    check = _self_check(scenario, rows)
    series = Series.objects.create(
        city=scenario.city, code="quarterly", name="取組状況の確認", months=[4, 7, 10, 1]
    )
    chapter = drafted.chapters.first()
    clause = drafted.clauses.first()
    assert chapter is not None
    assert clause is not None
    sections = {INSIDE: ("a1", scenario.section_a1), OUTSIDE: ("b1", scenario.section_b1)}
    managers = {INSIDE: "section_manager", OUTSIDE: "other_manager"}

    def scoped(make: Any) -> dict[str, tuple[Any, ...]]:
        return {where: make(where, *pair) for where, pair in sections.items()}

    def person(where: str) -> Person:
        return scenario.people[managers[where]]

    def post(where: str) -> Any:
        return Assignment.objects.get(person=person(where)).post_id

    trace, trace_lines, case = make_trace_and_case(scenario)
    reporting_date = make_reporting_date(scenario)
    extent, extent_targets = make_extent(rows.findings["a1"], scenario)
    places = {
        "unit": scoped(lambda where, key, unit: (unit.pk,)),
        "sheet": scoped(lambda where, key, unit: (rows.sheets[key].pk,)),
        "answer": scoped(lambda where, key, unit: (rows.sheets[key].pk, rows.question.pk)),
        "trace": {INSIDE: (trace.pk,)},
        "trace_line": scoped(lambda where, key, unit: (trace_lines[key].pk,)),
        "extent": {INSIDE: (extent.pk,)},
        "audit_report": {INSIDE: (reporting_date.report_id,)},
        "record_paper": {INSIDE: ("measures", reporting_date.report_id)},
        "record_paper_form": {INSIDE: ("measures", reporting_date.report_id, "xlsx")},
        "record_paper_figure": {INSIDE: ("measures", reporting_date.report_id, "none")},
        "report_date": {INSIDE: (reporting_date.report_id, reporting_date.pk)},
        "extent_draft": {INSIDE: (make_extent_draft(rows.findings["a1"]).pk,)},
        "extent_target": scoped(lambda where, key, unit: (extent_targets[key].pk,)),
        "case": {INSIDE: (case.pk,)},
        "finding": scoped(lambda where, key, unit: (rows.findings[key].pk,)),
        "person": scoped(lambda where, key, unit: (person(where).pk,)),
        "post": scoped(lambda where, key, unit: (post(where),)),
        "post_form": scoped(lambda where, key, unit: (post(where), "docx")),
        "grant": scoped(lambda where, key, unit: (PostRole.objects.get(post=post(where)).pk,)),
        "assignment": scoped(lambda where, key, unit: (Assignment.objects.get(person=person(where)).pk,)),
        "asset": scoped(lambda where, key, unit: (make_asset(unit, main=True).pk,)),
        "system": scoped(lambda where, key, unit: (make_system(unit, f"SYS-{key}").pk,)),
        "occurrence": scoped(lambda where, key, unit: (make_occurrence(unit, f"OCC-{key}").pk,)),
        "sheet_asset": scoped(lambda where, key, unit: (rows.sheets[key].pk, _sheet_asset(rows.sheets[key]))),
        "": {INSIDE: ()},
        "programme": {INSIDE: (rows.programme.pk,)},
        "evidence": {INSIDE: (evidence.pk,)},
        "file": {INSIDE: (rows.file.pk, rows.file.name)},
        "job": {INSIDE: (job.pk,)},
        "answer_import": {
            INSIDE: (make_answer_import(rows.programme, scenario.people["deputy"], rows.file),)
        },
        "own_form": {INSIDE: (make_own_form(scenario),)},
        "token": {INSIDE: (token.pk,)},
        "entry": {INSIDE: (1,)},
        "edition": {INSIDE: (edition.pk,)},
        "paragraph": {INSIDE: (edition.pk, "method")},
        "plan": {INSIDE: (plan.fiscal_year,)},
        "plan_activity": {INSIDE: (plan.fiscal_year, activity.pk)},
        "paper": {INSIDE: ("committee", rows.programme.fiscal_year)},
        "paper_form": {INSIDE: ("committee", rows.programme.fiscal_year, "pdf")},
        "paper_figure": {INSIDE: ("committee", rows.programme.fiscal_year, "nothing")},
        "year": {INSIDE: (rows.programme.fiscal_year,)},
        "role": {INSIDE: (Role.objects.get(city=scenario.city, code="staff").pk,)},
        "kind": {INSIDE: (UnitKind.objects.get(city=scenario.city, code="section").pk,)},
        "body": {INSIDE: (body.pk,)},
        "day": {INSIDE: ("2014-12-29",)},
        "document": {INSIDE: (in_force().document_id,)},
        "version": {INSIDE: (in_force().pk,)},
        "draft": {INSIDE: (drafted.pk,)},
        "draft_chapter": {INSIDE: (drafted.pk, chapter.pk)},
        "draft_clause": {INSIDE: (drafted.pk, clause.pk)},
        "procedure": {INSIDE: (proc.pk,)},
        "clause": {INSIDE: (clause.code,)},
        "item": {INSIDE: (CheckItem.objects.filter(city=scenario.city, standing=True).first().code,)},  # type: ignore[union-attr]
        "key": {INSIDE: (1,)},
        "requirement": {INSIDE: ("ORG-1",)},
        "self_check": {INSIDE: (check.programme_id,)},
        "self_answer": {INSIDE: (check.programme_id, check.form.questions.values_list("pk", flat=True)[0])},
        "series": {INSIDE: (series.pk,)},
        **_meetings(scenario),
        **visit_places(scenario, rows),
        **fieldwork_places(scenario, rows),
        **engagement_places(scenario),
        **rotation_places(scenario),
        **technical_places(scenario),
        **retention_places(scenario),
        **source_places(scenario),
        **terminal_places(scenario),
        **search_places(scenario),
        **mapping_places(scenario),
        **device_places(scenario),
        **alert_places(scenario),
    }
    return World(places, _clients(scenario, make_other_city()))


def _meetings(scenario: Scenario) -> dict[str, dict[str, tuple[Any, ...]]]:
    """Return a meeting to come, a duty of the CISO, and that it was done."""
    by = scenario.by("secretariat")
    adopt_default_councils_and_duties(by=by)
    council = Council.objects.filter(city=scenario.city).first()
    duty = OfficerDuty.objects.get(city=scenario.city, code="ciso-site")
    assert council is not None
    meeting = plan_meeting(by=by, council=council, meets_on=TODAY)
    done = record_duty(by=by, duty=duty, done_on=TODAY, text="サーバ室を見た")
    return {
        "meeting": {INSIDE: (meeting.pk,)},
        "duty": {INSIDE: (duty.pk,)},
        "duty_record": {INSIDE: (done.pk,)},
    }


def _self_check(scenario: Scenario, rows: Rows) -> SelfCheck:
    """The staff member's own check, in a running self-check that asks one question."""
    programme = Programme.objects.create(
        city=scenario.city,
        fiscal_year=rows.programme.fiscal_year,
        code="staff",
        kind="self_check",
        target_rule="all_staff",
        name="職員の自己チェック",
        status="launched",
        launched_on=TODAY,
    )
    form = SheetForm.objects.create(programme=programme, version=1)
    Question.objects.create(
        form=form, order=1, number="1-1", category=rows.question.category, revision=rows.question.revision
    )
    return SelfCheck.objects.create(
        programme=programme, form=form, person=scenario.people["staff"], unit=scenario.section_a1
    )


def _sheet_asset(sheet: Sheet) -> int:
    asset = SheetAsset.objects.create(
        sheet=sheet, order=1, name="被保険者台帳", classification="1", forms=["paper"]
    )
    return asset.pk


def _clients(scenario: Scenario, other: OtherCity) -> dict[str, Client]:
    people = {
        **scenario.people,
        "foreign_secretariat": other.people["secretariat"],
        "foreign_manager": other.people["section_manager"],
    }
    clients = {SIGNED_OUT: Client(raise_request_exception=False)}
    for visitor, someone in people.items():
        clients[visitor] = Client(raise_request_exception=False)
        clients[visitor].force_login(someone.account)
    return clients


def page_names() -> list[str]:
    """Return the name of every page; one without a name is listed by its address, so that the walk fails on it."""
    return [
        name for name, prefix in _patterns(get_resolver().url_patterns, "") if not prefix.startswith("api/")
    ]


def _patterns(found: list[Any], prefix: str) -> Iterator[tuple[str, str]]:
    for one in found:
        whole = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _patterns(one.url_patterns, whole)
        elif isinstance(one, URLPattern):
            yield one.name or whole, whole


def api_operations() -> list[str]:
    """Return every operation of the API: "GET /api/me"."""
    paths = api.get_openapi_schema()["paths"]
    return [f"{method.upper()} {path}" for path, methods in paths.items() for method in methods]


def page_address(name: str, args: tuple[Any, ...]) -> str:
    return reverse(name, args=args)


def api_address(path: str, args: tuple[Any, ...]) -> str:
    for value in args:
        start_at, end = path.index("{"), path.index("}")
        path = f"{path[:start_at]}{value}{path[end + 1 :]}"
    return path


def visit(world: World, visitor: str, method: str, url: str, *, drawn: bool = True) -> int:
    """Ask for *url* as *visitor* and undo whatever it did; return the status. What leaks to another city fails.

    *drawn* False: the page is decided on but not drawn, which is most of the time it takes.
    """
    if not drawn:
        with mock.patch.object(Template, "render", return_value=""):
            return visit(world, visitor, method, url)
    cache.clear()
    client = world.clients[visitor]
    kept = copy.deepcopy(
        client.cookies
    )  # signing out forgets the cookie, and that is not undone by the database
    try:
        with transaction.atomic():
            if method == "GET":
                response = client.get(url)
            elif url.startswith("/api/"):
                response = client.generic(method, url, json.dumps(API_BODY), content_type="application/json")
            else:
                response = client.post(url, PAGE_BODY)
            content = b"".join(response.streaming_content) if response.streaming else response.content
            raise _UndoError
    except _UndoError:
        client.cookies = kept
    if visitor in FOREIGN and response.status_code == 200:
        assert _SECRET not in content.decode("utf-8", "replace"), f"{url} shows another city's rows"
    return response.status_code


class _UndoError(Exception):
    pass
