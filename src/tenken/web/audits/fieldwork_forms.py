"""What people type during the fieldwork."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from tenken.audit.fieldwork.rules.figures import read_figure
from tenken.audit.models import WorkingPaper
from tenken.audit.models.questions import Withheld
from tenken.web.components.fields import CountField, EraDateField
from tenken.web.findings.forms import FilesField, FilesInput

FIGURES = 3


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class FigureField(forms.Field):
    """A figure as documents print it (「２，３４０」, 「△12」). Cleans to a ``Decimal``, None when empty."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Decimal | None:
        try:
            return read_figure(str(value or "")).value
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class PaperForm(forms.Form):
    kind = forms.ChoiceField(label="種類", choices=WorkingPaper.Kind.choices)
    title = forms.CharField(label="件名", max_length=200)
    made_on = EraDateField(label="実施日")
    source = forms.CharField(
        label="入手先・相手", max_length=200, required=False, help_text="聞き取りの相手、資料の入手先など。"
    )
    text = forms.CharField(label="内容", max_length=20_000, required=False, widget=_area(8))
    uploads = FilesField(label="ファイル・写真", required=False, widget=FilesInput(attrs={"multiple": True}))
    lines = forms.TypedMultipleChoiceField(
        label="確認項目", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    questions = forms.TypedMultipleChoiceField(
        label="質問", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    reconciliations = forms.TypedMultipleChoiceField(
        label="数の照合", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    items = forms.TypedMultipleChoiceField(
        label="報告書の項目", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    because = forms.CharField(label="差し替える理由", max_length=300)

    def __init__(
        self, *args: Any, targets: dict[str, list[tuple[int, str]]], superseding: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in targets.items():
            field = self.fields[name]
            assert isinstance(field, forms.TypedMultipleChoiceField)
            field.choices = choices
            if not choices:
                del self.fields[name]
        if not superseding:
            del self.fields["because"]
        else:
            self.fields[
                "uploads"
            ].help_text = "付けないときは、差し替える調書のファイルをそのまま引き継ぎます。"


class RetentionForm(forms.Form):
    years = CountField(
        label="報告した年度の末から保存する年数",
        maximum=30,
        help_text="この年数を過ぎるまで、調書は必ず残ります。",
    )


class QuestionForm(forms.Form):
    topic = forms.CharField(label="件名", max_length=200, required=False)
    text = forms.CharField(label="質問", max_length=4_000, widget=_area(6))
    materials = forms.CharField(
        label="依頼する資料", required=False, widget=_area(3), help_text="1行に1つずつ入力してください。"
    )
    due_on = EraDateField(label="回答期限")


class FollowUpForm(forms.Form):
    text = forms.CharField(label="追加の質問", max_length=4_000, widget=_area(6))
    materials = forms.CharField(
        label="依頼する資料", required=False, widget=_area(3), help_text="1行に1つずつ入力してください。"
    )
    due_on = EraDateField(label="回答期限")


class RequestForm(forms.Form):
    materials = forms.CharField(label="資料", widget=_area(4), help_text="1行に1つずつ入力してください。")
    due_on = EraDateField(label="期限")


class DueForm(forms.Form):
    due_on = EraDateField(label="回答期限")
    reason = forms.CharField(label="理由", max_length=300)


class AskForm(forms.Form):
    due_on = EraDateField(label="回答期限")


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=300)


class DeclineForm(forms.Form):
    reason = forms.CharField(label="提出できない理由", max_length=500, widget=_area(3))


class HandInForm(forms.Form):
    uploads = FilesField(label="ファイル", widget=FilesInput(attrs={"multiple": True}))


class AnswerFileForm(forms.Form):
    label = forms.CharField(label="別紙の名", max_length=60, help_text="例：別紙 1-5")
    file = forms.FileField(label="ファイル")


class WithholdForm(forms.Form):
    because = forms.CharField(
        label="省略する理由", max_length=300, help_text="公表する文書に「省略（理由）」と載ります。"
    )
    legal_ground = forms.CharField(label="根拠", max_length=300, help_text="例：情報公開条例第10条第3号")
    audience = forms.ChoiceField(
        label="見られる者",
        choices=Withheld.Audience.choices,
        widget=forms.RadioSelect,
        initial=Withheld.Audience.AUDITORS,
        help_text="回答した課公所と監査の事務局は、いつでも見られます。見たことは記録されます。",
    )
    public_text = forms.CharField(
        label="代わりに公表する文", max_length=4_000, required=False, widget=_area(3)
    )


class ReconciliationForm(forms.Form):
    """A subject and two or three figures."""

    subject = forms.CharField(
        label="照合すること", max_length=200, help_text="例：ウイルス対策ソフトの数量と端末の台数"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for place in range(1, FIGURES + 1):
            needed = place <= 2
            self.fields[f"figure-{place}-source"] = forms.CharField(
                label=f"出どころ{place}", max_length=200, required=needed
            )
            self.fields[f"figure-{place}-value"] = FigureField(label=f"数{place}", required=needed)
            self.fields[f"figure-{place}-unit"] = forms.CharField(
                label=f"単位{place}", max_length=20, required=False
            )
            self.fields[f"figure-{place}-as_of"] = EraDateField(
                label=f"時点{place}", required=False, help_text=""
            )

    def figures(self) -> list[tuple[str, Decimal, str, Any]]:
        """Return (source, value, unit, as of) of each figure that was typed."""
        said = self.cleaned_data
        rows = [
            tuple(said.get(f"figure-{place}-{name}") for name in ("source", "value", "unit", "as_of"))
            for place in range(1, FIGURES + 1)
        ]
        return [(str(row[0]), row[1], str(row[2] or ""), row[3]) for row in rows if row[1] is not None]


class ExplainForm(forms.Form):
    text = forms.CharField(label="説明", max_length=2_000, widget=_area(5))
    calculation = forms.CharField(
        label="計算",
        max_length=200,
        required=False,
        help_text="例：100×27＝2,700。入力すると、計算し直して確かめます。",
    )
    file = forms.FileField(label="根拠の資料", required=False)


class DecideForm(forms.Form):
    outcome = forms.ChoiceField(
        label="判断",
        choices=[("accept", "説明を了承する"), ("stand", "説明がつかないものとする")],
        widget=forms.RadioSelect,
    )
    because = forms.CharField(label="判断の理由", max_length=500, widget=_area(3))


class ReopenForm(forms.Form):
    because = forms.CharField(label="理由", max_length=500, widget=_area(3))


class TableForm(forms.Form):
    title = forms.CharField(label="表の名", max_length=200)
    source = forms.CharField(label="出どころ", max_length=200, help_text="例：A33（１）")
    file = forms.FileField(label="ExcelかCSVのファイル", required=False)
    cells = forms.CharField(
        label="表の貼り付け",
        required=False,
        widget=_area(8),
        max_length=200_000,
        help_text="Excelの範囲をコピーして貼り付けます。1行目は見出しにしてください。",
    )


class StatusFilterForm(forms.Form):
    """Which rows of a list: by state, by words."""

    status = forms.ChoiceField(label="状態", required=False)
    q = forms.CharField(label="キーワード", required=False, max_length=100)

    def __init__(
        self, *args: Any, choices: list[tuple[str, str]], label: str = "状態", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["status"]
        assert isinstance(field, forms.ChoiceField)
        field.choices, field.label = [("", "すべて"), *choices], label


class WorkbookForm(forms.Form):
    file = forms.FileField(label="入力した質問票", help_text="このページから出力したExcelファイル（.xlsx）。")
