"""The forms of the room. Limits are those of the models; the operations check again and know more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from tenken.organization.models import Unit
from tenken.policy.models import CheckCategory, CheckItem, Clause
from tenken.policy.operations import ClauseInput, Wording
from tenken.policy.rules.codes import split_codes
from tenken.policy.rules.facts import FACT_KINDS
from tenken.web.components.fields import CountField, EraDateField


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class SeenForm(forms.Form):
    """A form that knows what its reader saw, so that nobody overwrites another's change."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)


class VersionForm(forms.Form):
    """Number, date and reason of a version."""

    number = forms.CharField(label="版", max_length=20, help_text="例：2.0")
    effective_from = EraDateField(label="施行日")
    reason = forms.CharField(label="改定の理由", max_length=2000, widget=_area(4))


class DraftHeadForm(SeenForm, VersionForm):
    pass


class ChapterForm(forms.Form):
    number = forms.CharField(label="番号", max_length=20)
    title = forms.CharField(label="題名", max_length=120)


class ChapterChangeForm(SeenForm, ChapterForm):
    pass


class ClauseForm(forms.Form):
    """What a clause says."""

    number = forms.CharField(label="番号", max_length=30, help_text="例：3.2(4)")
    heading = forms.CharField(label="見出し", max_length=120)
    text = forms.CharField(
        label="本文", max_length=2000, widget=_area(5), help_text="1つの条に1つの義務を書きます。"
    )
    nature = forms.ChoiceField(label="性質", choices=Clause.Nature.choices, widget=forms.RadioSelect)
    binds = forms.MultipleChoiceField(label="対象者", widget=forms.CheckboxSelectMultiple)
    refines = forms.CharField(
        label="具体化する条",
        required=False,
        max_length=1000,
        help_text="もとになる対策基準の条のコード。複数は「、」で区切ります。例：S3-1-2、S3-3-2-4",
    )

    def __init__(self, *args: Any, roles: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "binds", roles.items())

    def typed(self) -> ClauseInput:
        """Return what was typed, for the operation."""
        data = self.cleaned_data
        return ClauseInput(
            number=data["number"],
            heading=data["heading"],
            text=data["text"],
            binds=data["binds"],
            nature=data["nature"],
            refines=split_codes(data["refines"]),
        )


class ClauseChangeForm(SeenForm, ClauseForm):
    pass


class ClauseAddForm(ClauseForm):
    code = forms.CharField(
        label="コード", max_length=60, help_text="版が変わっても変えない符号です。例：S3-3-2-8"
    )

    field_order = ("code",)


