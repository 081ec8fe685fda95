"""What people type about information systems. What is right is decided by ``assets.ledger`` and the operations."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import (
    BooleanField,
    CharField,
    CheckboxSelectMultiple,
    ChoiceField,
    Form,
    HiddenInput,
    MultipleChoiceField,
    RadioSelect,
    Textarea,
    formset_factory,
)

from tenken.assets.ledger import OccurrenceData, ProductData, SystemData
from tenken.assets.models import (
    Classification,
    InformationSystem,
    Network,
    SystemOccurrence,
    SystemProduct,
)
from tenken.web.assets.forms import RefusableForm, choose, keyed
from tenken.web.components.fields import EraDateField

_NONE = ("", "決めていない")


class SectionsField(CharField):
    """Sections, one a line, by code or by name (「U0102　まちづくり局 企画課」). Cleans to their keys."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", Textarea(attrs={"rows": 4}))
        kwargs.setdefault("max_length", 20_000)
        super().__init__(**kwargs)
        self._codes: Mapping[str, int] = {}
        self._names: dict[str, list[int]] = {}

    def offer(self, units: Sequence[tuple[int, str, str]]) -> None:
        """Take *units*: (key, code, name)."""
        self._codes = {_folded(code): key for key, code, _ in units}
        self._names = {}
        for key, _, name in units:
            self._names.setdefault(_folded(name), []).append(key)

    def clean(self, value: Any) -> frozenset[int]:
        text = super().clean(value)
        found, unknown = set(), []
        for line in (line.strip() for line in text.splitlines() if line.strip()):
            named = self._names.get(_folded(line), [])
            key = self._codes.get(_folded(line.split()[0])) or (named[0] if len(named) == 1 else None)
            if key is None:
                unknown.append(line[:40])
            else:
                found.add(key)
        if unknown:
            raise ValidationError(
                [f"「{line}」という課公所はありません。コードで入力してください。" for line in unknown[:5]]
            )
        return frozenset(found)


