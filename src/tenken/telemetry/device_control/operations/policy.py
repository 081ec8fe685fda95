"""Writing the policy: a draft, its lines, its publication."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db import transaction
from django.db.models import Max

from tenken.common import clock
from tenken.common.japanese_text import plain_text
from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.journal.canonical import canonical_json, sha256
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import City, Unit
from tenken.organization.models.validity import valid_on
from tenken.telemetry.device_control.kinds import Access, DeviceKind
from tenken.telemetry.device_control.queries import lines_of, policy_in_force
from tenken.telemetry.device_control.rules.deciding import unspoken_kinds
from tenken.telemetry.models.device_control import DevicePolicy, DevicePolicyLine
from tenken.telemetry.models.terminals import Terminal
from tenken.telemetry.permissions import MANAGE_DEVICES

MOST_LINES: Final = 1_000
_NOT_SAVED: Final = "保存していません。"


@dataclass(frozen=True)
class LineData:
    """One line as given; '' stands for all. ``unit``: a 所属コード, ``terminal``: a 端末機番号."""

    access: str
    approved_excepted: bool = False
    kind: str = ""
    unit: str = ""
    segment: str = ""
    terminal: str = ""
    note: str = ""

    def tidy(self) -> LineData:
        return replace(
            self,
            unit=plain_text(self.unit),
            segment=plain_text(self.segment),
            terminal=plain_text(self.terminal),
            note=plain_text(self.note),
        )


# What a city starts from: nothing but what was approved (document 004, chapter 9 第5 6), reading of discs, printing.
DEFAULT_LINES: Final = (
    LineData(Access.FORBID, True, note="許可を受けた媒体のほかは使わない"),
    LineData(Access.READ, True, kind=DeviceKind.OPTICAL, note="配布物の読み取り"),
    LineData(Access.READ, True, kind=DeviceKind.IMAGING, note="画像の取込み"),
    LineData(Access.ALLOW, kind=DeviceKind.PRINT),
)


@transaction.atomic
def draft_policy(*, by: Principal) -> DevicePolicy:
    """Begin the next version as a draft: the lines in force, or those a city starts from. ``Stale`` when one is begun."""
    require(by, MANAGE_DEVICES)
    City.objects.select_for_update().get(pk=by.city_id)
    if DevicePolicy.objects.filter(city=by.city_id, published_at__isnull=True).exists():
        raise Stale("下書きがすでにあります。")
    last = DevicePolicy.objects.filter(city=by.city_id).aggregate(last=Max("number"))["last"] or 0
    current = policy_in_force(by.city_id)
    draft = DevicePolicy.objects.create(city=by.city, number=last + 1)
    if current is not None:
        rows = list(current.lines.all())
        for row in rows:
            row.pk, row.policy = None, draft
        DevicePolicyLine.objects.bulk_create(rows)
    else:
        DevicePolicyLine.objects.bulk_create(
            DevicePolicyLine(
                policy=draft,
                order=order,
                kind=line.kind,
                access=line.access,
                approved_excepted=line.approved_excepted,
                note=line.note,
            )
            for order, line in enumerate(DEFAULT_LINES, start=1)
        )
    _note(by, draft, "draft", {"from": current.number if current else None})
    return draft


@transaction.atomic
def save_lines(
    *, by: Principal, policy: DevicePolicy, lines: Sequence[LineData], note: str, version: int
) -> DevicePolicy:
    """Say what the draft is: all its lines, in order. ``Invalid`` names line and column; ``Stale`` for another version."""
    draft = _locked_draft(by, policy, version)
    tidy = [line.tidy() for line in lines]
    rows = _checked(by, draft, tidy)
    before = _told(draft)
    DevicePolicyLine.objects.filter(policy=draft).delete()
    DevicePolicyLine.objects.bulk_create(rows)
    draft.note = _text(note, 300, "改めた理由", "note")
    draft.version += 1
    draft.save(update_fields=["note", "version"])
    _note(by, draft, "save", {"before": before, "after": _told(draft), "note": draft.note})
    return draft


@transaction.atomic
def publish_policy(*, by: Principal, policy: DevicePolicy, version: int) -> DevicePolicy:
    """Put the draft into force from today, as it is, under its hash. ``Invalid`` while it leaves a kind open, gives no
    reason, or says what is in force already."""
    draft = _locked_draft(by, policy, version)
    problems = []
    if open_kinds := unspoken_kinds(lines_of(draft)):
        names = "、".join(kind.label for kind in open_kinds)
        problems.append(Problem(f"全庁の行がありません：{names}", "行"))
    if not draft.note:
        problems.append(Problem("入力してください。", "改めた理由", "note"))
    told = _told(draft)
    current = policy_in_force(by.city_id)
    if current is not None and _told(current) == told:
        problems.append(Problem(f"第{current.number}版と同じ内容です。", "行"))
    if problems:
        raise Invalid("公布できません。", problems)
    draft.published_at, draft.published_on = clock.now(), by.on
    draft.published_by, draft.published_by_name = by.actor.code, by.actor.name
    draft.sha256 = sha256(canonical_json({"number": draft.number, "lines": told}))
    draft.version += 1
    draft.save()
    _note(by, draft, "publish", {"sha256": draft.sha256, "lines": told, "note": draft.note})
    return draft


@transaction.atomic
def drop_draft(*, by: Principal, policy: DevicePolicy, version: int) -> None:
    """Throw the draft away; what was in it stays in the journal."""
    draft = _locked_draft(by, policy, version)
    _note(by, draft, "drop", {"number": draft.number, "lines": _told(draft)})
    DevicePolicyLine.objects.filter(policy=draft).delete()
    draft.delete()


def _locked_draft(by: Principal, policy: DevicePolicy, version: int) -> DevicePolicy:
    require(by, MANAGE_DEVICES)
    draft = DevicePolicy.objects.select_for_update().filter(pk=policy.pk, city=by.city_id).first()
    if draft is None:
        raise Missing("使用制限のこの版はありません。")
    if draft.published_at is not None:
        raise Stale("公布した版は変えられません。新しい版の下書きを作ってください。")
    if draft.version != version:
        raise Stale("表示したあとに、ほかの人が変更しました。ページを開き直してください。")
    return draft


def _checked(by: Principal, draft: DevicePolicy, lines: Sequence[LineData]) -> list[DevicePolicyLine]:
    if len(lines) > MOST_LINES:
        raise Invalid(_NOT_SAVED, [Problem(f"{MOST_LINES:,}行までです。", "行")])
    units = {
        unit.code: unit
        for unit in Unit.objects.filter(
            valid_on(by.on), city=by.city_id, code__in={line.unit for line in lines if line.unit}
        )
    }
    terminals = {
        row.number: row
        for row in Terminal.objects.of_city(by.city_id).filter(
            number__in={line.terminal for line in lines if line.terminal}
        )
    }
    problems, rows = list[Problem](), []
    for order, line in enumerate(lines, start=1):
        problems += _line_problems(line, order, units, terminals)
        rows.append(
            DevicePolicyLine(
                policy=draft,
                order=order,
                kind=line.kind,
                unit=units.get(line.unit),
                segment=line.segment,
                terminal=terminals.get(line.terminal),
                access=line.access,
                approved_excepted=line.approved_excepted and line.access != Access.ALLOW,
                note=line.note,
            )
        )
    seen: dict[tuple[str, ...], int] = {}
    for order, line in enumerate(lines, start=1):
        key = (line.kind, line.unit, line.segment, line.terminal)
        if key in seen:
            problems.append(Problem(f"{seen[key]}行目と同じ対象です。", f"{order}行目"))
        seen.setdefault(key, order)
    if problems:
        raise Invalid(_NOT_SAVED, problems)
    return rows


def _line_problems(
    line: LineData, order: int, units: dict[str, Unit], terminals: dict[str, Terminal]
) -> list[Problem]:
    found: list[tuple[str, str, str]] = []
    if line.access not in Access.values:
        found.append(("制限", "使用可・読み取り専用・使用不可から選んでください。", "access"))
    if line.kind not in ("", *DeviceKind.values):
        found.append(("種類", "一覧から選んでください。", "kind"))
    if line.kind == DeviceKind.PRINT and line.access == Access.READ:
        found.append(("制限", "印刷に読み取り専用はありません。使用可か使用不可にしてください。", "access"))
    if line.unit and line.unit not in units:
        found.append(("所属", f"所属コード「{line.unit[:30]}」の組織は、今日はありません。", "unit"))
    if line.terminal and line.terminal not in terminals:
        found.append(("端末", f"端末機番号「{line.terminal[:40]}」は台帳にありません。", "terminal"))
    if line.unit and line.terminal:
        found.append(("端末", "所属と端末の両方は指定できません。どちらかを空欄にしてください。", "terminal"))
    if len(line.segment) > 60:
        found.append(("区分", "60字までです。", "segment"))
    if len(line.note) > 200:
        found.append(("理由", "200字までです。", "note"))
    return [
        Problem(message, f"{order}行目「{column}」", f"line-{order - 1}-{field}")
        for column, message, field in found
    ]


def _text(text: str, limit: int, label: str, field: str) -> str:
    plain = plain_text(text)
    if len(plain) > limit:
        raise Invalid(_NOT_SAVED, [Problem(f"{limit}字までです。", label, field)])
    return plain


def _told(policy: DevicePolicy) -> list[dict[str, Any]]:
    """Return the lines as the journal and the hash know them: by codes, not keys."""
    return [
        {
            "kind": row.kind,
            "unit": row.unit.code if row.unit else "",
            "segment": row.segment,
            "terminal": row.terminal.number if row.terminal else "",
            "access": row.access,
            "approved_excepted": row.approved_excepted,
            "note": row.note,
        }
        for row in DevicePolicyLine.objects.filter(policy=policy).select_related("unit", "terminal")
    ]


def _note(by: Principal, policy: DevicePolicy, what: str, changes: dict[str, Any]) -> None:
    record(
        by=by,
        city_code=by.city_code,
        operation=f"telemetry.device_policy.{what}",
        subject=("telemetry.device_policy", policy.pk),
        changes={"number": policy.number, **changes},
        business_date=by.on,
    )
