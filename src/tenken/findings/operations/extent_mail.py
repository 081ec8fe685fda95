"""Mail about 横展開の確認: asked, returned, and reminded of before and after the day. One mail a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction

from tenken.assets.permissions import MANAGE_SYSTEMS
from tenken.common import clock
from tenken.common.era import era_date
from tenken.findings.extent_states import SENT, WITH_SECTION
from tenken.findings.models import ExtentCheck, ExtentTarget
from tenken.findings.operations.recipients import people_of
from tenken.findings.permissions import MANAGE_EXTENT
from tenken.findings.rules.reminding import reminder_is_due
from tenken.journal.operations import record
from tenken.notices.operations import Recipient, queue
from tenken.organization.access import Principal, require
from tenken.organization.opening_days import opening_days_of

_SHOWN = 30


def tell_asked(*, by: Principal, check: ExtentCheck, targets: Sequence[ExtentTarget], on: date) -> None:
    """Ask whoever answers for *targets* by mail. Past days tell nobody."""
    if on != clock.today():
        return
    for person, mine in _by_person(by, targets, on).items():
        queue(
            by=by,
            city_code=by.city_code,
            kind="findings.extent",
            recipients=[person],
            subject=f"【横展開】同じ課題がないか、{era_date(check.due_on)}までにお答えください",
            body="\n".join(
                [
                    "ほかの所属で見つかった課題と同じことがないかを確かめて、お答えください。",
                    "",
                    f"確認すること：{check.question}",
                    f"理由：{check.why}",
                    f"回答の期限：{era_date(check.due_on)}",
                    "",
                    *_lines(mine, with_check=False),
                ]
            ),
            link=_link(mine),
        )


def tell_returned(*, by: Principal, target: ExtentTarget, comment: str, on: date) -> None:
    """Tell whoever answers that the answer came back. Past days tell nobody."""
    if on != clock.today():
        return
    people = list(_by_person(by, [target], on))
    if people:
        queue(
            by=by,
            city_code=by.city_code,
            kind="findings.extent_returned",
            recipients=people,
            subject=f"【横展開】回答を差し戻しました（横展開{target.check_of}）",
            body=f"{target.check_of.question}\n\n差し戻した理由：\n{comment}\n\n内容を確かめて、もう一度お答えください。",
            link=f"/findings/extent-targets/{target.pk}/",
        )


@transaction.atomic
def remind_of_extents(*, by: Principal, on: date | None = None) -> int:
    """Remind of what waits for an answer and falls due, or is late (``rules.reminding``); return how many mails go out.

    On a closed day nothing goes out; what fell on it is made up for on the next open day.
    """
    require(by, MANAGE_EXTENT)
    today = on or by.on
    days = opening_days_of(by.city)
    if not days.is_open(today):
        return 0
    last_open = days.previous_open(today - timedelta(days=1))
    rows = (
        ExtentTarget.objects.of_city(by.city_id)
        .filter(check_of__status=SENT, status__in=WITH_SECTION)
        .select_related("unit", "system", "check_of")
        .order_by("check_of__due_on", "check_of_id", "unit__code", "pk")
    )
    due = [row for row in rows if reminder_is_due(row.check_of.due_on, today, last_open)]
    if not due:
        return 0
    mails = _by_person(by, due, today)
    for person, mine in mails.items():
        late = sum(target.check_of.due_on < today for target in mine)
        state = f"期限を過ぎたもの{late}件" if late else "期限が近いもの"
        queue(
            by=by,
            city_code=by.city_code,
            kind="findings.extent_reminder",
            recipients=[person],
            subject=f"【横展開】回答をお待ちしています（{len(mine)}件、{state}）",
            body="\n".join(["次の確認に、お答えください。", "", *_lines(mine, with_check=True)]),
            link=_link(mine),
        )
    record(
        by=by,
        city_code=by.city_code,
        operation="findings.extent.remind",
        subject=("findings.extent", by.city_code),
        changes={"targets": [target.pk for target in due], "mails": len(mails)},
        business_date=today,
    )
    return len(mails)


def _by_person(
    by: Principal, targets: Sequence[ExtentTarget], on: date
) -> dict[Recipient, list[ExtentTarget]]:
    """Return who answers for which of *targets*. Six queries at most."""
    sections = people_of(by, {target.unit_id for target in targets}, on)
    keepers = people_of(by, {target.unit_id for target in targets if target.system_id}, on, MANAGE_SYSTEMS)
    found: dict[Recipient, list[ExtentTarget]] = defaultdict(list)
    for target in targets:
        people = [*sections[target.unit_id], *(keepers[target.unit_id] if target.system_id else [])]
        for person in dict.fromkeys(people):
            found[person].append(target)
    return found


def _lines(targets: Sequence[ExtentTarget], *, with_check: bool) -> list[str]:
    lines = []
    for target in targets[:_SHOWN]:
        place = f"{target.unit.name}（{target.system.name}）" if target.system else target.unit.name
        check = target.check_of
        asked = f"：{check.question[:60]}（期限：{era_date(check.due_on)}）" if with_check else ""
        lines.append(f"・{place}{asked}")
    if len(targets) > _SHOWN:
        lines.append(f"・ほか{len(targets) - _SHOWN}件")
    return lines


def _link(targets: Sequence[ExtentTarget]) -> str:
    return f"/findings/extent-targets/{targets[0].pk}/" if len(targets) == 1 else "/findings/extents/"
