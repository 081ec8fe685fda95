"""What people type about audit reports and measures."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from django import forms

from tenken.common.fiscal_year import FiscalYear
from tenken.findings.models import AuditReport, Finding
from tenken.findings.operations import MeasureData, ReportData, ReportedFinding, Tally, Viewpoint
from tenken.findings.operations.measures import ACCEPTED, RETURNED
from tenken.findings.states.measures import BUDGET_STAGES, MEASURE_LABELS, next_stages
from tenken.web.components.fields import EraDateField
from tenken.web.findings.forms import FilesField, ProcedureForm

_FILES = "議事録、写真、PDF、Excel、Wordなど。いくつでも選べます。"
_YES, _NO = "yes", "no"
_VIEWPOINT = re.compile(r"^(?P<code>[(（][0-9０-９]{1,3}[)）])\s*(?P<text>.+)$")
_THREE_E = "3E"


def _long(label: str, help_text: str = "", *, required: bool = True, rows: int = 4) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, required=required, widget=forms.Textarea(attrs={"rows": rows})
    )


class MeasureForm(ProcedureForm):
    """One dated measure, with its promise when it is 措置済."""

    status = forms.ChoiceField(label="区分", choices=list(MEASURE_LABELS.items()), widget=forms.RadioSelect)
    on = EraDateField(label="措置の日", help_text="いつ現在のことか。措置済のときは、措置をした日。")
    text = _long("措置の具体的な内容・対応状況", "監査人に報告する文章です。4,000字以内。", rows=6)
    promises = forms.ChoiceField(
        label="まだ行っていないことを含むか（措置済のとき）",
        choices=[(_NO, "すべて行った"), (_YES, "予定や約束を含む（証拠が届くまで一覧に残ります）")],
        widget=forms.RadioSelect,
        required=False,
    )
    promise_due_on = EraDateField(
        label="予定の期限", required=False, help_text="予定を含むとき、いつまでに行うか。"
    )
    budget_stage = forms.ChoiceField(
        label="予算の段階", required=False, choices=[("", "予算は要らない"), *BUDGET_STAGES.items()]
    )
    evidence = FilesField(label="措置が分かるもの", required=False, help_text=_FILES)

    def data_of(self) -> MeasureData:
        """Return what was typed, as the operation takes it."""
        values = self.cleaned_data
        return MeasureData(
            status=values["status"],
            on=values["on"],
            text=values["text"],
            promises={_YES: True, _NO: False}.get(values["promises"]),
            promise_due_on=values["promise_due_on"],
            budget_stage=values["budget_stage"],
        )


class CorrectionForm(MeasureForm):
    """The same without files, which are laid beside on their own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["evidence"]


class DecisionForm(ProcedureForm):
    outcome = forms.ChoiceField(
        label="確認の結果",
        choices=[(ACCEPTED, "この内容で受け付ける"), (RETURNED, "差し戻す")],
        widget=forms.RadioSelect,
    )
    comment = _long("コメント", "差し戻すときは、理由を必ず書いてください。", required=False, rows=3)


class ProofForm(ProcedureForm):
    shows = forms.CharField(label="示すこと", required=False, max_length=300)
    evidence = FilesField(label="追加するファイル", help_text=_FILES)


