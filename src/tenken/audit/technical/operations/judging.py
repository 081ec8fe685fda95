"""What a weakness is worth in its surroundings: an auditor's judgement, with its name, reason and day of review."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Q

from tenken.audit.models import Engagement, Weakness, WeaknessJudgement
from tenken.audit.technical.queries.reach import find_weakness, my_engagements, require_judge
from tenken.audit.technical.rules.judging import JudgementData, problems_of, settled
from tenken.audit.technical.words import LIFTED
from tenken.common import clock
from tenken.common.refusals import Invalid, Stale
from tenken.journal.operations import record
from tenken.organization.access import Principal


@transaction.atomic
def judge_weakness(
    *, by: Principal, weakness: Weakness, data: JudgementData, seen: int, on: date | None = None
) -> WeaknessJudgement:
    """Lay down a judgement of *weakness* and return it. Earlier ones stay; the latest counts.

    *seen*: how many judgements the person saw. ``Stale`` when somebody judged meanwhile or it is not seen any more;
    ``Invalid`` by field for what ``rules.judging`` refuses.
    """
    find_weakness(by, weakness.pk)
    row = (
        Weakness.objects.select_for_update(of=("self",))
        .select_related("system__owner", "system__city")
        .get(pk=weakness.pk)
    )
    require_judge(by, row.system)
    day = on or by.on
    if row.judgements.count() != seen:
        raise Stale("表示したあとに、ほかの監査人が判断しました。内容を確かめて、もう一度お試しください。")
    if row.not_seen_since is not None:
        raise Stale("このぜい弱性は、いまは見つかっていません。")
    if data.context == LIFTED and row.judged_urgency is None:
        raise Stale("取りやめる判断がありません。")
    problems = tuple(problems_of(data, base=row.urgency, exposed=row.exposed, on=day))
    if problems:
        raise Invalid("判断の内容を確かめてください。", problems)
    judgement = _kept(by, row, data, day)
    lifted = data.context == LIFTED
    row.judged_urgency = None if lifted else judgement.urgency
    row.judged_from = None if lifted else row.urgency
    row.judged_until = None if lifted else data.valid_until
    row.save(update_fields=["judged_urgency", "judged_from", "judged_until"])
    return judgement


def _kept(by: Principal, row: Weakness, data: JudgementData, day: date) -> WeaknessJudgement:
    judgement = WeaknessJudgement(
        weakness=row,
        engagement=_engagement(by, row),
        context=data.context,
        severity=row.severity,
        from_urgency=row.urgency,
        urgency=settled(data, row.urgency),
        reason=data.reason.strip(),
        by_code=by.actor.code,
        by_name=by.actor.name,
        judged_on=day,
        valid_until=data.valid_until,
        recorded_at=clock.now(),
    )
    judgement.save(force_insert=True)
    record(
        by=by,
        city_code=by.city_code,
        operation="audit.weakness.judge",
        subject=("audit.weakness", row.pk),
        changes={
            "system": row.system.code,
            "weakness": row.title,
            "context": judgement.context,
            "from": judgement.from_urgency,
            "to": judgement.urgency,
            "reason": judgement.reason,
            "valid_until": judgement.valid_until,
        },
        business_date=day,
    )
    return judgement


def _engagement(by: Principal, row: Weakness) -> Engagement | None:
    """Return the audit in which this is judged: the judge's own of the system, else the newest that scanned it."""
    of_system = Q(system=row.system_id)
    mine = my_engagements(by).filter(of_system).order_by("-fiscal_year", "-number").first()
    if mine is not None:
        return mine
    scanned = Engagement.objects.filter(of_system, scans__status="applied").distinct()
    return scanned.order_by("-fiscal_year", "-number").first()
