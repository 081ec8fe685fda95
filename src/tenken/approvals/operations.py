"""Putting papers up for approval and deciding on them.

These operations hold the route's rules (whose step it is, who may act). Whether the paper may be put up at all is the
business of the room it belongs to, which calls them inside its own transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from tenken.approvals.models import ApprovalRequest, Route, RouteStep, Snapshot, StepDecision
from tenken.approvals.sealing import WRITTEN_BY
from tenken.approvals.states import Position, after
from tenken.common import clock
from tenken.common.refusals import Denied, Invalid, Problem, Stale
from tenken.journal.canonical import canonical_json, sha256
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import City, Unit
from tenken.organization.permissions import MANAGE_SETTINGS

COMMENT_LIMIT = 2_000
_PENDING_ALREADY = "すでに決裁に回っています。ページを開き直してください。"


@transaction.atomic
def ensure_route(
    *, by: Principal, city: City, code: str, name: str, steps: Sequence[tuple[str, str, str]]
) -> Route:
    """Return the city's route *code*, made from *steps* (name, role code, acting role code or '') if it is missing.

    An existing route stays as the city set it.
    """
    if city.pk != by.city_id:
        raise Denied("ほかの市の情報は扱えません。")
    route = Route.objects.filter(city=city, code=code).first()
    if route:
        return route
    require(by, MANAGE_SETTINGS)
    route = Route.objects.create(city=city, code=code, name=name)
    RouteStep.objects.bulk_create(
        RouteStep(route=route, order=order, name=step, role_code=role, acting_role_code=acting)
        for order, (step, role, acting) in enumerate(steps, start=1)
    )
    record(
        by=by,
        city_code=city.code,
        operation="approvals.route.create",
        subject=("approvals.route", route.pk),
        changes={"code": code, "name": name, "steps": [list(step) for step in steps]},
    )
    return route


@transaction.atomic
def request_approval(
    *,
    by: Principal,
    unit: Unit,
    route_code: str,
    subject: tuple[str, int],
    snapshot: dict[str, Any],
    on: date | None = None,
) -> ApprovalRequest:
    """Put *snapshot* (what exactly is to be approved) up along a route, and return the pending request.

    The journal keeps the snapshot's hash. ``Stale`` when one is pending already; ``Invalid`` when the city has no such
    route; ``Denied`` for a unit of another city.
    """
    if unit.city_id != by.city_id:
        raise Denied("ほかの市の情報は扱えません。")
    route = Route.objects.filter(city=unit.city_id, code=route_code).first()
    first = route.steps.first() if route else None
    if route is None or first is None:
        raise Invalid(f"決裁ルート「{route_code}」がまだ設定されていません。事務局に連絡してください。")
    request = _put_up(by, unit, route, first, subject, on)
    body = canonical_json(snapshot)
    kept = Snapshot(request=request, body=body, sha256=sha256(body))
    kept.save(force_insert=True)
    record(
        by=by,
        city_code=by.city_code,
        operation=WRITTEN_BY,
        subject=("approvals.snapshot", kept.pk),
        changes={
            "route": route_code,
            "subject": list(subject),
            "round": request.round,
            "sha256": kept.sha256,
        },
        business_date=on,
    )
    return request


def _put_up(
    by: Principal, unit: Unit, route: Route, first: RouteStep, subject: tuple[str, int], on: date | None
) -> ApprovalRequest:
    earlier = ApprovalRequest.objects.filter(subject_type=subject[0], subject_id=subject[1])
    if earlier.filter(status=ApprovalRequest.Status.PENDING).exists():
        raise Stale(_PENDING_ALREADY)
    try:
        with transaction.atomic():
            return ApprovalRequest.objects.create(
                city_id=unit.city_id,
                unit=unit,
                route=route,
                subject_type=subject[0],
                subject_id=subject[1],
                round=(earlier.aggregate(last=Max("round"))["last"] or 0) + 1,
                step=first.order,
                requested_by=by.actor.code,
                requested_by_name=by.actor.name,
                requested_at=clock.now(),
                requested_on=on or by.on,
            )
    except IntegrityError:  # somebody else put it up between the question and the answer
        raise Stale(_PENDING_ALREADY) from None


def pending_request(subject: tuple[str, int]) -> ApprovalRequest:
    """Return the locked pending request of *subject*; ``Stale`` when there is none. Inside a transaction."""
    request = (
        ApprovalRequest.objects.select_for_update(of=("self",))
        .select_related("route", "unit")
        .filter(subject_type=subject[0], subject_id=subject[1], status=ApprovalRequest.Status.PENDING)
        .first()
    )
    if request is None:
        raise Stale("決裁に回っている内容がありません。ページを開き直してください。")
    return request


@transaction.atomic
def decide(
    *, by: Principal, request: ApprovalRequest, outcome: str, comment: str = "", on: date | None = None
) -> ApprovalRequest:
    """Decide the present step: "approved" or "returned" (a return needs a comment). Return the request as it is now.

    ``Stale`` when it has ended; ``Invalid`` for a comment over 2,000 characters. ``Denied`` unless *by* holds the step's role over the unit, or its acting role (代決), which may not decide on what
    they put up themselves.
    """
    request = ApprovalRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    steps = {step.order: step for step in RouteStep.objects.filter(route=request.route_id)}
    position = after(Position(request.status, request.step), outcome, tuple(steps))
    step = steps[request.step or 0]
    comment = _checked_comment(comment)
    if outcome == StepDecision.Outcome.RETURNED and not comment:
        message = "差し戻す理由を入力してください。"
        raise Invalid(message, [Problem(message, "コメント", "comment")])
    role, acting = _capacity(by, request, step)
    return _apply(by, request, position, step, outcome, role, acting, comment, on)


@transaction.atomic
def approve_many(
    *, by: Principal, subject_type: str, subject_ids: Collection[int], on: date | None = None
) -> set[int]:
    """Approve the present step of the pending request of each of *subject_ids*; return those that had one.

    As :func:`decide` for each, in a few queries for all; ``Denied`` when one is not *by*'s to decide: then none is.
    """
    requests = list(
        ApprovalRequest.objects.select_for_update(of=("self",))
        .filter(
            subject_type=subject_type,
            subject_id__in=subject_ids,
            status=ApprovalRequest.Status.PENDING,
            city=by.city_id,
        )
        .order_by("pk")
    )
    steps: dict[int, dict[int, RouteStep]] = defaultdict(dict)
    for step in RouteStep.objects.filter(route__in={request.route_id for request in requests}):
        steps[step.route_id][step.order] = step
    decisions = []
    for request in requests:
        position = after(Position(request.status, request.step), "approved", tuple(steps[request.route_id]))
        present = steps[request.route_id][request.step or 0]
        role, acting = _capacity(by, request, present)
        decisions.append(_decision(by, request, present, "approved", role, acting, "", on))
        request.status, request.step = position.status, position.step
    StepDecision.objects.bulk_create(decisions, batch_size=500)
    ApprovalRequest.objects.bulk_update(requests, ["status", "step"], batch_size=200)
    return {request.subject_id for request in requests}


@transaction.atomic
def withdraw(*, by: Principal, request: ApprovalRequest, on: date | None = None) -> ApprovalRequest:
    """Take the request back (引戻し): by whoever put it up, as long as nothing was decided yet."""
    request = ApprovalRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    steps = {step.order: step for step in RouteStep.objects.filter(route=request.route_id)}
    position = after(Position(request.status, request.step), "withdrawn", tuple(steps))
    if request.requested_by != by.actor.code and not by.unlimited:
        raise Denied(f"引き戻せるのは、提出した{request.requested_by_name}さんだけです。")
    if request.decisions.exists():
        raise Stale("すでに決裁が進んでいるため、引き戻せません。差戻しを依頼してください。")
    return _apply(by, request, position, steps[request.step or 0], "withdrawn", "", False, "", on)


def may_decide(by: Principal, request: ApprovalRequest) -> bool:
    """Tell whether the present step of a pending *request* is *by*'s to decide, in person or acting."""
    step = next((step for step in request.route.steps.all() if step.order == request.step), None)
    if step is None:
        return False
    try:
        _capacity(by, request, step)
    except Denied:
        return False
    return True