class BudgetForm(ProcedureForm):
    stage = forms.ChoiceField(label="予算の段階")
    happened_on = EraDateField(label="日付")
    note = forms.CharField(label="内容", required=False, max_length=500)

    def __init__(self, *args: Any, standing: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stage = self.fields["stage"]
        assert isinstance(stage, forms.ChoiceField)
        stage.choices = [(code, BUDGET_STAGES[code]) for code in next_stages(standing)]


class KeepForm(ProcedureForm):
    kept_on = EraDateField(label="行った日")
    comment = _long("行ったこと", rows=3)
    evidence = FilesField(label="行ったことを示すもの", help_text=_FILES)


class ConfirmMeasureForm(ProcedureForm):
    comment = _long("コメント", "証拠の何を見て確かめたか。", required=False, rows=2)


class FollowForm(ProcedureForm):
    reason = _long("新しい課題として続ける理由", "措置済としたことのうち、何が済んでいなかったか。", rows=3)
    due_on = EraDateField(label="回答の期限", required=False)


# --- reports ------------------------------------------------------------------------------------------------


class ReportForm(ProcedureForm):
    """A report as it is registered. Viewpoints and tallies are one a line."""

    kind = forms.ChoiceField(label="監査の種類", choices=AuditReport.Kind.choices)
    title = forms.CharField(label="報告書の名称", max_length=200)
    theme = forms.CharField(label="監査のテーマ", max_length=200)
    auditor = forms.CharField(label="監査を行った者", max_length=120, required=False)
    target = forms.CharField(label="監査対象", max_length=200)
    unit_id = forms.TypedChoiceField(
        label="対象の課公所（一つのとき）", required=False, coerce=int, empty_value=None
    )
    fiscal_year = forms.TypedChoiceField(label="年度", coerce=int)
    starts_on = EraDateField(label="監査の開始日", required=False)
    ends_on = EraDateField(label="監査の終了日", required=False)
    issued_on = EraDateField(label="報告日", required=False)
    viewpoints = _long(
        "着眼点",
        "1行に一つ。例：(2) 体制が整備されているか。　３Ｅ・合規性の着眼点は、行の始めに「3E」と書きます。",
        required=False,
    )
    tallies = _long(
        "公表された件数",
        "個々の課題が分からないときだけ。1行に一つ。例：情報公開 意見26 評価5",
        required=False,
        rows=2,
    )
    note = _long("備考", required=False, rows=2)

    def __init__(
        self, *args: Any, units: Sequence[tuple[int, str]], years: Sequence[int], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, list[tuple[Any, str]]] = {
            "unit_id": [("", "選ばない"), *units],
            "fiscal_year": [(year, str(FiscalYear(year))) for year in years],
        }
        for name, pairs in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = pairs

    def clean_viewpoints(self) -> tuple[Viewpoint, ...]:
        found = []
        for number, line in enumerate(self.cleaned_data["viewpoints"].splitlines(), start=1):
            if not (text := line.strip()):
                continue
            three_e = unicodedata.normalize("NFKC", text[:2]).upper() == _THREE_E
            match = _VIEWPOINT.match(text[2:].strip() if three_e else text)
            if match is None:
                raise forms.ValidationError(f"{number}行目を、「(2) 着眼点の文」の形で入力してください。")
            code = unicodedata.normalize("NFKC", match["code"])
            part = AuditReport.Part.THREE_E if three_e else AuditReport.Part.RISK
            found.append(Viewpoint(code, match["text"].strip(), part))
        return tuple(found)

    def clean_tallies(self) -> tuple[Tally, ...]:
        found = []
        for number, line in enumerate(self.cleaned_data["tallies"].splitlines(), start=1):
            if not line.strip():
                continue
            chapter, *parts = unicodedata.normalize("NFKC", line).split()
            counts = {"指摘": 0, "意見": 0, "評価": 0}
            for part in parts:
                match = re.fullmatch(r"(指摘|意見|評価)([0-9]{1,4})件?", part)
                if match is None:
                    raise forms.ValidationError(
                        f"{number}行目を、「情報公開 意見26 評価5」の形で入力してください。"
                    )
                counts[match[1]] = int(match[2])
            found.append(Tally(chapter, counts["意見"], counts["評価"], counts["指摘"]))
        return tuple(found)

    def data_of(self) -> ReportData:
        """Return what was typed, as the operation takes it."""
        return ReportData(**self.cleaned_data)


def report_initial(report: AuditReport) -> dict[str, Any]:
    """Return a report as the form shows it."""
    names = "kind title theme auditor target unit_id fiscal_year starts_on ends_on issued_on note"
    lines = (
        f"{_THREE_E if one['part'] == AuditReport.Part.THREE_E else ''}{one['code']} {one['text']}"
        for one in report.viewpoints
    )
    return {name: getattr(report, name) for name in names.split()} | {
        "viewpoints": "\n".join(lines),
        "tallies": "\n".join(tally_words(one) for one in report.tallies),
    }


def tally_words(tally: dict[str, Any]) -> str:
    """Return a published total as one line: 「情報公開 意見26 評価5」."""
    counts = (("指摘", "exceptions"), ("意見", "opinions"), ("評価", "evaluations"))
    return " ".join([tally["chapter"], *(f"{label}{tally[key]}" for label, key in counts if tally.get(key))])


class ReportedFindingForm(ProcedureForm):
    """One finding of a report, entered by hand."""

    kind = forms.ChoiceField(label="区分", choices=Finding.Kind.choices, initial="exception")
    reference = forms.CharField(label="報告書の番号", max_length=60, required=False, help_text="例：指摘(3)①")
    viewpoint = forms.ChoiceField(label="着眼点", required=False)
    perspective = forms.ChoiceField(
        label="視点", required=False, choices=[("", "選ばない"), *Finding.Perspective.choices]
    )
    heading = forms.CharField(
        label="見出し", max_length=500, required=False, help_text="ア・イなどに分かれるときの、共通の見出し。"
    )
    title = forms.CharField(label="件名", max_length=500)
    detail = _long("内容", required=False, rows=5)
    unit_id = forms.TypedChoiceField(label="対応する課公所", coerce=int, empty_value=None)
    due_on = EraDateField(label="回答の期限", required=False)

    def __init__(
        self, *args: Any, report: AuditReport, units: Sequence[tuple[int, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        viewpoints = [(one["code"], f"{one['code']}　{one['text'][:40]}") for one in report.viewpoints]
        choices: dict[str, list[tuple[Any, str]]] = {
            "viewpoint": [("", "選ばない"), *viewpoints],
            "unit_id": [("", "選んでください"), *units],
        }
        for name, pairs in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = pairs

    def data_of(self) -> ReportedFinding:
        """Return what was typed, as the operation takes it."""
        return ReportedFinding(**self.cleaned_data)


class DateForm(ProcedureForm):
    as_of = EraDateField(label="基準日", help_text="いつ現在の措置を報告するか。例：令和3年9月30日")
    remind_on = EraDateField(
        label="依頼日", required=False, help_text="この日の朝に、課公所へメールで報告をお願いします。"
    )


class ToldForm(ProcedureForm):
    document_number = forms.CharField(label="文書番号", max_length=60, help_text="例：3総情政第215号")


class AsOfForm(forms.Form):
    """As of which day the table is shown."""

    as_of = EraDateField(label="基準日", required=False)


class BoardFilterForm(forms.Form):
    fiscal_year = forms.ChoiceField(label="年度", required=False)

    def __init__(self, data: Any, *, years: Sequence[int]) -> None:
        super().__init__(data)
        field = self.fields["fiscal_year"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "すべて"), *((str(year), str(FiscalYear(year))) for year in years)]
