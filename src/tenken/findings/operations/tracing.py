"""追跡調査: one item is asked of many sections, answered with proof, confirmed one by one, and closed when all are."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO

from django.db import transaction

from tenken.common import clock
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Denied, Invalid, Missing, Problem, Stale
from tenken.files.operations import store
from tenken.findings.models import Finding, Trace, TraceLine, TraceLineEvent, TraceProof
from tenken.findings.operations.opening import NewFinding, check_city, open_findings
from tenken.findings.permissions import IMPROVE_FINDINGS, MANAGE_TRACES
from tenken.findings.states import NOT_DONE, WITHDRAWN
from tenken.findings.trace_states import (
    CLOSED,
    DONE,
    EVENT_LABELS,
    ISSUE,
    RUNNING,
    UNANSWERED,
    Line,
    after_answer,
    after_confirm,
    after_return,
    may_close,
)
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import City, Unit
from tenken.organization.models.validity import valid_on
from tenken.organization.names import Checks
from tenken.organization.tree import tree_of
from tenken.policy.models import CheckItem

SUBJECT, LINE_SUBJECT = "findings.trace", "findings.trace_line"
NAME_LIMIT, TEXT_LIMIT = 100, 2_000


@dataclass(frozen=True)
class NewProof:
    """A file that proves an answer: of which kind (``TraceProof.Kind``), for which days."""

    kind: str
    period_from: date | None
    period_to: date | None
    name: str
    stream: BinaryIO


@transaction.atomic
def open_trace(
    *,
    by: Principal,
    city: City,
    fiscal_year: int,
    item_code: str,
    name: str,
    why: str,
    due_on: date | None,
    target: str,
    units: Collection[int] = (),
    started_from: Finding | None = None,
    on: date | None = None,
) -> Trace:
    """Begin to follow one item: a line for each section of *target*.

    *target*: "all" (every section that answers sheets), "with_issue" (those with a finding of the item in the fiscal
    year, or what became of them) or "chosen" (*units*). *started_from*: the finding that made one look across; its own
    section gets a line too, so that the trace is whole. ``Invalid`` names the fields item_code, name, why, due_on,
    target, units.
    """
    require(by, MANAGE_TRACES)
    check_city(by, city)
    day = on or by.on
    if started_from is not None and started_from.city_id != city.pk:
        raise Denied("ほかの市の情報は扱えません。")
    values = _checked(city, item_code, name, why, due_on, target, day)
    chosen = _targets(city, fiscal_year, item_code, target, units, day)
    if not chosen:
        message = "対象になる課公所がありません。"
        field = "units" if target == Trace.Target.CHOSEN else "target"
        raise Invalid(message, [Problem(message, "対象", field)])
    trace = Trace(
        city=city, fiscal_year=fiscal_year, target=target, opened_on=day, started_from=started_from, **values
    )
    trace.save(force_insert=True)
    TraceLine.objects.bulk_create([TraceLine(trace=trace, unit_id=unit) for unit in sorted(chosen)])
    _record(
        by,
        trace,
        "findings.trace.open",
        {
            **values,
            "target": target,
            "units": sorted(chosen),
            "started_from": str(started_from) if started_from else "",
        },
        on,
    )
    return trace


@transaction.atomic
def extend_trace(*, by: Principal, trace: Trace, due_on: date | None, on: date | None = None) -> Trace:
    """Give the sections another day. ``Invalid`` names the field due_on."""
    require(by, MANAGE_TRACES)
    trace = _locked_trace(by, trace)
    checks = Checks()
    _check_due(checks, due_on, on or by.on)
    checks.done()
    before, trace.due_on = trace.due_on, due_on or trace.due_on
    trace.save(update_fields=["due_on"])
    _record(by, trace, "findings.trace.extend", {"before": before, "after": due_on}, on)
    return trace


@transaction.atomic
def answer_line(
    *,
    by: Principal,
    line: TraceLine,
    answer: str,
    note: str,
    proofs: Sequence[NewProof] = (),
    version: int,
    on: date | None = None,
) -> TraceLine:
    """The section answers: "not_applicable" with the reason, "done" with at least one proof, or "issue".

    An issue is tied to the section's open finding of the item, or opens one (origin 追跡調査). ``Invalid`` names the
    fields answer, note, kind, period_from, period_to, evidence; ``Stale`` when the line moved on since *version*.
    """
    line = _locked_line(by, line, version, IMPROVE_FINDINGS)
    day = on or by.on
    status = after_answer(_standing(line))
    note = _answer(line, answer, note, proofs, day)
    finding = _finding_behind(by, line, note, day) if answer == ISSUE else None
    for proof in proofs:
        _keep(by, line, proof)
    _move(
        line,
        {
            "status": status,
            "answer": answer,
            "note": note,
            "answered_on": day,
            "answered_by_name": by.actor.name,
            "finding": finding,
            "confirmed_on": None,
            "confirmed_by_name": "",
        },
    )
    label = TraceLine.Answer(answer).label
    _tell(by, line, "answered", f"{label}：{note}", on)
    return line


@transaction.atomic
def add_proof(
    *, by: Principal, line: TraceLine, proof: NewProof, version: int, on: date | None = None
) -> TraceProof:
    """Lay one more proof beside an answer that is not confirmed yet."""
    line = _locked_line(by, line, version, IMPROVE_FINDINGS)
    after_answer(_standing(line))
    checks = Checks()
    _check_proof(checks, proof, on or by.on)
    checks.done()
    added = _keep(by, line, proof)
    _move(line, {})
    _tell(by, line, "proof", f"{added.get_kind_display()}：{added.file.name}", on)
    return added


@transaction.atomic
def confirm_line(
    *, by: Principal, line: TraceLine, comment: str = "", version: int, on: date | None = None
) -> TraceLine:
    """Hold an answer for proved. ``Stale`` while the finding behind it is open."""
    line = _locked_line(by, line, version, MANAGE_TRACES)
    status = after_confirm(_standing(line))
    comment = _comment(comment, required=False)
    _move(line, {"status": status, "confirmed_on": on or by.on, "confirmed_by_name": by.actor.name})
    _tell(by, line, "confirmed", comment, on)
    return line


@transaction.atomic
def confirm_lines(
    *, by: Principal, trace: Trace, versions: Mapping[int, int], on: date | None = None
) -> tuple[list[TraceLine], list[tuple[TraceLine, str]]]:
    """Hold many answers of a trace for proved: *versions* maps each line's key to the version shown.

    Returns those done, and those passed over with the reason. Keys of other traces are passed over silently.
    """
    require(by, MANAGE_TRACES)
    trace = _locked_trace(by, trace)
    done: list[TraceLine] = []
    passed: list[tuple[TraceLine, str]] = []
    found = TraceLine.objects.filter(trace=trace, pk__in=versions).select_for_update(of=("self",))
    for line in found.select_related("unit", "trace__city", "finding").order_by("pk"):
        try:
            if line.version != versions[line.pk]:
                raise Stale("表示したあとに変更されました。")
            line.status = after_confirm(_standing(line))
        except Stale as refusal:
            passed.append((line, refusal.message))
            continue
        line.confirmed_on, line.confirmed_by_name = on or by.on, by.actor.name
        line.version += 1
        done.append(line)
    TraceLine.objects.bulk_update(
        done, ["status", "confirmed_on", "confirmed_by_name", "version"], batch_size=100
    )
    TraceLineEvent.objects.bulk_create(
        [_event(by, line, "confirmed", "", on) for line in done], batch_size=500
    )
    if done:
        lines = [[line.pk, line.unit.code] for line in done]
        _record(by, trace, "findings.trace.confirmed", {"lines": lines}, on)
    return done, passed


@transaction.atomic
def return_line(
    *, by: Principal, line: TraceLine, comment: str, version: int, on: date | None = None
) -> TraceLine:
    """Send an answer back, and say why. ``Invalid`` names the field comment."""
    line = _locked_line(by, line, version, MANAGE_TRACES)
    status = after_return(_standing(line))
    comment = _comment(comment, required=True)
    _move(line, {"status": status, "confirmed_on": None, "confirmed_by_name": ""})
    _tell(by, line, "returned", comment, on)
    return line


@transaction.atomic
def close_trace(*, by: Principal, trace: Trace, on: date | None = None) -> Trace:
    """End a trace, once every line is confirmed. ``Stale`` with how many are not."""
    require(by, MANAGE_TRACES)
    trace = _locked_trace(by, trace)
    statuses = list(trace.lines.select_for_update(of=("self",)).values_list("status", flat=True))
    if not may_close(statuses):
        left = sum(status != TraceLine.Status.CONFIRMED for status in statuses)
        raise Stale(f"確認が済んでいない課公所が{left}あります。全て確認してから終了してください。")
    trace.status, trace.closed_on = CLOSED, on or by.on
    trace.save(update_fields=["status", "closed_on"])
    _record(by, trace, "findings.trace.close", {"lines": len(statuses)}, on)
    return trace


# --- what is checked ----------------------------------------------------------------------------------------


def _checked(
    city: City, item_code: str, name: str, why: str, due_on: date | None, target: str, day: date
) -> dict[str, Any]:
    checks = Checks()
    if not CheckItem.objects.filter(city=city, code=item_code).exists():
        checks.problem("点検項目を選んでください。", label="点検項目", field="item_code")
    values = {
        "item_code": item_code,
        "name": checks.name(name, label="名称", limit=NAME_LIMIT, field="name"),
        "why": checks.name(why, label="追跡する理由", limit=TEXT_LIMIT, field="why", lines=True),
        "due_on": due_on,
    }
    _check_due(checks, due_on, day)
    if target not in Trace.Target.values:
        checks.problem("対象を選んでください。", label="対象", field="target")
    checks.done()
    return values


def _check_due(checks: Checks, due_on: date | None, day: date) -> None:
    if due_on is None:
        checks.problem("回答の期限を入力してください。", label="回答の期限", field="due_on")
    elif not day <= due_on <= FiscalYear(FiscalYear.of(day).year + 1).ends_on:
        checks.problem("今日から来年度末までの日付を入力してください。", label="回答の期限", field="due_on")


def _targets(
    city: City, fiscal_year: int, item_code: str, target: str, units: Collection[int], day: date
) -> set[int]:
    """Return the sections that stand on *day* and are meant."""
    sections = set(
        Unit.objects.filter(valid_on(day), city=city, kind__answers_sheets=True).values_list("pk", flat=True)
    )
    if target == Trace.Target.ALL:
        return sections
    if target == Trace.Target.CHOSEN:
        return sections & set(units)
    found = Finding.objects.of_city(city.pk).filter(fiscal_year=fiscal_year, item_code=item_code)
    with_issue = found.exclude(status=WITHDRAWN).values_list("unit_id", flat=True)
    return sections & tree_of(city, day).lineage_forward(with_issue)


def _answer(line: TraceLine, answer: str, note: str, proofs: Sequence[NewProof], day: date) -> str:
    checks = Checks()
    if answer not in TraceLine.Answer.values:
        checks.problem("回答を選んでください。", label="回答", field="answer")
    label = {ISSUE: "課題の内容", DONE: "対策の内容"}.get(answer, "該当しない理由")
    kept = checks.name(note, label=label, limit=TEXT_LIMIT, field="note", lines=True)
    if answer == DONE and not proofs and not line.proofs.exists():
        checks.problem(
            "当番表や作業記録など、対策が分かるファイルを付けてください。", label="証拠", field="evidence"
        )
    for proof in proofs:
        _check_proof(checks, proof, day)
    checks.done()
    return kept


def _check_proof(checks: Checks, proof: NewProof, day: date) -> None:
    if proof.kind not in TraceProof.Kind.values:
        checks.problem("証拠の種類を選んでください。", label="証拠の種類", field="kind")
    if proof.period_from is None:
        checks.problem("対象期間の初日を入力してください。", label="対象期間", field="period_from")
    if proof.period_to is None:
        checks.problem("対象期間の末日を入力してください。", label="対象期間", field="period_to")
    if proof.period_from is not None and proof.period_to is not None:
        if proof.period_to < proof.period_from:
            checks.problem("末日は初日以降にしてください。", label="対象期間", field="period_to")
        elif proof.period_from > day:
            checks.problem("今日までの期間を入力してください。", label="対象期間", field="period_from")


def _comment(text: str, *, required: bool) -> str:
    checks = Checks()
    kept = checks.name(
        text,
        label="差し戻す理由" if required else "コメント",
        limit=TEXT_LIMIT,
        field="comment",
        required=required,
        lines=True,
    )
    checks.done()
    return kept


# --- what is written ----------------------------------------------------------------------------------------


def _finding_behind(by: Principal, line: TraceLine, note: str, day: date) -> Finding:
    """Return the section's open finding of the item, through its lineage; else open one."""
    trace = line.trace
    if line.finding is not None and line.finding.status in NOT_DONE:
        return line.finding
    lineage = tree_of(trace.city, day).lineage_back(tree_of(trace.city, day).lineage_forward([line.unit_id]))
    standing = (
        Finding.objects.of_city(trace.city_id)
        .filter(unit__in=lineage, item_code=trace.item_code, status__in=NOT_DONE)
        .order_by("-fiscal_year", "-number")
        .first()
    )
    if standing is not None:
        return standing
    item = CheckItem.objects.select_related("category").filter(city=trace.city, code=trace.item_code).first()
    count = line.events.filter(event="answered").count() + 1
    return open_findings(
        by=by,
        city=trace.city,
        fiscal_year=FiscalYear.of(day).year,
        origin=Finding.Origin.TRACE,
        rows=[
            NewFinding(
                unit_id=line.unit_id,
                origin_key=f"{LINE_SUBJECT}:{line.pk}:{count}",
                title=note.split("\n")[0][:200],
                item_code=trace.item_code,
                category_code=item.category.code if item else "",
                detail=f"追跡調査「{trace.name}」で回答した課題。\n{note}",
                due_on=trace.due_on,
            )
        ],
        on=day,
    )[0]


