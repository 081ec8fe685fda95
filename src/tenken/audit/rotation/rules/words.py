"""The rule of the rotation and how a choice was made, in words that let anybody do it again. Pure."""

from __future__ import annotations

from tenken.audit.rotation.rules.parts import Rule
from tenken.common.fiscal_year import FiscalYear


def rule_lines(rule: Rule) -> list[tuple[str, str]]:
    """Return the rule as (what, how) pairs, without its weights."""
    whom = "すべての情報システム" if rule.visit_all else "重要な情報システム"
    rest = f"前の{rest_years(rule)}に訪問したものは、点数だけでは選ばない" if rule.rest_years else "設けない"
    return [
        ("周期の起点", str(FiscalYear(rule.cycle_from))),
        ("訪問調査・技術監査の周期", f"{whom}を{rule.visit_within}年に1回以上"),
        ("自己点検の周期", f"すべての情報システムを{rule.self_within}年に1回以上"),
        (
            "1年の件数",
            f"自己点検{rule.self_capacity}件、うち訪問調査{rule.visit_capacity}件、うち技術監査{rule.technical_capacity}件",
        ),
        ("続けて選ばない年数", rest),
        ("障害を数える年数", f"{rule.failure_years}年"),
    ]


def rest_years(rule: Rule) -> str:
    return "年度" if rule.rest_years == 1 else f"{rule.rest_years}年度"


def weight_lines(rule: Rule) -> list[tuple[str, str, int, int]]:
    """Return each factor with how it counts, its points and its limit."""
    return [
        (factor.label, factor.weighs, weight.points, weight.limit) for factor, weight in rule.weights.items()
    ]


def in_words(rule: Rule, year: int, seed: int, universe: int) -> str:
    """Return in one paragraph how the systems of *year* were chosen and how to choose them again."""
    return (
        f"情報システム台帳の{universe}件に、{FiscalYear(year)}の点数を規則の重みで付け、点数の高い順に並べる。"
        f"同点は、コードの順に並べて種{seed}の乱数（メルセンヌ・ツイスタ、Pythonのrandom.Random({seed})のrandom()）を"
        "先頭から1つずつ割り当て、値の小さい順とする。訪問調査は、①その年度が周期の期限に当たるもの、②後の年度に期限が"
        "集中して入りきらないもの、③残りを点数順に、件数まで選ぶ。そのうち技術監査の点数の高いものを技術監査とする。"
        "自己点検は、訪問調査の対象を含めて、同じ順に件数まで選ぶ。同じ母集団と種からは、いつでも同じ結果になる。"
    )
