"""What people type about the ledgers. What is right is decided by ``assets.ledger`` and the operations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.forms import (
    BooleanField,
    CharField,
    CheckboxSelectMultiple,
    ChoiceField,
    Field,
    FileField,
    Form,
    HiddenInput,
    MultipleChoiceField,
    RadioSelect,
    Textarea,
)

from tenken.assets.ledger import AssetData, SystemData
from tenken.assets.models import Classification, InformationAsset, InformationSystem, Storage
from tenken.common.refusals import Invalid, Problem
from tenken.web.components.fields import CountField, EraDateField

CLASSES = [
    (Classification.S.value, "Ｓ（滅失すると復元が著しく困難で、行政に重大な支障がある）"),
    (Classification.I.value, "Ⅰ（個人情報など、特に重要なもの）"),
    (Classification.II.value, "Ⅱ（それに次いで重要なもの）"),
    (Classification.III.value, "Ⅲ（そのほか）"),
]


class RefusableForm(Form):
    """Base of all: the problems an operation names go to their fields."""

    def take(self, refusal: Invalid) -> None:
        """Show *refusal* beside the fields it names, the rest at the top."""
        for problem in refusal.problems or (Problem(refusal.message),):
            known = problem.field in self.fields
            self.add_error(problem.field if known else None, problem.message if known else str(problem))


class AssetForm(RefusableForm):
    """One information asset."""

    unit = ChoiceField(label="所管")
    name = CharField(label="情報資産", max_length=120, help_text="例：国民健康保険の被保険者台帳")
    classification = ChoiceField(label="重要性分類", choices=CLASSES, widget=RadioSelect)
    amount = CountField(label="件数", required=False, help_text="おおよその数でかまいません。")
    forms = MultipleChoiceField(
        label="保管の形",
        choices=Storage.choices,
        widget=CheckboxSelectMultiple,
        help_text="あてはまるものをすべて選びます。及ぶ脅威が決まります。",
    )
    location = CharField(label="保管場所", max_length=120, required=False)
    personal_data = BooleanField(label="個人情報を含む", required=False)
    main = BooleanField(
        label="主要な情報資産", required=False, help_text="点検シートのリスク対策状況点検に載ります。"
    )
    system = ChoiceField(label="情報システム", required=False)
    version = CharField(widget=HiddenInput, required=False, initial="0")

    def __init__(
        self,
        data: Any = None,
        *,
        units: Sequence[tuple[int, str]] = (),
        systems: Sequence[tuple[int, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        _choose(self.fields["system"], [("", "なし"), *_keys(systems)])
        if units:
            _choose(self.fields["unit"], _keys(units))
        else:
            del self.fields["unit"]

    def asset_data(self) -> AssetData:
        """Return what was typed; the form is valid."""
        said = self.cleaned_data
        return AssetData(
            name=said["name"],
            classification=said["classification"],
            amount=said["amount"],
            forms=tuple(said["forms"]),
            location=said["location"],
            personal_data=said["personal_data"],
            main=said["main"],
            system_id=int(said["system"]) if said["system"] else None,
        )

    @staticmethod
    def initial_of(asset: InformationAsset) -> dict[str, Any]:
        names = ("name", "classification", "amount", "forms", "location", "personal_data", "main", "version")
        return {name: getattr(asset, name) for name in names} | {"system": asset.system_id or ""}


class SystemForm(RefusableForm):
    """One information system."""

    code = CharField(label="コード", max_length=20, help_text="あとから変えられません。例：SYS-001")
    name = CharField(label="名称", max_length=120)
    owner = ChoiceField(label="所管課")
    important = BooleanField(
        label="重要な情報システム", required=False, help_text="対策基準の4つの条件のどれかに当たるもの。"
    )
    outline = CharField(label="概要", max_length=1000, required=False, widget=Textarea(attrs={"rows": 4}))
    version = CharField(widget=HiddenInput, required=False, initial="0")

    def __init__(
        self, data: Any = None, *, owners: Sequence[tuple[int, str]], fixed_code: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        _choose(self.fields["owner"], _keys(owners))
        self.fields["code"].disabled = fixed_code

    def system_data(self) -> SystemData:
        """Return what was typed; the form is valid."""
        said = self.cleaned_data
        return SystemData(said["code"], said["name"], int(said["owner"]), said["important"], said["outline"])

    @staticmethod
    def initial_of(system: InformationSystem) -> dict[str, Any]:
        names = ("code", "name", "important", "outline", "version")
        return {name: getattr(system, name) for name in names} | {"owner": system.owner_id}


class RetireForm(RefusableForm):
    valid_to = EraDateField(label="外す日")
    version = CharField(widget=HiddenInput, required=False, initial="0")


class LedgerImportForm(RefusableForm):
    file = FileField(label="台帳のファイル", help_text="Excel（.xlsx）かCSV（UTF-8、シフトJIS）。")


class AssetFilterForm(Form):
    """What of the ledger of information assets is shown."""

    q = CharField(label="課公所・情報資産・保管場所の言葉", required=False, max_length=100)
    unit = ChoiceField(label="局・区", required=False)
    classification = ChoiceField(
        label="重要性分類", required=False, choices=[("", "すべて"), *Classification.choices]
    )
    form = ChoiceField(label="保管の形", required=False, choices=[("", "すべて"), *Storage.choices])
    main = BooleanField(label="主要なもの", required=False)
    ended = BooleanField(label="台帳から外したもの", required=False)

    def __init__(self, data: Any, *, units: Sequence[tuple[int, str]]) -> None:
        super().__init__(data)
        _choose(self.fields["unit"], [("", "すべて"), *_keys(units)])


class SystemFilterForm(Form):
    """What of the ledger of information systems is shown."""

    q = CharField(label="コード・名称・概要・所管課の言葉", required=False, max_length=100)
    unit = ChoiceField(label="局・区", required=False)
    important = BooleanField(label="重要な情報システム", required=False)
    ended = BooleanField(label="台帳から外したもの", required=False)

    def __init__(self, data: Any, *, units: Sequence[tuple[int, str]]) -> None:
        super().__init__(data)
        _choose(self.fields["unit"], [("", "すべて"), *_keys(units)])


def _keys(choices: Sequence[tuple[int, str]]) -> list[tuple[str, str]]:
    return [(str(key), name) for key, name in choices]


def _choose(field: Field, choices: Sequence[tuple[str, str]]) -> None:
    assert isinstance(field, ChoiceField)
    field.choices = list(choices)
