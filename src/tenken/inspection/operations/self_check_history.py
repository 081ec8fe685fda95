"""Bringing in people's own checks that were made elsewhere. Neither journal nor digest holds what anyone answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from tenken.common.refusals import Invalid, Problem, Stale
from tenken.inspection.models import Kind, Programme, Question, SelfCheck, SelfCheckAnswer
from tenken.inspection.operations.programmes import locked_programme
from tenken.inspection.permissions import MANAGE_PROGRAMMES
from tenken.journal.operations import record
from tenken.organization.access import Principal, require

_VERDICTS = frozenset({"conforms", "issue", "not_applicable"})


@dataclass(frozen=True)
class HistoricSelfCheck:
    """One person's check, handed in on a day. ``verdicts``: item code → conforms (はい), issue (いいえ), not_applicable."""

    person_id: int
    submitted_on: date
    verdicts: Mapping[str, str]


@transaction.atomic
def record_self_check_history(
    *, by: Principal, programme: Programme, rows: Sequence[HistoricSelfCheck], on: date | None = None
) -> int:
    """Write checks that are not begun yet and mark them handed in; return how many.

    One journal row says how many came in, never what was answered (docs/adr/0010). ``Invalid`` for somebody without a
    check, given twice, or whose answers are not one to each question; ``Stale`` for a check that is begun, or unless
    *programme* is a running self-check. Nothing is written then.
    """
    require(by, MANAGE_PROGRAMMES)
    programme = locked_programme(by, programme)
    if programme.kind != Kind.SELF_CHECK or programme.status != Programme.Status.LAUNCHED:
        raise Stale("実施中の自己チェックではありません。")
    checks = {
        check.person_id: check for check in SelfCheck.objects.select_for_update().filter(programme=programme)
    }
    questions = dict(
        Question.objects.filter(form__programme=programme).values_list("revision__item__code", "pk")
    )
    _check(rows, checks, set(questions))
    SelfCheckAnswer.objects.bulk_create(
        [
            SelfCheckAnswer(self_check=checks[row.person_id], question_id=questions[item], verdict=verdict)
            for row in rows
            for item, verdict in row.verdicts.items()
        ],
        batch_size=2_000,
    )
    done = []
    for row in rows:
        check = checks[row.person_id]
        check.status, check.submitted_on = SelfCheck.Status.SUBMITTED, row.submitted_on
        check.version += 1
        done.append(check)
    SelfCheck.objects.bulk_update(done, ["status", "submitted_on", "version"], batch_size=200)
    record(
        by=by,
        city_code=programme.city.code,
        operation="inspection.self_check.history",
        subject=("inspection.programme", programme.pk),
        changes={"self_checks": len(rows)},
        business_date=on,
    )
    return len(rows)


def _check(rows: Sequence[HistoricSelfCheck], checks: Mapping[int, SelfCheck], questions: set[str]) -> None:
    problems = []
    seen: set[int] = set()
    for number, row in enumerate(rows, start=1):
        place = f"{number}件目"
        check = checks.get(row.person_id)
        if check is None or row.person_id in seen:
            problems.append(Problem("自己チェックのない職員か、2回ある職員です。", place))
        elif check.status != SelfCheck.Status.NOT_STARTED:
            raise Stale("始まった自己チェックには、過去の回答を取り込めません。")
        if set(row.verdicts) != questions or not set(row.verdicts.values()) <= _VERDICTS:
            problems.append(Problem("すべての設問に、正しい値で1つずつ回答してください。", place))
        seen.add(row.person_id)
    if problems:
        raise Invalid("過去の自己チェックを取り込めません。", problems[:200])
