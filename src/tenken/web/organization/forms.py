"""The forms of the room. They read; the operations decide."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from tenken.common import clock
from tenken.organization.access import Principal
from tenken.organization.capabilities import all_capabilities
from tenken.organization.imports.transfers import OUTCOMES
from tenken.organization.models import (
    Assignment,
    ImplementingBody,
    Person,
    Role,
    Unit,
    UnitKind,
)
from tenken.organization.models.validity import valid_on
from tenken.organization.permissions import CHANGE_PEOPLE, CHANGE_UNITS
from tenken.organization.queries import DEPUTY, MANAGER
from tenken.organization.queries.reorganizations import KIND_LABELS
from tenken.web.components.fields import CountField, EraDateField


class _Choice(forms.ModelChoiceField):
    """A choice whose label is the unit's code and name."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.code} {obj.name}"


class _Choices(forms.ModelMultipleChoiceField):
    """Several choices; a key no database could hold is refused like one that is not there."""

    def _check_values(self, value: Any) -> Any:
        for key in value if isinstance(value, list | tuple) else ():
            if not (str(key).isascii() and str(key).isdigit() and len(str(key)) < 19):
                raise ValidationError(
                    self.error_messages["invalid_pk_value"], code="invalid_pk_value", params={"pk": key}
                )
        return super()._check_values(value)  # type: ignore[misc]