class SystemForm(RefusableForm):
    """One information system or network."""

    code = CharField(label="コード", max_length=20, help_text="あとから変えられません。例：SYS-001")
    kind = ChoiceField(
        label="種類",
        choices=InformationSystem.Kind.choices,
        widget=RadioSelect,
        initial=InformationSystem.Kind.SYSTEM,
    )
    name = CharField(label="名称", max_length=120)
    owner = ChoiceField(label="所管課")
    outline = CharField(label="概要", max_length=1000, required=False, widget=Textarea(attrs={"rows": 4}))
    used_by_all = BooleanField(label="全庁で利用", required=False)
    users = SectionsField(
        label="所管課のほかに利用する課公所",
        required=False,
        help_text="1行に1つ、コードか名称。全庁で利用するものは空欄でかまいません。",
    )
    classification = ChoiceField(
        label="扱う情報の重要性分類", required=False, choices=[_NONE, *Classification.choices]
    )
    outage_is_grave = BooleanField(
        label="セキュリティ障害で一週間以上止まると、行政や組織の運営に重大な支障をきたすおそれがある",
        required=False,
    )
    named_important_because = CharField(
        label="そのほか、重要な情報システムとして管理する理由",
        max_length=300,
        required=False,
        help_text="情報管理者が機密性・完全性・可用性などから適当と認めるとき。",
        widget=Textarea(attrs={"rows": 2}),
    )
    personal_data = BooleanField(label="個人情報を含む", required=False)
    networks = MultipleChoiceField(
        label="接続するネットワーク",
        choices=Network.choices,
        required=False,
        widget=CheckboxSelectMultiple,
    )
    public = BooleanField(label="インターネットに公開している", required=False)
    vendor = CharField(label="保守の事業者", max_length=120, required=False)
    in_use_since = EraDateField(label="稼働開始日", required=False)
    support_ends_on = EraDateField(label="サポート終了日", required=False)
    version = CharField(widget=HiddenInput, required=False, initial="0")

    def __init__(
        self,
        data: Any = None,
        *,
        owners: Sequence[tuple[int, str]],
        units: Sequence[tuple[int, str, str]],
        fixed_code: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        choose(self.fields["owner"], keyed(owners))
        users = self.fields["users"]
        assert isinstance(users, SectionsField)
        users.offer(units)
        self.fields["code"].disabled = fixed_code

    def system_data(self) -> SystemData:
        """Return what was typed; the form is valid. Products stand on a page of their own."""
        said = self.cleaned_data
        named = {name: said[name] for name in said if name not in ("owner", "networks", "version")}
        return SystemData(owner_id=int(said["owner"]), networks=tuple(said["networks"]), **named)

    @staticmethod
    def initial_of(system: InformationSystem) -> dict[str, Any]:
        """Return what *system* says, as its form shows it."""
        names = set(SystemForm.base_fields) - {"owner", "users"}
        users = system.used_by.order_by("code")
        return {name: getattr(system, name) for name in names} | {
            "owner": system.owner_id,
            "users": "\n".join(f"{unit.code}　{unit.name}" for unit in users),
        }


class ProductForm(Form):
    """One product of a system."""

    kind = ChoiceField(label="種類", choices=[("", "選んでください"), *SystemProduct.Kind.choices])
    name = CharField(label="製品", max_length=120, help_text="例：Windows Server")
    release = CharField(label="版", max_length=60, required=False, help_text="例：2022")
    support_ends_on = EraDateField(label="サポート終了日", required=False)


ProductFormSet = formset_factory(ProductForm, extra=3, max_num=100, absolute_max=200, can_delete=True)


def typed_products(formset: Any) -> list[ProductData]:
    """Return the products of a valid *formset*, in its order, without those taken out or left empty."""
    return [
        ProductData(said["kind"], said["name"], said["release"], said["support_ends_on"])
        for form in formset
        if (said := form.cleaned_data) and said.get("name") and not said.get("DELETE")
    ]


class OccurrenceForm(RefusableForm):
    """A change or a failure of a system."""

    kind = ChoiceField(label="種類", choices=SystemOccurrence.Kind.choices, widget=RadioSelect)
    happened_on = EraDateField(label="発生日")
    outline = CharField(label="内容", max_length=500, widget=Textarea(attrs={"rows": 3}))

    def occurrence_data(self) -> OccurrenceData:
        """Return what was typed; the form is valid."""
        return OccurrenceData(**self.cleaned_data)


class StrikeForm(RefusableForm):
    because = CharField(label="取り消す理由", max_length=300)


class SystemFilterForm(Form):
    """What of the ledger of information systems is shown."""

    q = CharField(label="名称・製品・事業者・所管課の言葉", required=False, max_length=100)
    unit = ChoiceField(label="局・区", required=False)
    importance = ChoiceField(
        label="重要な情報システム",
        required=False,
        choices=[("", "すべて"), ("yes", "重要なもの"), ("no", "ほかのもの")],
    )
    kind = ChoiceField(
        label="種類", required=False, choices=[("", "すべて"), *InformationSystem.Kind.choices]
    )
    classification = ChoiceField(
        label="重要性分類", required=False, choices=[("", "すべて"), *Classification.choices]
    )
    network = ChoiceField(label="ネットワーク", required=False, choices=[("", "すべて"), *Network.choices])
    support = ChoiceField(
        label="サポート終了",
        required=False,
        choices=[
            ("", "すべて"),
            ("0", "終了したもの"),
            ("6", "6か月以内（終了を含む）"),
            ("12", "1年以内（終了を含む）"),
            ("24", "2年以内（終了を含む）"),
        ],
    )
    public = BooleanField(label="インターネットに公開", required=False)
    ended = BooleanField(label="台帳から外したもの", required=False)

    def __init__(self, data: Any, *, units: Sequence[tuple[int, str]]) -> None:
        super().__init__(data)
        choose(self.fields["unit"], [("", "すべて"), *keyed(units)])


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace(" ", "")