def _keep(by: Principal, line: TraceLine, proof: NewProof) -> TraceProof:
    assert proof.period_from is not None  # _check_proof
    assert proof.period_to is not None
    file = store(
        by=by,
        city_code=line.trace.city.code,
        name=proof.name,
        stream=proof.stream,
        subject=(LINE_SUBJECT, line.pk),
    )
    kept = TraceProof(
        line=line,
        kind=proof.kind,
        period_from=proof.period_from,
        period_to=proof.period_to,
        file=file,
        added_by=by.actor.code,
        added_at=clock.now(),
    )
    kept.save(force_insert=True)
    return kept


def _standing(line: TraceLine) -> Line:
    return Line(
        status=line.status or UNANSWERED,
        answer=line.answer,
        finding_status=line.finding.status if line.finding else "",
        trace_status=line.trace.status,
    )


def _locked_trace(by: Principal, trace: Trace) -> Trace:
    rows = Trace.objects.of_city(by.city_id).select_for_update(of=("self",)).select_related("city")
    fresh = rows.filter(pk=trace.pk).first()
    if fresh is None:
        raise Missing("この追跡調査はありません。")
    if fresh.status != RUNNING:
        raise Stale("この追跡調査は終了しています。")
    return fresh


def _locked_line(by: Principal, line: TraceLine, version: int, capability: Any) -> TraceLine:
    require(by, capability, unit=line.unit)
    rows = TraceLine.objects.of_city(by.city_id).select_for_update(of=("self",))
    fresh = rows.select_related("unit", "trace__city", "finding").filter(pk=line.pk).first()
    if fresh is None:
        raise Missing("この回答欄はありません。")
    if fresh.version != version:
        last = fresh.events.last()
        who = f"{last.by_name}さんが「{EVENT_LABELS[last.event]}」を行いました。" if last else ""
        raise Stale(f"表示したあとに変更されました。{who}内容を確かめて、もう一度お試しください。")
    return fresh


