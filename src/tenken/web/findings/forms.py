"""What people type about findings. How long and which dates is decided by ``findings.states``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from tenken.common import clock
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Invalid
from tenken.findings.models import Finding
from tenken.findings.operations.checking import CONFIRMED, REFUSED, RETURNED
from tenken.findings.operations.checking import VERIFIED as VERIFY
from tenken.findings.queries.lists import ANY_SYSTEM, NO_ASPECT, STATUS_GROUP_LABELS
from tenken.findings.rules.ages import AGE_BANDS, ANY_AGE
from tenken.findings.states import MEASURE_LEVELS, REASONS, RISKS, STATUS_LABELS
from tenken.web.components.fields import CountField, EraDateField

_REASON_CHOICES = [
    ("", "選んでください"),
    *((code, f"{label}（説明が必要です）" if code == "other" else label) for code, label in REASONS.items()),
]
_FILE_HELP = "写真、PDF、Excel、Wordなど。いくつでも選べます。"


def _long(label: str, help_text: str = "", *, required: bool = True, rows: int = 5) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, required=required, widget=forms.Textarea(attrs={"rows": rows})
    )


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files. Cleans to a list."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if not files:
            super().clean(None, initial)
            return []
        return [super(FilesField, self).clean(file, initial) for file in files]


class ProcedureForm(forms.Form):
    """Base of all: the problems an operation names go to their fields."""

    def take(self, refusal: Invalid) -> None:
        """Show *refusal* beside the fields it names, the rest at the top."""
        for problem in refusal.problems:
            field = problem.field if problem.field in self.fields else None
            if field is None and "evidence" in self.fields:
                field = "evidence"
            self.add_error(field, problem.message if field else str(problem))
        if not refusal.problems:
            self.add_error("evidence" if "evidence" in self.fields else None, refusal.message)


def _level(*, required: bool) -> forms.ChoiceField:
    return forms.ChoiceField(
        label="対策の区分",
        choices=list(MEASURE_LEVELS.items()),
        widget=forms.RadioSelect,
        required=required,
        help_text="周知や整理整頓など課で続けること（日常業務）か、収納の確保など課と局・区で整えること（環境）か。",
    )


class PlanForm(ProcedureForm):
    cause = _long("原因", "なぜ起きたか。2,000字以内。", required=False, rows=2)
    immediate_action = _long("応急処置", "すぐに行ったこと。2,000字以内。", required=False, rows=2)
    text = _long("改善計画", "何を、どう改善するか。4,000字以内。")
    owner = forms.CharField(label="担当", help_text="係や氏名。")
    due_on = EraDateField(label="改善予定日")
    level = _level(required=False)
    needs_budget = forms.BooleanField(label="予算が必要", required=False)
    budget_yen = CountField(label="予算額（円）", required=False, help_text="分かるときに。")
    budget_year = forms.TypedChoiceField(
        label="予算の年度", required=False, coerce=int, empty_value=None, choices=[("", "選ばない")]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        this = FiscalYear.of(clock.today()).year
        years = self.fields["budget_year"]
        assert isinstance(years, forms.ChoiceField)
        years.choices = [
            ("", "選ばない"),
            *((year, str(FiscalYear(year))) for year in range(this - 1, this + 6)),
        ]


class ReportForm(ProcedureForm):
    action = _long("改善内容", "実際に何をしたか。4,000字以内。")
    action_on = EraDateField(label="改善実施日")
    evidence = FilesField(label="改善が分かるもの", required=False, help_text=_FILE_HELP)


class EvidenceForm(ProcedureForm):
    evidence = FilesField(label="追加するファイル", help_text=_FILE_HELP)


class NotImprovedForm(ProcedureForm):
    reason = forms.ChoiceField(label="未改善の理由", choices=_REASON_CHOICES)
    note = _long("未改善の説明", "「その他」のときは必ず入力してください。", required=False, rows=3)
    level = _level(required=True)


class CannotFixForm(ProcedureForm):
    reason = forms.ChoiceField(label="改善できない理由", choices=_REASON_CHOICES)
    note = _long("理由の説明", "なぜ改善できないか。事務局か監査人が事実かどうかを確認します。", rows=3)
    compensating_measure = _long("リスク低減策", "改善できない間、危険を小さくするために行うこと。", rows=4)
    residual_risk = forms.ChoiceField(
        label="残るリスク", choices=list(RISKS.items()), widget=forms.RadioSelect
    )
    residual_risk_note = _long(
        "残るリスクの説明", "リスク低減策を行っても、何がどれだけ起こり得るか。2,000字以内。", rows=3
    )
    review_on = EraDateField(
        label="見直し日", help_text="もう一度、改善できないか考える日。例：令和9年3月31日"
    )


class ConfirmForm(ProcedureForm):
    outcome = forms.ChoiceField(
        label="確認の結果",
        choices=[(CONFIRMED, "理由が事実であることを確認した"), (REFUSED, "認めない（改善計画に戻す）")],
        widget=forms.RadioSelect,
    )
    comment = _long(
        "確認の方法、または認めない理由", "契約書を見た、業者に問い合わせたなど、何で確かめたか。", rows=3
    )


class ReopenForm(ProcedureForm):
    comment = _long("再開する理由", "改善できるようになったことなど。", rows=2)


class CheckForm(ProcedureForm):
    outcome = forms.ChoiceField(
        label="確認の結果",
        choices=[(VERIFY, "改善を確認した"), (RETURNED, "差し戻す")],
        widget=forms.RadioSelect,
    )
    comment = _long(
        "コメント", "差し戻すときは、直してほしいことを必ず書いてください。", required=False, rows=3
    )


class FindingFilterForm(forms.Form):
    """What of the findings is shown."""

    q = forms.CharField(label="課公所・課題の言葉", required=False, max_length=100)
    fiscal_year = forms.ChoiceField(label="年度", required=False)
    unit = forms.ChoiceField(label="局・区", required=False)
    category = forms.ChoiceField(label="調査項目", required=False)
    status = forms.ChoiceField(
        label="状態",
        required=False,
        choices=[("", "すべて（取下げを除く）"), *STATUS_GROUP_LABELS.items(), *STATUS_LABELS.items()],
    )
    origin = forms.ChoiceField(
        label="出所", required=False, choices=[("", "すべて"), *Finding.Origin.choices]
    )
    kind = forms.ChoiceField(label="区分", required=False, choices=[("", "すべて"), *Finding.Kind.choices])
    track = forms.ChoiceField(
        label="対応のしかた", required=False, choices=[("", "すべて"), *Finding.Track.choices]
    )
    report = forms.ChoiceField(label="報告書", required=False)
    level = forms.ChoiceField(
        label="対策の区分", required=False, choices=[("", "すべて"), *MEASURE_LEVELS.items()]
    )
    aspect = forms.ChoiceField(
        label="運用面・技術面",
        required=False,
        choices=[("", "すべて"), *Finding.Aspect.choices, (NO_ASPECT, "区分のないもの")],
    )
    risk = forms.ChoiceField(label="残るリスク", required=False, choices=[("", "すべて"), *RISKS.items()])
    system = forms.ChoiceField(label="情報システム", required=False)
    age = forms.ChoiceField(
        label="未完了の日数",
        required=False,
        choices=[
            ("", "すべて"),
            (ANY_AGE, "完了していないもの"),
            *((band.code, band.label) for band in AGE_BANDS),
        ],
    )
    item = forms.CharField(label="点検項目の番号", required=False, max_length=40)
    overdue = forms.BooleanField(label="期限を過ぎたもの", required=False)
    review_due = forms.BooleanField(label="見直し日が来たもの", required=False)

    def __init__(
        self,
        data: Any,
        *,
        years: Sequence[int],
        units: Sequence[tuple[int, str]],
        categories: Sequence[tuple[str, str]],
        systems: Sequence[tuple[int, str]] = (),
        reports: Sequence[tuple[int, str]] = (),
    ) -> None:
        super().__init__(data)
        self._choose(
            "system",
            [(ANY_SYSTEM, "情報システムの課題"), *((str(key), name) for key, name in systems)],
        )
        self._choose("report", [(str(key), name) for key, name in reports])
        self._choose("fiscal_year", [(str(year), str(FiscalYear(year))) for year in years])
        self._choose("unit", [(str(key), name) for key, name in units])
        self._choose("category", list(categories))
        if len(units) < 2 and not (data and data.get("unit")):
            del self.fields["unit"]

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "すべて"), *choices]
