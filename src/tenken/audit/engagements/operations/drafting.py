"""The report's head; the draft that goes to the audited for the facts; what they answer; what comes of a difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from tenken.audit.engagements.operations.applying import (
    begin_with_record,
    locked_engagement,
    move,
    require_worker,
    tell,
)
from tenken.audit.engagements.operations.mail import tell_auditee, tell_auditors
from tenken.audit.engagements.queries.scope import is_auditee
from tenken.audit.engagements.rules.content import draft_content, sealed
from tenken.audit.models import Engagement, FactAnswer, ReportDraft
from tenken.audit.permissions import ANSWER_AUDITORS
from tenken.common import clock
from tenken.common.era import era_date
from tenken.common.refusals import Denied, Missing, Stale
from tenken.journal.canonical import sha256
from tenken.organization.access import Principal, require
from tenken.organization.names import Checks

WORDS_LIMIT, HEAD_LIMIT = 2_000, 4_000


@dataclass(frozen=True)
class ItemAnswer:
    """What the audited say of one item: ``answer`` of ``FactAnswer.Answer``, and in what it differs."""

    answer: str
    words: str = ""


@transaction.atomic
def save_head(
    *,
    by: Principal,
    engagement: Engagement,
    summary: str,
    opinion: str,
    version: int,
    on: date | None = None,
) -> Engagement:
    """Word the report's head. ``Invalid`` names summary and opinion; ``Stale`` once it is issued."""
    engagement = locked_engagement(by, engagement, version)
    require_worker(by, engagement)
    begin_with_record(by, engagement, on)
    checks = Checks()
    engagement.summary = checks.name(
        summary, label="監査結果の概要", limit=HEAD_LIMIT, field="summary", required=False, lines=True
    )
    engagement.opinion = checks.name(
        opinion, label="総合意見", limit=HEAD_LIMIT, field="opinion", required=False, lines=True
    )
    checks.done()
    engagement.save()
    # Their words are the audit's own until it sends them; the journal is read by others too.
    changes = {"summary": sha256(engagement.summary), "opinion": sha256(engagement.opinion)}
    tell(by, engagement, "head", "audit.engagement.head", changes, on=on)
    return engagement


@transaction.atomic
def send_draft(
    *, by: Principal, engagement: Engagement, due_on: date, version: int, on: date | None = None
) -> ReportDraft:
    """Send the draft to the audited for the facts, to be answered until *due_on*; again after corrections. What it says is
    kept as it is sent.

    ``Invalid`` names due_on and summary (a report says at least what came of the audit). ``Stale`` outside the fieldwork.
    """
    engagement = locked_engagement(by, engagement, version)
    require_worker(by, engagement)
    move(engagement, "send")
    day, checks = on or by.on, Checks()
    if due_on <= day:
        checks.problem("これからの日にしてください。", label="回答の期限", field="due_on")
    if not engagement.summary:
        checks.problem("監査結果の概要を書いてください。", label="監査結果の概要", field="summary")
    checks.done()
    content = draft_content(engagement, list(engagement.items.filter(dropped_because="")))
    draft = ReportDraft.objects.create(
        engagement=engagement,
        number=engagement.drafts.count() + 1,
        sent_on=day,
        due_on=due_on,
        content=content,
        sha256=sealed(content),
        sent_by=by.actor.code,
        sent_by_name=by.actor.name,
        recorded_at=clock.now(),
    )
    engagement.save()
    count = len(content["items"])
    changes = {"draft": draft.number, "sha256": draft.sha256, "due_on": due_on, "items": count}
    words = f"第{draft.number}回　{count}件　回答の期限：{era_date(due_on)}"
    tell(by, engagement, "sent", "audit.engagement.send", changes, comment=words, on=on)
    body = f"監査の報告書案に事実と違うことがないか、項目ごとに確認してください。\n期限：{era_date(due_on)}"
    tell_auditee(by=by, engagement=engagement, what="報告書案を確認してください", body=body, on=day)
    return draft


@transaction.atomic
def answer_draft(
    *,
    by: Principal,
    engagement: Engagement,
    answers: Mapping[int, ItemAnswer],
    version: int,
    on: date | None = None,
) -> list[FactAnswer]:
    """The audited answer the draft last sent, by the key of each item; again until an auditor has dealt with a difference.

    For who holds the capability in the audited section. ``Invalid`` (fields answer_<key>, words_<key>) where an item is
    left out or what differs is not said; ``Stale`` for what has been dealt with.
    """
    engagement = locked_engagement(by, engagement)
    require(by, ANSWER_AUDITORS, unit=engagement.unit)
    if not is_auditee(by, engagement):
        raise Denied("報告書案に回答できるのは、監査対象の課公所の人です。")
    draft = latest_draft(engagement)
    if version != draft.number:
        raise Stale("新しい報告書案が送られています。ページを開き直してください。")
    move(engagement, "answer")
    standing = {row.item_id: row for row in draft.answers.select_for_update()}
    checks, rows = Checks(), []
    for item in draft.content["items"]:
        rows.append(_answer(by, draft, item, answers.get(item["key"]), standing, checks, on or by.on))
    checks.done()
    for row in rows:
        if row.pk:
            row.version += 1
        row.save()
    engagement.save(update_fields=["version"])
    differs = [row for row in rows if row.answer == FactAnswer.Answer.DIFFERS]
    changes = {"draft": draft.number, "answers": [[row.item_id, row.answer, row.words] for row in rows]}
    words = f"相違ない{len(rows) - len(differs)}件、相違がある{len(differs)}件"
    tell(by, engagement, "answered", "audit.engagement.answer", changes, comment=words, on=on)
    tell_auditors(by=by, engagement=engagement, what="報告書案に回答がありました", body=words, on=on or by.on)
    return rows


