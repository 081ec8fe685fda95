"""What people type about 横展開の確認."""

from __future__ import annotations

from typing import Any

from django import forms

from tenken.findings.extent_states import NOT_APPLICABLE
from tenken.findings.models import ExtentTarget
from tenken.findings.operations import ExtentQuestion
from tenken.findings.queries.extents import COVERAGE_LABELS
from tenken.findings.rules.alike import SECTION_FACTS, SYSTEM_FACTS
from tenken.web.components.fields import EraDateField
from tenken.web.findings.forms import FilesField, ProcedureForm


def _long(label: str, help_text: str = "", *, required: bool = True, rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, required=required, widget=forms.Textarea(attrs={"rows": rows})
    )


class QuestionForm(ProcedureForm):
    """What is asked of all."""

    question = _long(
        "確認すること", "相手が「ある・ない」で答えられる文にしてください。元の課の名前は書かないでください。"
    )
    why = _long("ほかにもある可能性が高い理由", "相手に示します。")
    due_on = EraDateField(label="回答の期限")

    def asked(self) -> ExtentQuestion:
        return ExtentQuestion(**self.cleaned_data)


class FactsForm(forms.Form):
    """Which facts propose candidates."""

    section = forms.MultipleChoiceField(
        label="課公所の条件",
        required=False,
        choices=list(SECTION_FACTS.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    system = forms.MultipleChoiceField(
        label="情報システムの条件（元の課題の情報システムと比べます）",
        required=False,
        choices=list(SYSTEM_FACTS.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    word = forms.CharField(
        label="製品の名前の一部",
        required=False,
        max_length=60,
        help_text="例：Windows Server 2008　台帳の製品にこの言葉を含む情報システムを探します。",
    )

    def __init__(self, *args: Any, has_system: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_system:
            del self.fields["system"]

    @property
    def facts(self) -> list[str]:
        return [*self.cleaned_data["section"], *self.cleaned_data.get("system", [])]


class FreeChoiceForm(ProcedureForm):
    """Sections and systems chosen by hand, with the reason."""

    units = forms.TypedMultipleChoiceField(
        label="課公所",
        required=False,
        coerce=int,
        widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text="Ctrlキーを押しながら選ぶと、いくつでも選べます。",
    )
    systems = forms.TypedMultipleChoiceField(
        label="情報システム", required=False, coerce=int, widget=forms.SelectMultiple(attrs={"size": 6})
    )
    because = forms.CharField(label="選ぶ理由", max_length=500)

    def __init__(
        self,
        *args: Any,
        units: tuple[tuple[int, str], ...],
        systems: tuple[tuple[int, str], ...],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("units", units), ("systems", systems)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices
        if not systems:
            del self.fields["systems"]


class AnswerForm(ProcedureForm):
    """The answer of a section or of who manages a system: two minutes of work."""

    answer = forms.ChoiceField(label="回答", choices=ExtentTarget.Answer.choices, widget=forms.RadioSelect)
    note = _long("内容", "課題の内容、または、どのように確かめたか、該当しない理由。", rows=3)
    evidence = FilesField(
        label="確かめたことが分かるもの", required=False, help_text="写真など。なくてもかまいません。"
    )


class SetAsideForm(ProcedureForm):
    """That a target does not apply, said by who runs the check."""

    answer = forms.ChoiceField(
        choices=[(NOT_APPLICABLE, "該当しない")], widget=forms.HiddenInput, initial=NOT_APPLICABLE
    )
    note = _long("該当しない理由", "廃止された課公所など。", rows=2)


class TargetCheckForm(ProcedureForm):
    """Whether the secretariat accepts an answer."""

    outcome = forms.ChoiceField(
        label="確認の結果",
        choices=[("confirmed", "確認した"), ("returned", "差し戻す")],
        widget=forms.RadioSelect,
    )
    comment = _long("コメント", "差し戻すときは、理由を必ず書いてください。", required=False, rows=2)


class TargetFilterForm(forms.Form):
    """Which targets of a check are shown."""

    q = forms.CharField(label="課公所・情報システム", required=False, max_length=100)
    state = forms.ChoiceField(
        label="回答と状態",
        required=False,
        choices=[
            ("", "すべて"),
            *((code, label) for code, label in COVERAGE_LABELS.items() if code != "asked"),
        ],
    )
