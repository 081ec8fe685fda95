"""What is done to the measures of one finding, each from its page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tenken.common.refusals import Invalid, Stale
from tenken.findings.models import Finding, Measure
from tenken.findings.operations import (
    add_measure,
    add_measure_evidence,
    advance_budget,
    confirm_measure,
    correct_measure,
    decide_measure,
    keep_promise,
    propose_measure,
    reopen_as_new,
)
from tenken.findings.queries import finding_record, measures_of
from tenken.organization.access import Principal, require
from tenken.web.findings.detail import finding_page, read_version
from tenken.web.findings.forms import ProcedureForm
from tenken.web.findings.measure_forms import MeasureForm
from tenken.web.findings.measure_procedures import (
    CAPABILITIES,
    proposal_of,
    standing_of,
    typed_form,
)
from tenken.web.principal import SignedInRequest, signed_in

_Act = Callable[[Principal, Finding, Sequence[Measure], int, ProcedureForm], Finding | None]


@signed_in
@require_POST
def propose(request: SignedInRequest, finding_id: int) -> HttpResponse:
    """The section reports a measure."""

    def act(by: Principal, finding: Finding, _: Sequence[Measure], version: int, form: ProcedureForm) -> None:
        assert isinstance(form, MeasureForm)
        propose_measure(by=by, finding=finding, data=form.data_of(), version=version, evidence=_files(form))

    done = "措置を報告しました。事務局の確認を待っています。"
    return _perform(request, finding_id, "measure-propose", act, done)


@signed_in
@require_POST
def add(request: SignedInRequest, finding_id: int) -> HttpResponse:
    """The secretariat lays a measure down."""

    def act(by: Principal, finding: Finding, _: Sequence[Measure], version: int, form: ProcedureForm) -> None:
        assert isinstance(form, MeasureForm)
        add_measure(by=by, finding=finding, data=form.data_of(), version=version, evidence=_files(form))

    return _perform(request, finding_id, "measure-add", act, "措置を登録しました。")


@signed_in
@require_POST
def decide(request: SignedInRequest, finding_id: int) -> HttpResponse:
    """The secretariat takes the reported measure in, or returns it."""

    def act(
        by: Principal, _: Finding, measures: Sequence[Measure], version: int, form: ProcedureForm
    ) -> None:
        decide_measure(by=by, measure=_proposal(measures), version=version, **form.cleaned_data)

    return _perform(request, finding_id, "measure-decide", act, "確認の結果を記録しました。")


@signed_in
@require_POST
def correct(request: SignedInRequest, finding_id: int) -> HttpResponse:
    """The secretariat corrects the last measure before an auditor reads it."""

    def act(
        by: Principal, _: Finding, measures: Sequence[Measure], version: int, form: ProcedureForm
    ) -> None:
        assert isinstance(form, MeasureForm)
        correct_measure(by=by, measure=_standing(measures), data=form.data_of(), version=version)

    return _perform(request, finding_id, "measure-correct", act, "措置を訂正しました。")


@signed_in
@require_POST
def proof(request: SignedInRequest, finding_id: int) -> HttpResponse:
    """Lay files beside the measure that counts, or beside the proposal where none does yet."""

    def act(
        by: Principal, _: Finding, measures: Sequence[Measure], version: int, form: ProcedureForm
    ) -> None:
        measure = standing_of(measures) or _proposal(measures)
        add_measure_evidence(
            by=by,
            measure=measure,
            evidence=_files(form),
            shows=form.cleaned_data["shows"],
            version=version,
        )

    return _perform(request, finding_id, "measure-proof", act, "証拠のファイルを追加しました。")


@signed_in
@require_POST
def budget(request: SignedInRequest, finding_id: int) -> HttpResponse:
    """Write down that a promise's money moved on."""

    def act(
        by: Principal, _: Finding, measures: Sequence[Measure], version: int, form: ProcedureForm
    ) -> None:
        advance_budget(by=by, measure=_standing(measures), version=version, **form.cleaned_data)

    return _perform(request, finding_id, "measure-budget", act, "予算の段階を記録しました。")


@signed_in
@require_POST
def keep(request: SignedInRequest, finding_id: int) -> HttpResponse:
    """The section kept what it promised, and shows it."""

    def act(
        by: Principal, _: Finding, measures: Sequence[Measure], version: int, form: ProcedureForm
    ) -> None:
        values = form.cleaned_data
        keep_promise(
            by=by,
            measure=_standing(measures),
            kept_on=values["kept_on"],
            comment=values["comment"],
            evidence=_files(form),
            version=version,
        )

    done = "予定を果たしたことを報告しました。事務局の確認を待っています。"
    return _perform(request, finding_id, "measure-keep", act, done)


@signed_in
@require_POST
def confirm(request: SignedInRequest, finding_id: int) -> HttpResponse:
    """The secretariat finds the measure borne out, and the finding is closed."""

    def act(
        by: Principal, _: Finding, measures: Sequence[Measure], version: int, form: ProcedureForm
    ) -> None:
        comment = form.cleaned_data["comment"]
        confirm_measure(by=by, measure=_standing(measures), comment=comment, version=version)

    return _perform(request, finding_id, "measure-confirm", act, "措置を確認し、課題を完了しました。")


@signed_in
@require_POST
def follow(request: SignedInRequest, finding_id: int) -> HttpResponse:
    """Go on with what was called done as a new finding."""

    def act(
        by: Principal, finding: Finding, _: Sequence[Measure], version: int, form: ProcedureForm
    ) -> Finding:
        return reopen_as_new(by=by, finding=finding, version=version, **form.cleaned_data)

    return _perform(request, finding_id, "measure-follow", act, "続きを新しい課題として登録しました。")


def _perform(request: SignedInRequest, finding_id: int, code: str, act: _Act, done: str) -> HttpResponse:
    """Ask who may, read the form, call the operation; what is refused comes back on the same page with what was typed."""
    by = request.principal
    record = finding_record(by, finding_id)
    for capability in CAPABILITIES[code]:
        require(by, capability, unit=record.finding.unit)
    measures = measures_of(record.finding)
    form = typed_form(code, measures, request.POST, request.FILES)
    if not form.is_valid():
        return finding_page(request, record, typed={code: form}, status=422)
    version = read_version(request)
    try:
        follower = act(by, record.finding, measures, version, form)
    except Invalid as refusal:
        form.take(refusal)
        return finding_page(request, finding_record(by, finding_id), typed={code: form}, status=422)
    except Stale as refusal:
        fresh = finding_record(by, finding_id)
        return finding_page(request, fresh, typed={code: form}, stale=(refusal.message, version), status=409)
    messages.success(request, done)
    return redirect("findings-detail", finding_id=follower.pk if follower else finding_id)


def _files(form: ProcedureForm) -> list[tuple[str, Any]]:
    return [(file.name or "", file.file) for file in form.cleaned_data["evidence"]]


def _standing(measures: Sequence[Measure]) -> Measure:
    measure = standing_of(measures)
    if measure is None:
        raise Stale("この課題には、まだ措置がありません。")
    return measure


def _proposal(measures: Sequence[Measure]) -> Measure:
    measure = proposal_of(measures)
    if measure is None:
        raise Stale("確認待ちの措置はありません。")
    return measure
