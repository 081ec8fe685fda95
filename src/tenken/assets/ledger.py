"""What a row of a ledger says, and what is wrong with it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tenken.assets.models import Classification, Storage
from tenken.common.japanese_text import plain_text
from tenken.common.refusals import Problem

NAME_LIMIT = 120
CODE_LIMIT = 20
OUTLINE_LIMIT = 1_000
MAX_AMOUNT = 2_000_000_000


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
class SystemData:
    """One information system as given. ``owner_id``: the section that owns it (所管課)."""

    code: str
    name: str
    owner_id: int
    important: bool = False
    outline: str = ""

    def tidy(self) -> SystemData:
        return replace(
            self, code=plain_text(self.code), name=plain_text(self.name), outline=plain_text(self.outline)
        )


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
    if len(data.outline) > OUTLINE_LIMIT:
        problems.append(Problem(f"{OUTLINE_LIMIT:,}字までです。", "概要", "outline"))
    return problems


def _name_problems(name: str, label: str) -> list[Problem]:
    if not name:
        return [Problem("入力してください。", label, "name")]
    if len(name) > NAME_LIMIT or "\n" in name:
        return [Problem(f"改行を含まない{NAME_LIMIT}字までで入力してください。", label, "name")]
    return []