class _PersonChoice(forms.ModelChoiceField):
    """A person by their 職員番号, typed: thousands of people are no list to choose from."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> Any:
        return super().to_python(unicodedata.normalize("NFKC", str(value or "")).strip())


def changeable_units(by: Principal, capability: Any = CHANGE_UNITS) -> QuerySet[Unit]:
    """Return the units *by* may name in a change: those that stand today or later."""
    rows = Unit.objects.restrict(by, capability).exclude(valid_to__isnull=False)
    return rows.order_by("code")


class DatedForm(forms.Form):
    """A change from a date on."""

    on = EraDateField(label="施行日", initial=clock.today)

    def __init__(self, by: Principal, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = self.choices_of(name)

    def choices_of(self, name: str) -> QuerySet[Any]:
        """Return the rows a field may name."""
        choices: dict[str, Callable[[], QuerySet[Any]]] = {
            "kind": lambda: UnitKind.objects.filter(city=self.by.city_id, rank__gt=0).order_by(
                "rank", "code"
            ),
            "body": lambda: ImplementingBody.objects.filter(city=self.by.city_id).order_by("pk"),
            "role": lambda: Role.objects.filter(city=self.by.city_id),
            "person": lambda: Person.objects.restrict(self.by, CHANGE_PEOPLE),
            "unit": lambda: changeable_units(self.by, CHANGE_PEOPLE),
        }
        return choices.get(name, lambda: changeable_units(self.by))()


class UnitFields(DatedForm):
    """What a new unit is called."""

    code = forms.CharField(label="所属コード", max_length=60)
    name = forms.CharField(label="名称", max_length=1_000)
    kana = forms.CharField(label="ふりがな", max_length=1_000, required=False)


class NewUnitForm(UnitFields):
    parent = _Choice(label="上位の組織", queryset=Unit.objects.none())
    kind = forms.ModelChoiceField(label="種類", queryset=UnitKind.objects.none())
    body = forms.ModelChoiceField(
        label="実施機関",
        queryset=ImplementingBody.objects.none(),
        required=False,
        empty_label="上位の組織と同じ",
    )


class RenameForm(UnitFields):
    code = forms.CharField(
        label="所属コード",
        max_length=60,
        required=False,
        help_text="空欄のときは、今のコードを引き継ぎます。",
    )


class MoveForm(DatedForm):
    parent = _Choice(label="移動先（上位の組織）", queryset=Unit.objects.none())


class MergeForm(DatedForm):
    """Into a standing unit, or into a new one."""

    units = _Choices(label="一緒に統合する組織", queryset=Unit.objects.none(), required=False)
    into = _Choice(
        label="統合先",
        queryset=Unit.objects.none(),
        required=False,
        empty_label="新しい組織にする",
        help_text="今ある組織に統合するときに選びます。その組織の情報管理者が引き続き務めます。",
    )
    name = forms.CharField(label="新しい組織の名称", max_length=1_000, required=False)
    code = forms.CharField(
        label="新しい組織の所属コード",
        max_length=60,
        required=False,
        help_text="空欄のときは、この組織のコードを引き継ぎます。",
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if bool(said.get("into")) == bool(said.get("name")):
            self.add_error("name", "統合先を選ぶか、新しい組織の名称を入力してください（どちらか一方）。")
        return said


class SplitForm(DatedForm):
    first_name = forms.CharField(
        label="1つ目の組織の名称",
        max_length=1_000,
        help_text="職、職員、役割、下位の組織を引き継ぎます。所属コードも引き継ぎます。",
    )
    second_name = forms.CharField(label="2つ目の組織の名称", max_length=1_000)
    second_code = forms.CharField(label="2つ目の組織の所属コード", max_length=60)


class CorrectForm(DatedForm):
    """Kind, body and kana: no date, they were always so."""

    on = None  # type: ignore[assignment]
    kana = forms.CharField(label="ふりがな", max_length=1_000, required=False)
    kind = forms.ModelChoiceField(label="種類", queryset=UnitKind.objects.none())
    body = forms.ModelChoiceField(label="実施機関", queryset=ImplementingBody.objects.none(), required=False)


class EmergencyForm(forms.Form):
    text = forms.CharField(
        label="不在時の対応",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="情報管理者が不在のときに、副情報管理者が行うこと。4,000字以内。",
    )
    contact = forms.CharField(label="連絡先", max_length=1_000, required=False)
    on = EraDateField(label="開始日", initial=clock.today)
    replacing = forms.IntegerField(required=False, widget=forms.HiddenInput)


class PostForm(DatedForm):
    on = EraDateField(label="開始日", initial=clock.today)
    code = forms.CharField(label="職コード", max_length=100)
    title = forms.CharField(label="職名", max_length=1_000)
    single_seat = forms.BooleanField(
        label="定員は1人（本務の職員は同時に1人まで）", required=False, initial=True
    )
    head = forms.BooleanField(
        label="この組織の長", required=False, help_text="三種公所の長は、上位の課の副情報管理者になります。"
    )


class GrantForm(DatedForm):
    on = EraDateField(label="開始日", initial=clock.today)
    role = forms.ModelChoiceField(label="役割", queryset=Role.objects.none())
    unit = _Choice(label="範囲（この組織とその下位）", queryset=Unit.objects.none())


class AssignForm(DatedForm):
    on = EraDateField(label="発令日", initial=clock.today)
    person = _PersonChoice(label="職員番号", queryset=Person.objects.none(), to_field_name="number")
    kind = forms.ChoiceField(
        label="区分", choices=Assignment.Kind.choices, widget=forms.RadioSelect, initial="main"
    )
    until = EraDateField(
        label="解令日", required=False, help_text="この日から職を離れます。未定のときは空欄。"
    )


class EndForm(forms.Form):
    on = EraDateField(label="終了日", initial=clock.today, help_text="この日から無効になります。")


class PersonForm(forms.Form):
    number = forms.CharField(label="職員番号", max_length=100)
    name = forms.CharField(label="氏名", max_length=1_000)
    kana = forms.CharField(label="ふりがな", max_length=1_000, required=False)
    email = forms.CharField(label="メール", max_length=1_000, required=False)


class PersonChangeForm(PersonForm):
    number = None  # type: ignore[assignment]


class AccountForm(forms.Form):
    username = forms.CharField(label="利用者名", max_length=200)
    password = forms.CharField(
        label="はじめのパスワード",
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="12文字以上。本人が初めて使うときに変更します。",
    )


class RoleForm(forms.Form):
    code = forms.CharField(label="コード", max_length=100)
    name = forms.CharField(label="名称", max_length=1_000)
    order = CountField(label="並び順", maximum=32_767, initial=0)
    capabilities = forms.MultipleChoiceField(
        label="できること", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        capabilities = sorted(all_capabilities().values(), key=lambda one: one.code)
        field = self.fields["capabilities"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(one.code, one.label) for one in capabilities]


class ClosingDayForm(forms.Form):
    day = EraDateField(label="日付")
    name = forms.CharField(label="名称", max_length=1_000, help_text="例：年末年始、市民祭り（開庁）")
    closed = forms.TypedChoiceField(
        label="閉庁・開庁",
        choices=[("1", "閉庁する"), ("0", "開庁する（土日・祝日でも）")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
        initial="1",
    )


class KindForm(forms.Form):
    code = forms.CharField(label="コード", max_length=100)
    name = forms.CharField(label="名称", max_length=1_000)
    rank = CountField(label="階層", maximum=99, help_text="1がいちばん上（局・区）です。")
    answers_sheets = forms.BooleanField(label="点検の対象にする", required=False)
    office_class = forms.TypedChoiceField(
        label="公所の種別",
        choices=[("", "公所ではない"), ("1", "一種"), ("2", "二種"), ("3", "三種")],
        coerce=lambda value: int(value) if value else None,
        empty_value=None,
        required=False,
    )


class BodyForm(forms.Form):
    code = forms.CharField(label="コード", max_length=100)
    name = forms.CharField(label="名称", max_length=1_000)


class UnitFilter(forms.Form):
    """The list of units on a date."""

    q = forms.CharField(label="名称・コード", required=False, max_length=100)
    bureau = forms.ModelChoiceField(
        label="局・区", queryset=Unit.objects.none(), required=False, empty_label="すべて"
    )
    on = EraDateField(label="いつの組織", required=False)

    def __init__(self, units: QuerySet[Unit], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bureau"].queryset = units  # type: ignore[attr-defined]


class PeopleFilter(forms.Form):
    """The list of people."""

    q = forms.CharField(label="氏名・職員番号", required=False, max_length=100)
    unit = forms.ModelChoiceField(
        label="組織（下位を含む）", queryset=Unit.objects.none(), required=False, empty_label="すべて"
    )
    role = forms.ModelChoiceField(
        label="役割", queryset=Role.objects.none(), required=False, empty_label="すべて", to_field_name="code"
    )

    def __init__(self, units: QuerySet[Unit], roles: QuerySet[Role], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["role"].queryset = roles  # type: ignore[attr-defined]


class ImportForm(forms.Form):
    on = EraDateField(label="施行日", help_text="異動や組織改正の日。例：2014-04-01、平成26年4月1日")
    file = forms.FileField(label="組織・職員のファイル", help_text="Excel（.xlsx）かCSV（CP932、UTF-8）。")


class ListUploadForm(forms.Form):
    """One of April's lists."""

    file = forms.FileField(label="一覧のファイル", help_text="Excel（.xlsx）かCSV（CP932、UTF-8）。")