@transaction.atomic
def reply_to_difference(
    *,
    by: Principal,
    answer: FactAnswer,
    outcome: str,
    reply: str,
    version: int,
    on: date | None = None,
) -> FactAnswer:
    """Say what came of a difference: the item was corrected or dropped (then it has to be), or it stays; and why.

    ``Invalid`` names outcome and reply; ``Stale`` when somebody did since *version*.
    """
    engagement = locked_engagement(by, answer.draft.engagement)
    require_worker(by, engagement)
    move(engagement, "reply")
    found = (
        FactAnswer.objects.select_for_update(of=("self",)).select_related("item", "draft").get(pk=answer.pk)
    )
    if found.version != version:
        raise Stale("ほかの人が先にこの相違を扱いました。ページを開き直してください。")
    if found.answer != FactAnswer.Answer.DIFFERS or found.draft_id != latest_draft(engagement).pk:
        raise Stale("いま送っている報告書案の相違だけに対応できます。")
    checks = Checks()
    _check_outcome(found, outcome, checks)
    found.reply = checks.name(reply, label="監査人の回答", limit=WORDS_LIMIT, field="reply", lines=True)
    checks.done()
    found.outcome, found.replied_by_name, found.replied_on = outcome, by.actor.name, on or by.on
    found.version += 1
    found.save()
    engagement.save(update_fields=["version"])
    changes = {"item": found.item_id, "outcome": outcome, "reply": found.reply}
    # The title that was sent: the audited read this too.
    words = f"{_sent(found)['title'][:100]}：{found.get_outcome_display()}"
    tell(by, engagement, "replied", "audit.engagement.reply", changes, comment=words, on=on)
    return found


def latest_draft(engagement: Engagement) -> ReportDraft:
    """Return the draft last sent; ``Missing`` before there is one."""
    draft = engagement.drafts.order_by("-number").first()
    if draft is None:
        raise Missing("報告書案はまだ送られていません。")
    return draft


def _answer(
    by: Principal,
    draft: ReportDraft,
    item: dict[str, Any],
    said: ItemAnswer | None,
    standing: dict[int, FactAnswer],
    checks: Checks,
    day: date,
) -> FactAnswer:
    key, label = item["key"], item["title"][:60]
    row = standing.get(key) or FactAnswer(draft=draft, item_id=key)
    if said is None or said.answer not in FactAnswer.Answer.values:
        checks.problem("相違がないか、相違があるかを選んでください。", label=label, field=f"answer_{key}")
        return row
    differs = said.answer == FactAnswer.Answer.DIFFERS
    words = checks.name(
        said.words if differs else "",
        label=label,
        limit=WORDS_LIMIT,
        field=f"words_{key}",
        required=differs,
        lines=True,
    )
    if row.outcome:
        if (row.answer, row.words) != (said.answer, words):
            raise Stale(f"「{label}」は、監査人がすでに対応しています。")
        return row
    row.answer, row.words = said.answer, words
    row.answered_by, row.answered_by_name, row.answered_on = by.actor.code, by.actor.name, day
    return row


def _check_outcome(found: FactAnswer, outcome: str, checks: Checks) -> None:
    if outcome not in FactAnswer.Outcome.values:
        checks.problem("対応を選んでください。", label="対応", field="outcome")
        return
    sent = _sent(found)
    dropped = bool(found.item.dropped_because)
    if (outcome == FactAnswer.Outcome.DROPPED) != dropped:
        checks.problem(
            "この項目は取り下げられています。" if dropped else "先に項目を取り下げてください。",
            label="対応",
            field="outcome",
        )
    elif outcome == FactAnswer.Outcome.CORRECTED and found.item.version == sent["version"]:
        checks.problem("先に項目の文を直してください。", label="対応", field="outcome")
    elif outcome == FactAnswer.Outcome.KEPT and found.item.version != sent["version"]:
        checks.problem("項目の文は、送ったあとに直されています。", label="対応", field="outcome")


def _sent(answer: FactAnswer) -> dict[str, Any]:
    """Return the answered item as it was sent."""
    items: list[dict[str, Any]] = answer.draft.content["items"]
    return next(item for item in items if item["key"] == answer.item_id)
