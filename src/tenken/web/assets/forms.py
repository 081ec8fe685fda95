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
)

from tenken.assets.ledger import AssetData
from tenken.assets.models import Classification, InformationAsset, Storage
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
        choose(self.fields["system"], [("", "なし"), *keyed(systems)])
        if units:
            choose(self.fields["unit"], keyed(units))
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
        choose(self.fields["unit"], [("", "すべて"), *keyed(units)])


def keyed(choices: Sequence[tuple[int, str]]) -> list[tuple[str, str]]:
    """Return choices by key as a form sends them."""
    return [(str(key), name) for key, name in choices]


def choose(field: Field, choices: Sequence[tuple[str, str]]) -> None:
    """Offer *choices* in a field made without."""
    assert isinstance(field, ChoiceField)
    field.choices = list(choices)