class TransferUploadForm(ListUploadForm):
    last_day = forms.TypedChoiceField(
        label="退職・転出の発令日",
        choices=[
            ("1", "その日まで在職する（3月31日付け退職）"),
            ("0", "その日から在職しない（4月1日に退職済み）"),
        ],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
        initial="1",
    )


class TransferFilter(forms.Form):
    """What a transfer list would do."""

    q = forms.CharField(label="氏名・職員番号・組織", required=False, max_length=100)
    what = forms.ChoiceField(
        label="扱い", required=False, choices=[("", "すべて"), *((one, one) for one in OUTCOMES)]
    )
    last_day = forms.CharField(required=False, widget=forms.HiddenInput)


class PeriodFilter(forms.Form):
    """Days between which units were reorganised."""

    since = EraDateField(label="この日から", required=False)
    until = EraDateField(label="この日まで", required=False)
    kind = forms.ChoiceField(label="区分", required=False, choices=[("", "すべて"), *KIND_LABELS.items()])


class TenureFilter(forms.Form):
    """Who answered for a section."""

    q = forms.CharField(label="氏名・職員番号・職", required=False, max_length=100)
    on = EraDateField(label="この日の在任者", required=False)
    role = forms.ChoiceField(
        label="役割",
        required=False,
        choices=[("", "すべて"), (MANAGER, "情報管理者"), (DEPUTY, "副情報管理者")],
    )


class ReissueForm(forms.Form):
    """Whose password is issued anew."""

    person = _PersonChoice(label="職員番号", queryset=Person.objects.none(), to_field_name="number")

    def __init__(self, by: Principal, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = Person.objects.restrict(by, CHANGE_PEOPLE)  # type: ignore[attr-defined]


def standing(units: QuerySet[Unit], day: date) -> QuerySet[Unit]:
    """Return those of *units* that stand on a date, by code."""
    return units.filter(valid_on(day)).order_by("code")
