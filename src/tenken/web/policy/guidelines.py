"""The ministry's guideline, edition by edition, held against the policy in force."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_safe

from tenken.common.era import era_date
from tenken.common.refusals import Invalid, Stale
from tenken.organization.access import decide, require
from tenken.policy import operations
from tenken.policy.guideline_data import default_guideline, read_guideline
from tenken.policy.permissions import CHANGE_POLICY
from tenken.policy.queries import guidelines as queries
from tenken.policy.rules.codes import split_codes
from tenken.policy.rules.guideline_gap import (
    COVERED,
    EXCUSED,
    LABELS,
    MANDATORY_DIFFERENCES,
    MISSING,
    RECOMMENDED,
    REVIEW,
)
from tenken.web.components.tables import StatusColumn, Table
from tenken.web.exports import export_table, wants_export
from tenken.web.policy.pages import attempt, page, posted, status_of
from tenken.web.principal import SignedInRequest, signed_in

HERE = "policy-guidelines"
_TONES = {MISSING: "red", REVIEW: "yellow", RECOMMENDED: "neutral", EXCUSED: "neutral", COVERED: "green"}
_STATES = {code: (LABELS[code], tone) for code, tone in _TONES.items()}


class GapTable(Table):
    caption = "表1　ガイドラインの求めと規程の対応"
    row_header = "title"

    code = tables.Column(
        verbose_name="コード",
        accessor="requirement__code",
        order_by="requirement__order",
        attrs={"td": {"class": "policy-nowrap"}},
    )
    title = tables.Column(
        verbose_name="求めること",
        accessor="requirement__title",
        linkify=lambda record: reverse("policy-requirement", args=[record.requirement.code]),
    )
    text = tables.Column(
        verbose_name="要点",
        accessor="requirement__text",
        orderable=False,
        attrs={"td": {"class": "policy-words"}},
    )
    mandatory = tables.BooleanColumn(
        verbose_name="必須", accessor="requirement__mandatory", yesno="必須,任意"
    )
    change = tables.Column(verbose_name="この版での改定", accessor="requirement__get_change_display")
    state = StatusColumn(_STATES, verbose_name="規程の状態")
    clauses = tables.Column(verbose_name="対応する条", empty_values=(), orderable=False)

    def value_code(self, record: queries.GapRow, value: str) -> str:
        return f"{record.requirement.section} {value}"

    def render_mandatory(self, value: bool) -> str:
        return "必須" if value else "任意"

    def value_mandatory(self, value: bool) -> str:
        return "必須" if value else "任意"

    def render_change(self, record: queries.GapRow, value: str) -> str:
        how = record.requirement.changed_how
        return f"{value}：{how}" if how else value

    def render_clauses(self, record: queries.GapRow) -> SafeString | str:
        if not record.clauses:
            return record.mapping.not_needed_because if record.mapping else "—"
        return format_html_join(
            "、",
            '<a href="{}">{} {}</a>',
            (
                (reverse("policy-clause", args=[clause.code]), clause.number, clause.heading)
                for clause in record.clauses
            ),
        )


class GapFilter(forms.Form):
    """Which edition, and what of it."""

    edition = forms.ChoiceField(label="ガイドラインの版", required=False)
    state = forms.ChoiceField(
        label="規程の状態",
        required=False,
        choices=[("", "すべて"), ("difference", "必須の差異（直す必要があるもの）"), *LABELS.items()],
    )

    def __init__(self, data: Any, editions: list[Any]) -> None:
        super().__init__(data)
        field = self.fields["edition"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.code, f"{one.code}（{era_date(one.published_on)}）") for one in editions]


class MappingForm(forms.Form):
    clause_codes = forms.CharField(
        label="対応する条",
        required=False,
        max_length=500,
        help_text="条のコードを「、」で区切って書きます。例：S4-2-1、S3-3-4-1",
    )
    not_needed_because = forms.CharField(
        label="対応しない理由", required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )


class GuidelineFileForm(forms.Form):
    file = forms.FileField(
        label="ガイドラインの版のファイル（YAML）",
        required=False,
        help_text="空のまま取り込むと、この製品に付いている版（2015.3から2025.3まで）を取り込みます。",
    )


@signed_in
@require_safe
def gap_page(request: SignedInRequest) -> HttpResponse:
    """Show an edition held against the policy in force; the latest one unless another is asked for."""
    by = request.principal
    editions = queries.editions(by)
    may_change = bool(decide(by, CHANGE_POLICY))
    if not editions:
        return page(request, "guidelines_empty", {"may_change": may_change}, here=HERE)
    form = GapFilter(request.GET or None, editions)
    said = form.cleaned_data if form.is_valid() else {}
    found = queries.guideline_gap(by, said.get("edition") or editions[0].code, by.on)
    wanted = said.get("state", "")
    states = MANDATORY_DIFFERENCES if wanted == "difference" else {wanted} if wanted else set(LABELS)
    table = GapTable([row for row in found.rows if row.state in states])
    tables.RequestConfig(request, paginate=False).configure(table)
    if kind := wants_export(request):
        return export_table(table, f"ガイドライン{found.edition.code}との対応", kind)
    context = {
        "edition": found.edition,
        "form": form,
        "table": table,
        "counts": [(LABELS[code], found.counts[code], _TONES[code], code) for code in LABELS],
        "differences": sum(row.differs for row in found.rows),
        "may_change": may_change,
    }
    return page(request, "guidelines", context, here=HERE)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def requirement(request: SignedInRequest, code: str) -> HttpResponse:
    """Show one requirement; who writes the policy says which clauses answer to it."""
    by = request.principal
    shown, mapping = queries.requirement_for(by, code), queries.mapping_of(by, code)
    if request.method == "POST":
        require(by, CHANGE_POLICY)
    initial = (
        {"clause_codes": "、".join(mapping.clause_codes), "not_needed_because": mapping.not_needed_because}
        if mapping
        else {}
    )
    form = MappingForm(posted(request), initial=initial)
    if attempt(
        form,
        lambda: operations.map_requirement(
            by=by,
            code=code,
            clause_codes=split_codes(form.cleaned_data["clause_codes"]),
            not_needed_because=form.cleaned_data["not_needed_because"],
            on=by.on,
        ),
    ):
        messages.success(request, "対応を保存しました。")
        return redirect(HERE)
    context = {
        "requirement": shown,
        "mapping": mapping,
        "form": form,
        "may_change": bool(decide(by, CHANGE_POLICY)),
    }
    return page(request, "requirement", context, here=HERE, status=status_of(form))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def take_in(request: SignedInRequest) -> HttpResponse:
    """Take in editions: those of the product, or those of a file."""
    by = request.principal
    require(by, CHANGE_POLICY)
    form = GuidelineFileForm(posted(request), request.FILES or None)
    if form.is_bound and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            data = read_guideline(sent.read(), sent.name) if sent else default_guideline()
            codes = operations.import_guideline(by=by, data=data, on=by.on)
        except (Invalid, Stale) as refusal:
            for problem in refusal.problems or (refusal.message,):
                form.add_error(None, str(problem))
        else:
            messages.success(request, f"{'、'.join(codes)}版を取り込みました。")
            return redirect(HERE)
    return page(request, "guideline_import", {"form": form}, here=HERE, status=status_of(form))