def _choices(form: forms.Form, name: str, choices: Iterable[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)


class ProcedureForm(forms.Form):
    """A new procedure of a system."""

    title = forms.CharField(
        label="名称", max_length=120, help_text="例：住民記録システム情報セキュリティ実施手順"
    )
    code = forms.CharField(
        label="コード", max_length=60, help_text="英小文字と数字。システムの略号など。例：juki"
    )
    owner = forms.ChoiceField(label="所管")
    effective_from = EraDateField(label="施行日")
    reason = forms.CharField(label="制定の理由", max_length=2000, widget=_area(3), initial="制定")

    def __init__(self, *args: Any, units: Iterable[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = {str(unit.pk): unit for unit in units}
        _choices(
            self, "owner", [("", "選んでください"), *((pk, unit.name) for pk, unit in self.units.items())]
        )


class DecisionForm(forms.Form):
    """The bureau manager's decision on a procedure."""

    outcome = forms.ChoiceField(
        label="決裁", choices=[("approved", "承認する"), ("returned", "差し戻す")], widget=forms.RadioSelect
    )
    comment = forms.CharField(
        label="コメント",
        required=False,
        max_length=2000,
        widget=_area(3),
        help_text="差し戻すときは、直してほしいところを書きます。",
    )


class WordingForm(forms.Form):
    """How an item is asked."""

    question = forms.CharField(
        label="点検内容", max_length=500, widget=_area(3), help_text="「はい」が適合になる文で書きます。"
    )
    purpose = forms.CharField(label="目的", max_length=1000, widget=_area(3))
    how_to_check = forms.CharField(label="確認方法", max_length=1000, widget=_area(3))
    good = forms.CharField(label="適合の基準", max_length=1000, widget=_area(3))
    examples = forms.CharField(
        label="例", required=False, max_length=2200, widget=_area(4), help_text="1行に1つ、10個まで。"
    )
    evidence = forms.CharField(label="証拠", required=False, max_length=1000, widget=_area(2))
    facts = forms.MultipleChoiceField(
        label="答えと突き合わせる記録",
        required=False,
        choices=list(FACT_KINDS.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    clause_codes = forms.CharField(
        label="根拠の条",
        max_length=1000,
        help_text="条のコード。複数は「、」で区切ります。例：S3-3-2-4、C-2-1",
    )
    effective_from = EraDateField(label="適用日", help_text="この日より後に配る点検シートから使います。")

    def wording(self) -> Wording:
        """Return what was typed, for the operation."""
        data = self.cleaned_data
        return Wording(
            question=data["question"],
            purpose=data["purpose"],
            how_to_check=data["how_to_check"],
            good=data["good"],
            clause_codes=split_codes(data["clause_codes"]),
            examples=data["examples"].splitlines(),
            evidence=data["evidence"],
            facts=data["facts"],
        )


class ItemReviseForm(SeenForm, WordingForm):
    pass


class ItemPlaceForm(forms.Form):
    """Where an item stands in the bank."""

    category = forms.ChoiceField(label="調査項目")
    standing = forms.BooleanField(label="毎年の点検シートに入れる", required=False)
    aspect = forms.ChoiceField(
        label="運用面・技術面",
        choices=CheckItem.Aspect.choices,
        initial=CheckItem.Aspect.OPERATIONAL,
        widget=forms.RadioSelect,
        help_text="足りないとき、仕事のしかたで補うものは運用面、設定や機器などの技術で補うものは技術面です。",
    )

    def __init__(self, *args: Any, categories: Iterable[CheckCategory], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices(
            self,
            "category",
            [
                ("", "選んでください"),
                *((one.code, f"{one.get_part_display()}：{one.name}") for one in categories),
            ],
        )


class ItemChangeForm(SeenForm, ItemPlaceForm):
    answer_valid_months = CountField(
        label="回答の有効期間（月）",
        required=False,
        maximum=60,
        help_text="受け付けた回答を、次の点検で「そのまま使う」ことができる月数です。0なら、毎回あらためて記入します。",
    )


class ItemAddForm(ItemPlaceForm, WordingForm):
    code = forms.CharField(label="コード", max_length=60, help_text="いつまでも変えない符号です。例：M-CD-08")

    field_order = ("code", "category", "standing", "aspect")


class RetireForm(SeenForm):
    retired_on = EraDateField(label="廃止日", help_text="この日より後に配る点検シートには入りません。")
    reason = forms.CharField(label="廃止の理由", max_length=500, widget=_area(3))


class CategoryForm(forms.Form):
    name = forms.CharField(label="名称", max_length=80)
    code = forms.CharField(label="コード", max_length=60, help_text="英小文字、数字、「_」。例：clear_desk")
    part = forms.ChoiceField(
        label="点検の種類",
        choices=[("management", "セキュリティマネジメント点検"), ("risk", "リスク対策状況点検")],
        widget=forms.RadioSelect,
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="点検しない理由",
        required=False,
        max_length=500,
        widget=_area(3),
        help_text="空にして保存すると、理由を取り消します。",
    )


class BankFilter(forms.Form):
    """What of the bank is shown."""

    q = forms.CharField(label="コード・点検内容", required=False, max_length=100)
    part = forms.ChoiceField(
        label="点検の種類",
        required=False,
        choices=[("", "すべて"), ("management", "セキュリティマネジメント"), ("risk", "リスク対策状況")],
    )
    category = forms.ChoiceField(label="調査項目", required=False)
    role = forms.ChoiceField(label="対象者", required=False)
    aspect = forms.ChoiceField(
        label="運用面・技術面", required=False, choices=[("", "すべて"), *CheckItem.Aspect.choices]
    )
    standing = forms.ChoiceField(
        label="毎年の点検",
        required=False,
        choices=[("", "すべて"), ("yes", "入れる"), ("no", "入れない"), ("retired", "廃止したもの")],
    )

    def __init__(self, data: Any, categories: Iterable[CheckCategory], roles: dict[str, str]) -> None:
        super().__init__(data)
        _choices(self, "category", [("", "すべて"), *((one.code, one.name) for one in categories)])
        _choices(self, "role", [("", "すべて"), *roles.items()])


class ClauseFilter(forms.Form):
    """Which clauses of a version are shown."""

    role = forms.ChoiceField(label="対象者", required=False)
    nature = forms.ChoiceField(label="性質", required=False, choices=[("", "すべて"), *Clause.Nature.choices])

    def __init__(self, data: Any, roles: dict[str, str]) -> None:
        super().__init__(data)
        _choices(self, "role", [("", "すべて"), ("mine", "自分の役割"), *roles.items()])


class TraceFilter(forms.Form):
    """Which clauses of the table are shown."""

    state = forms.ChoiceField(
        label="点検",
        required=False,
        choices=[
            ("", "すべて"),
            ("asked", "点検項目がある"),
            ("excused", "理由があって点検しない"),
            ("elsewhere", "課の役割の義務ではない"),
            ("open", "点検項目も理由もない"),
        ],
    )
    document = forms.ChoiceField(label="規程", required=False)

    def __init__(self, data: Any, documents: Iterable[tuple[str, str]]) -> None:
        super().__init__(data)
        _choices(self, "document", [("", "すべて"), *documents])


class CompareForm(forms.Form):
    """Two versions of a document."""

    before = forms.ChoiceField(label="比べるもと", required=False)
    after = forms.ChoiceField(label="比べる版", required=False)

    def __init__(self, data: Any, versions: Iterable[tuple[str, str]]) -> None:
        super().__init__(data)
        listed = list(versions)
        _choices(self, "before", listed)
        _choices(self, "after", listed)
