"""What people type about 追跡調査."""

from __future__ import annotations

from typing import Any

from django import forms

from tenken.findings.models import Trace, TraceLine, TraceProof
from tenken.findings.queries.traces import STATE_LABELS
from tenken.web.components.fields import EraDateField
from tenken.web.findings.forms import FilesField, ProcedureForm


def _long(label: str, help_text: str = "", *, required: bool = True, rows: int = 4) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, required=required, widget=forms.Textarea(attrs={"rows": rows})
    )


class TraceForm(ProcedureForm):
    """A new trace."""

    item_code = forms.ChoiceField(label="点検項目")
    name = forms.CharField(label="名称", max_length=100, help_text="例：スタンドアロンパソコンのウイルス対策")
    why = _long("追跡する理由", "課公所に示します。何を、どう証明してほしいかも書いてください。")
    due_on = EraDateField(label="回答の期限")
    target = forms.ChoiceField(label="対象", choices=Trace.Target.choices, widget=forms.RadioSelect)
    units = forms.TypedMultipleChoiceField(
        label="選んだ課公所",
        required=False,
        coerce=int,
        widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text="「選んだ課公所」のときだけ。Ctrlキーを押しながら選ぶと、いくつでも選べます。",
    )

    def __init__(
        self, *args: Any, items: list[tuple[str, Any]], sections: list[tuple[int, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("item_code", [("", "選んでください"), *items]), ("units", sections)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices


class AnswerForm(ProcedureForm):
    """The section's answer, with the files that prove it."""

    answer = forms.ChoiceField(label="回答", choices=TraceLine.Answer.choices, widget=forms.RadioSelect)
    note = _long("内容", "該当しない理由、行った対策、または課題の内容。", rows=3)
    kind = forms.ChoiceField(
        label="証拠の種類", required=False, choices=[("", "選んでください"), *TraceProof.Kind.choices]
    )
    period_from = EraDateField(label="対象期間の初日", required=False)
    period_to = EraDateField(label="対象期間の末日", required=False)
    evidence = FilesField(
        label="証拠のファイル",
        required=False,
        help_text="「対策済」のときは、当番表や作業記録などを付けてください。",
    )


class ProofForm(AnswerForm):
    """One more proof beside the answer."""

    evidence = FilesField(label="証拠のファイル")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["answer"], self.fields["note"]
        for name in ("kind", "period_from", "period_to"):
            self.fields[name].required = True


class LineCheckForm(ProcedureForm):
    """Whether the secretariat holds the answer for proved."""

    outcome = forms.ChoiceField(
        label="確認の結果",
        choices=[("confirmed", "確認した"), ("returned", "差し戻す")],
        widget=forms.RadioSelect,
    )
    comment = _long("コメント", "差し戻すときは、理由を必ず書いてください。", required=False, rows=2)


class ExtendForm(ProcedureForm):
    """Another day to answer by."""

    due_on = EraDateField(label="新しい期限")


class LineFilterForm(forms.Form):
    """Which lines of a trace are shown."""

    q = forms.CharField(label="課公所", required=False, max_length=100)
    unit = forms.ChoiceField(label="局・区", required=False)
    answer = forms.ChoiceField(label="回答", required=False, choices=[("", "すべて"), *STATE_LABELS.items()])
    status = forms.ChoiceField(
        label="状態", required=False, choices=[("", "すべて"), *TraceLine.Status.choices]
    )

    def __init__(self, data: Any, *, units: list[tuple[int, str]]) -> None:
        super().__init__(data)
        unit = self.fields["unit"]
        assert isinstance(unit, forms.ChoiceField)
        unit.choices = [("", "すべて"), *((str(key), name) for key, name in units)]
