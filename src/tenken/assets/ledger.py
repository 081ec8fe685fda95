"""What a row of a ledger says, and what is wrong with it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from tenken.assets.models import (
    Classification,
    InformationSystem,
    Network,
    Storage,
    SystemOccurrence,
    SystemProduct,
)
from tenken.common.japanese_text import plain_text
from tenken.common.refusals import Problem

NAME_LIMIT = 120
CODE_LIMIT = 20
OUTLINE_LIMIT = 1_000
REASON_LIMIT = 300
RELEASE_LIMIT = 60
OCCURRENCE_LIMIT = 500
MAX_PRODUCTS = 100
MAX_AMOUNT = 2_000_000_000
SystemKind = InformationSystem.Kind


@dataclass(frozen=True)
class AssetData:
    """One information asset as given. ``forms``: codes of ``Storage``; ``amount``: records, None when not counted."""

    name: str
    classification: str
    amount: int | None
    forms: tuple[str, ...]
    location: str = ""
    personal_data: bool = False
    main: bool = False
    system_id: int | None = None

    def tidy(self) -> AssetData:
        """Return the same with its text trimmed and its forms each once, in the order of the list."""
        return replace(
            self,
            name=plain_text(self.name),
            location=plain_text(self.location),
            forms=tuple(code for code in Storage.values if code in self.forms)
            + tuple(code for code in self.forms if code not in Storage.values),
        )


@dataclass(frozen=True)
class ProductData:
    """One product of a system as given; ``kind``: a ``SystemProduct.Kind``."""

    kind: str
    name: str
    release: str = ""
    support_ends_on: date | None = None

    def tidy(self) -> ProductData:
        return replace(self, name=plain_text(self.name), release=plain_text(self.release))


@dataclass(frozen=True)
class SystemData:
    """One information system or network as given. ``owner_id``: the section that owns it (所管課).

    Whether it is important is not said: it follows from ``users`` (the sections that use it besides the owner) or
    ``used_by_all``, ``classification``, ``outage_is_grave`` and ``named_important_because``. ``networks``: codes of
    ``Network``. ``products``: all there are; None leaves what stands.
    """

    code: str
    name: str
    owner_id: int
    outline: str = ""
    kind: str = SystemKind.SYSTEM
    users: frozenset[int] = frozenset()
    used_by_all: bool = False
    networks: tuple[str, ...] = ()
    public: bool = False
    classification: str = ""
    personal_data: bool = False
    outage_is_grave: bool = False
    named_important_because: str = ""
    vendor: str = ""
    in_use_since: date | None = None
    support_ends_on: date | None = None
    products: tuple[ProductData, ...] | None = None

    def tidy(self) -> SystemData:
        """Return the same with its text trimmed, its networks each once in the order of the list, its owner no user."""
        return replace(
            self,
            code=plain_text(self.code),
            name=plain_text(self.name),
            outline=plain_text(self.outline),
            users=self.users - {self.owner_id},
            networks=tuple(code for code in Network.values if code in self.networks)
            + tuple(code for code in self.networks if code not in Network.values),
            named_important_because=plain_text(self.named_important_because),
            vendor=plain_text(self.vendor),
            products=None if self.products is None else tuple(one.tidy() for one in self.products),
        )


@dataclass(frozen=True)
class OccurrenceData:
    """Something that happened to a system, as given; ``kind``: a ``SystemOccurrence.Kind``."""

    kind: str
    happened_on: date | None
    outline: str

    def tidy(self) -> OccurrenceData:
        return replace(self, outline=plain_text(self.outline))


def asset_problems(data: AssetData) -> list[Problem]:
    """Return what is wrong with a tidy asset, by field."""
    problems = _name_problems(data.name, "情報資産")
    if data.classification not in Classification.values:
        problems.append(Problem("Ｓ・Ⅰ・Ⅱ・Ⅲのどれかを選んでください。", "重要性分類", "classification"))
    if data.amount is not None and not 0 <= data.amount <= MAX_AMOUNT:
        problems.append(Problem(f"0から{MAX_AMOUNT:,}までの数を入力してください。", "件数", "amount"))
    if not data.forms:
        problems.append(Problem("一つ以上選んでください。", "保管の形", "forms"))
    elif not set(data.forms) <= set(Storage.values):
        problems.append(Problem("保管の形の値が正しくありません。", "保管の形", "forms"))
    if len(data.location) > NAME_LIMIT:
        problems.append(Problem(f"{NAME_LIMIT}字までです。", "保管場所", "location"))
    return problems


def system_problems(data: SystemData) -> list[Problem]:
    """Return what is wrong with a tidy system, by field."""
    problems = _name_problems(data.name, "名称")
    if (
        not data.code
        or len(data.code) > CODE_LIMIT
        or any(char.isspace() or char == "/" for char in data.code)
    ):
        problems.append(
            Problem(f"空白と「/」を含まない{CODE_LIMIT}字までのコードを入力してください。", "コード", "code")
        )
    if data.kind not in SystemKind.values:
        problems.append(Problem("情報システムかネットワークを選んでください。", "種類", "kind"))
    if not set(data.networks) <= set(Network.values):
        problems.append(Problem("ネットワークの値が正しくありません。", "接続するネットワーク", "networks"))
    if data.classification not in ("", *Classification.values):
        problems.append(Problem("Ｓ・Ⅰ・Ⅱ・Ⅲのどれかを選んでください。", "重要性分類", "classification"))
    for text, limit, label, field in (
        (data.outline, OUTLINE_LIMIT, "概要", "outline"),
        (data.named_important_because, REASON_LIMIT, "重要と定めた理由", "named_important_because"),
        (data.vendor, NAME_LIMIT, "保守の事業者", "vendor"),
    ):
        if len(text) > limit:
            problems.append(Problem(f"{limit:,}字までです。", label, field))
    if data.in_use_since and data.support_ends_on and data.support_ends_on < data.in_use_since:
        problems.append(Problem("稼働開始日より前です。", "サポート終了日", "support_ends_on"))
    return problems + [problem for _, problem in product_problems(data.products or ())]


def product_problems(products: Sequence[ProductData]) -> list[tuple[int, Problem]]:
    """Return what is wrong with tidy *products*: (which of them, counted from 0; the problem, its field "products")."""
    found: list[tuple[int, str]] = []
    seen: set[tuple[str, str]] = set()
    for place, one in enumerate(products):
        if one.kind not in SystemProduct.Kind.values:
            found.append(
                (place, "種類は、OS・データベース・ミドルウェア・業務パッケージ・機器のどれかです。")
            )
        if not one.name or len(one.name) > NAME_LIMIT or "\n" in one.name:
            found.append((place, f"製品の名前を、改行を含まない{NAME_LIMIT}字までで入力してください。"))
        if len(one.release) > RELEASE_LIMIT or "\n" in one.release:
            found.append((place, f"版は、改行を含まない{RELEASE_LIMIT}字までです。"))
        if "｜" in one.name + one.release or "|" in one.name + one.release:
            found.append((place, "「｜」は使えません。"))
        if (one.name, one.release) in seen:
            found.append((place, "同じ製品と版が二つあります。"))
        seen.add((one.name, one.release))
    if len(products) > MAX_PRODUCTS:
        found.append((MAX_PRODUCTS, f"製品は{MAX_PRODUCTS}件までです。"))
    return [(place, Problem(f"{place + 1}件目：{message}", "製品", "products")) for place, message in found]


def occurrence_problems(data: OccurrenceData, today: date) -> list[Problem]:
    """Return what is wrong with a tidy occurrence, by field."""
    problems = []
    if data.kind not in SystemOccurrence.Kind.values:
        problems.append(Problem("種類を選んでください。", "種類", "kind"))
    if data.happened_on is None:
        problems.append(Problem("発生日を入力してください。", "発生日", "happened_on"))
    elif data.happened_on > today:
        problems.append(Problem("今日までの日付にしてください。", "発生日", "happened_on"))
    if not data.outline or len(data.outline) > OCCURRENCE_LIMIT:
        problems.append(Problem(f"{OCCURRENCE_LIMIT}字までで入力してください。", "内容", "outline"))
    return problems


def _name_problems(name: str, label: str) -> list[Problem]:
    if not name:
        return [Problem("入力してください。", label, "name")]
    if len(name) > NAME_LIMIT or "\n" in name:
        return [Problem(f"改行を含まない{NAME_LIMIT}字までで入力してください。", label, "name")]
    return []
