"""Where the same as a finding is likely: which sections and systems are like the one it was found in, and why. Pure.

Document 003 (10)2: those who do not own a finding have to look whether they have the same 「可能性が高い場合」; these are
the facts that make it likely. Which of them count in one check, the secretariat says.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from tenken.common.fiscal_year import FiscalYear
from tenken.common.japanese_text import search_key

SECTION_FACTS = {
    "item_open": "同じ点検項目に、完了していない課題がある",
    "item_before": "同じ点検項目に、これまでに課題があった",
    "category_open": "同じ調査項目に、完了していない課題がある",
    "bureau": "同じ局・区にある",
}
SYSTEM_FACTS = {
    "product": "同じ製品・同じ版を使っている",
    "network": "同じネットワークにつながっている",
    "vendor": "保守の事業者が同じ",
    "public": "同じくインターネットに公開している",
    "classification": "扱う情報の重要性分類が同じ",
    "kind": "種類（情報システム・ネットワーク）が同じ",
}
FACTS = SECTION_FACTS | SYSTEM_FACTS


@dataclass(frozen=True)
class SectionTraits:
    """What of a section speaks to one finding: its 局・区, the years in which it had the same item, what is open there."""

    bureau_id: int | None = None
    item_years: tuple[int, ...] = ()
    item_open: int = 0
    category_open: int = 0


@dataclass(frozen=True)
class SystemTraits:
    """What of a system the ledger says. ``products``: with their release; ``networks``: codes."""

    kind: str = ""
    products: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    vendor: str = ""
    classification: str = ""
    public: bool = False


def section_reasons(
    facts: Collection[str], origin_bureau: int | None, section: SectionTraits
) -> tuple[str, ...]:
    """Return in words why a section is likely to have the same, as far as *facts* (``SECTION_FACTS``) count."""
    found: list[str] = []
    if "item_open" in facts and section.item_open:
        found.append(f"同じ点検項目に、完了していない課題が{section.item_open}件ある")
    if "item_before" in facts and section.item_years:
        years = "・".join(str(FiscalYear(year)) for year in sorted(set(section.item_years)))
        found.append(f"同じ点検項目に課題があった（{years}）")
    if "category_open" in facts and section.category_open:
        found.append(f"同じ調査項目に、完了していない課題が{section.category_open}件ある")
    if "bureau" in facts and origin_bureau is not None and section.bureau_id == origin_bureau:
        found.append(SECTION_FACTS["bureau"])
    return tuple(found)


def system_reasons(
    facts: Collection[str],
    origin: SystemTraits | None,
    system: SystemTraits,
    *,
    word: str = "",
    network_names: dict[str, str] | None = None,
) -> tuple[str, ...]:
    """Return in words why a system is likely to have the same, as far as *facts* (``SYSTEM_FACTS``) count.

    *origin*: the system the finding is about, None when it is about none; *word*: part of the name of a product to look
    for, whatever the origin (width and case do not matter).
    """
    found: list[str] = []
    if wanted := search_key(word):
        hits = [product for product in system.products if wanted in search_key(product)]
        if hits:
            found.append(f"製品「{'」「'.join(hits)}」を使っている")
    if origin is None:
        return tuple(found)
    ours = {search_key(product) for product in origin.products}
    same = [product for product in system.products if search_key(product) in ours]
    if "product" in facts and same:
        found.append(f"同じ製品・同じ版（{'、'.join(same)}）を使っている")
    shared = [code for code in system.networks if code in origin.networks]
    if "network" in facts and shared:
        names = "、".join((network_names or {}).get(code, code) for code in shared)
        found.append(f"同じネットワーク（{names}）につながっている")
    if "vendor" in facts and origin.vendor and search_key(origin.vendor) == search_key(system.vendor):
        found.append(f"保守の事業者（{system.vendor}）が同じ")
    if "public" in facts and origin.public and system.public:
        found.append(SYSTEM_FACTS["public"])
    if "classification" in facts and origin.classification and origin.classification == system.classification:
        found.append(f"扱う情報の重要性分類（{system.classification}）が同じ")
    if "kind" in facts and origin.kind and origin.kind == system.kind:
        found.append(SYSTEM_FACTS["kind"])
    return tuple(found)
