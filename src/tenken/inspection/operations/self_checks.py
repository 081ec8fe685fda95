"""職員の自己チェック: people answer for themselves. What they answer is never written into the journal (docs/adr/0010)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction

from tenken.common.refusals import Denied, Invalid, Missing, Problem, Stale
from tenken.inspection.models import Kind, Programme, Question, SelfCheck, SelfCheckAnswer
from tenken.inspection.operations.handing_out import employees_on, give
from tenken.inspection.operations.programmes import locked_programme
from tenken.inspection.permissions import MANAGE_PROGRAMMES
from tenken.inspection.queries.self_checks import due_on
from tenken.inspection.states import self_check_after
from tenken.journal.operations import record
from tenken.organization.access import Principal, require

LEFT = "在籍していないため"


@transaction.atomic
def save_self_answer(*, by: Principal, programme: Programme, question_id: int, verdict: str) -> None:
    """Keep *by*'s own answer to one question: conforms (はい), issue (いいえ), not_applicable (該当なし).

    The last one counts. No journal row: neither what was answered nor when. ``Missing`` when *by* has no check here;
    ``Stale`` when it is submitted or the programme is over; ``Invalid`` for an unknown answer.
    """
    check = _own(by, programme)
    status = self_check_after(check.status, "answer")
    if verdict not in ("conforms", "issue", "not_applicable"):
        raise Invalid("保存できませんでした。", [Problem("選んだ値が正しくありません。", "回答")])
    if not Question.objects.filter(pk=question_id, form=check.form_id).exists():
        raise Missing("この自己チェックにない設問です。")
    SelfCheckAnswer.objects.update_or_create(
        self_check=check, question_id=question_id, defaults={"verdict": verdict}
    )
    SelfCheck.objects.filter(pk=check.pk).update(status=status, version=check.version + 1)


@transaction.atomic
def submit_self_check(*, by: Principal, programme: Programme, on: date | None = None) -> SelfCheck:
    """Hand in *by*'s own check. ``Invalid`` names each question without an answer."""
    check = _own(by, programme)
    status = self_check_after(check.status, "submit")
    answered = set(SelfCheckAnswer.objects.filter(self_check=check).values_list("question_id", flat=True))
    questions = Question.objects.filter(form=check.form_id, required=True).order_by("order")
    problems = [
        Problem(
            "「はい」「いいえ」「該当なし」のどれかを選んでください。", f"設問{number}", f"question-{key}"
        )
        for key, number in questions.values_list("pk", "number")
        if key not in answered
    ]
    if problems:
        raise Invalid(f"回答していない設問が{len(problems)}件あります。", problems)
    check.submitted_on = on or by.on
    return _move(by, check, status, "submit", on)


@transaction.atomic
def withdraw_self_check(*, by: Principal, programme: Programme, on: date | None = None) -> SelfCheck:
    """Take *by*'s own check back to change it, up to the last day. ``Stale`` after that."""
    check = _own(by, programme)
    status = self_check_after(check.status, "withdraw")
    due = due_on(check.programme)
    if due is not None and (on or by.on) > due:
        raise Stale("期限を過ぎたため、引き戻せません。")
    check.submitted_on = None
    return _move(by, check, status, "withdraw", on)


def _own(by: Principal, programme: Programme) -> SelfCheck:
    """Return *by*'s own check, its row locked, if the programme runs."""
    if by.person_id is None:
        raise Denied("自己チェックは、職員が自分で行います。")
    check = (
        SelfCheck.objects.select_for_update(of=("self",))
        .select_related("programme__city")
        .filter(programme__pk=programme.pk, programme__city=by.city_id, person=by.person_id)
        .first()
    )
    if check is None:
        raise Missing("あなたの自己チェックはありません。")
    if check.programme.status != Programme.Status.LAUNCHED:
        raise Stale("この自己チェックは終了しています。")
    return check


def _move(by: Principal, check: SelfCheck, status: str, event: str, on: date | None) -> SelfCheck:
    check.status = status
    check.version += 1
    check.save(update_fields=["status", "submitted_on", "version"])
    record(
        by=by,
        city_code=check.programme.city.code,
        operation=f"inspection.self_check.{event}",
        subject=("inspection.programme", check.programme_id),
        changes={},
        business_date=on,
    )
    return check


@dataclass(frozen=True)
class Followed:
    """How many checks were handed out to people who joined, taken from people who left, given back to who returned."""

    joined: int
    left: int
    returned: int


@transaction.atomic
def follow_staff(*, by: Principal, programme: Programme, on: date | None = None) -> Followed:
    """Give who joined a check, exempt who left before handing in, and take back in who returned.

    A check that was handed in stays as it is. Someone who only moved keeps theirs, counted where they were.
    ``Stale`` unless *programme* is a running self-check.
    """
    require(by, MANAGE_PROGRAMMES)
    programme = locked_programme(by, programme)
    if programme.kind != Kind.SELF_CHECK or programme.status != Programme.Status.LAUNCHED:
        raise Stale("実施中の自己チェックではありません。")
    employees = {one.person_id: one for one in employees_on(programme, on or by.on)}
    checks = dict(
        SelfCheck.objects.select_for_update().filter(programme=programme).values_list("person_id", "status")
    )
    bureaus = dict(SelfCheck.objects.filter(programme=programme).values_list("unit_id", "bureau_id"))
    joined = [
        # a section is counted below one bureau all through a programme, also when it moved meanwhile
        replace(one, bureau_id=bureaus.get(one.unit_id, one.bureau_id))
        for key, one in employees.items()
        if key not in checks
    ]
    open_ones = (SelfCheck.Status.NOT_STARTED, SelfCheck.Status.DRAFTING)
    left = [key for key, status in checks.items() if key not in employees and status in open_ones]
    returned = [
        key for key, status in checks.items() if key in employees and status == SelfCheck.Status.EXEMPTED
    ]
    if not (joined or left or returned):
        return Followed(0, 0, 0)
    give(programme, programme.forms.latest("version"), joined)
    _mark(programme, left, SelfCheck.Status.EXEMPTED, LEFT)
    _mark(programme, returned, SelfCheck.Status.DRAFTING, "")
    record(
        by=by,
        city_code=programme.city.code,
        operation="inspection.self_check.follow_staff",
        subject=("inspection.programme", programme.pk),
        changes={
            "joined": [one.number for one in joined],
            "left": sorted(left),
            "returned": sorted(returned),
        },
        business_date=on,
    )
    return Followed(len(joined), len(left), len(returned))


def _mark(programme: Programme, people: list[int], status: str, reason: str) -> None:
    for start in range(0, len(people), 500):  # SQLite bounds the number of values in a statement
        SelfCheck.objects.filter(programme=programme, person__in=people[start : start + 500]).update(
            status=status, exemption_reason=reason
        )