def _move(line: TraceLine, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(line, name, value)
    line.version += 1
    line.save(update_fields=[*values, "version"])


def _event(by: Principal, line: TraceLine, event: str, comment: str, on: date | None) -> TraceLineEvent:
    return TraceLineEvent(
        line=line,
        event=event,
        by_name=by.actor.name,
        comment=comment,
        happened_on=on or by.on,
        recorded_at=clock.now(),
    )


def _tell(by: Principal, line: TraceLine, event: str, comment: str, on: date | None) -> None:
    day = on or by.on
    _event(by, line, event, comment, day).save(force_insert=True)
    record(
        by=by,
        city_code=line.trace.city.code,
        operation=f"findings.trace_line.{event}",
        subject=(LINE_SUBJECT, line.pk),
        changes={
            "trace": line.trace.name,
            "unit": line.unit.code,
            "status": line.status,
            "comment": comment,
            "finding": str(line.finding) if line.finding else "",
        },
        business_date=day,
    )


def _record(by: Principal, trace: Trace, operation: str, changes: dict[str, Any], on: date | None) -> None:
    record(
        by=by,
        city_code=trace.city.code,
        operation=operation,
        subject=(SUBJECT, trace.pk),
        changes={"name": trace.name, **changes},
        business_date=on,
    )