def _checked_comment(comment: str) -> str:
    comment = comment.replace("\x00", "").replace("\r\n", "\n").strip()
    if len(comment) > COMMENT_LIMIT:
        message = f"コメントは{COMMENT_LIMIT:,}字までです（いま{len(comment):,}字）。"
        raise Invalid(message, [Problem(message, "コメント", "comment")])
    return comment


def _capacity(by: Principal, request: ApprovalRequest, step: RouteStep) -> tuple[str, bool]:
    if holds_role_over(by, step.role_code, request.unit_id):
        return step.role_code, False
    if step.acting_role_code and holds_role_over(by, step.acting_role_code, request.unit_id):
        if request.requested_by == by.actor.code:
            raise Denied("自分が提出したものを代決することはできません。")
        return step.acting_role_code, True
    raise Denied(f"「{step.name}」を決裁する役割ではありません。")


def holds_role_over(by: Principal, role_code: str, unit_id: int) -> bool:
    """Tell whether *by* holds the role for *unit_id*, for what became of it, or for a unit above."""
    if by.unlimited:
        return True
    heirs = by.tree.lineage_forward([unit_id])
    reach = set(heirs).union(*(by.tree.ancestors(unit) for unit in heirs))
    return any(grant.role_code == role_code and grant.unit_id in reach for grant in by.grants)


def _apply(
    by: Principal,
    request: ApprovalRequest,
    position: Position,
    step: RouteStep,
    outcome: str,
    role: str,
    acting: bool,
    comment: str,
    on: date | None,
) -> ApprovalRequest:
    _decision(by, request, step, outcome, role, acting, comment, on).save(force_insert=True)
    request.status, request.step = position.status, position.step
    request.save(update_fields=["status", "step"])
    return request


def _decision(
    by: Principal,
    request: ApprovalRequest,
    step: RouteStep,
    outcome: str,
    role: str,
    acting: bool,
    comment: str,
    on: date | None,
) -> StepDecision:
    return StepDecision(
        request=request,
        step_order=step.order,
        step_name=step.name,
        outcome=outcome,
        decided_by=by.actor.code,
        decided_by_name=by.actor.name,
        role_code=role,
        acting=acting,
        comment=comment,
        decided_at=clock.now(),
        decided_on=on or by.on,
    )
