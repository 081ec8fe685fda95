"""What people type about a main asset of a sheet. What is right is decided by ``assets.ledger``."""

from __future__ import annotations

from typing import Any

from django.forms import (
    CharField,
    CheckboxSelectMultiple,
    ChoiceField,
    HiddenInput,
    MultipleChoiceField,
    RadioSelect,
)

from tenken.assets.models import Storage
from tenken.inspection.models import SheetAsset
from tenken.inspection.operations.risk import AssetRow
from tenken.web.assets.forms import CLASSES, RefusableForm
from tenken.web.components.fields import CountField


class SheetAssetForm(RefusableForm):
    """One main information asset of a sheet."""

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
    version = CharField(widget=HiddenInput, required=False, initial="0")

    def row(self, key: int | None, asset_id: int | None) -> AssetRow:
        """Return what was typed, for the row *key* of the sheet; the form is valid."""
        said = self.cleaned_data
        return AssetRow(
            name=said["name"],
            classification=said["classification"],
            amount=said["amount"],
            forms=tuple(said["forms"]),
            location=said["location"],
            key=key,
            asset_id=asset_id,
        )

    @staticmethod
    def initial_of(asset: SheetAsset) -> dict[str, Any]:
        names = ("name", "classification", "amount", "forms", "location", "version")
        return {name: getattr(asset, name) for name in names}
