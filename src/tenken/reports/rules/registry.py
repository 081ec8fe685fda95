"""Every paragraph of paper 1 in the order printed, and the rules that draft it.

A paragraph's key is stable: edited text is kept under it. To add a rule: its own file beside this one, a line here, its own test.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from tenken.reports.figures import InspectionFigures
from tenken.reports.rules.method import method
from tenken.reports.rules.overall import overall
from tenken.reports.rules.part_followed_up import part_followed_up
from tenken.reports.rules.part_most_issues import part_most_issues
from tenken.reports.rules.part_repeated import part_repeated
from tenken.reports.rules.part_settled import part_settled
from tenken.reports.rules.part_standing_out import part_standing_out
from tenken.reports.rules.part_trend import part_trend
from tenken.reports.rules.relapse import relapse
from tenken.reports.rules.sentence import MANAGEMENT, RISK, Part, PartRule, Rule, Sentence
from tenken.reports.rules.summary_part import summary_part
from tenken.reports.rules.systems_aspects import systems_aspects
from tenken.reports.rules.systems_method import systems_method
from tenken.reports.rules.systems_scans import systems_scans
from tenken.reports.rules.systems_scans_summary import systems_scans_summary
from tenken.reports.rules.systems_summary import systems_summary
from tenken.reports.rules.systems_visits import systems_visits
from tenken.reports.rules.visit_found import visit_found
from tenken.reports.rules.visit_practices import visit_practices


@dataclass(frozen=True)
class Plan:
    """A paragraph: its key, what it is called on the editing page, and its rules by code, in the order they speak."""

    key: str
    title: str
    rules: tuple[tuple[str, Rule], ...]


def _of(part: Part, *rules: PartRule) -> tuple[tuple[str, Rule], ...]:
    return tuple((rule.__name__, partial(_apply, rule, part)) for rule in rules)


def _apply(rule: PartRule, part: Part, figures: InspectionFigures) -> Sentence | None:
    return rule(figures, part)


PLANS: tuple[Plan, ...] = (
    Plan("inspection.method", "実施内容", (("method", method),)),
    Plan("inspection.overall", "自己点検の結果（全体）", (("overall", overall),)),
    Plan(
        "inspection.management",
        "自己点検の結果（セキュリティマネジメント点検）",
        _of(MANAGEMENT, part_trend, part_standing_out, part_repeated, part_followed_up, part_settled),
    ),
    Plan(
        "inspection.risk",
        "自己点検の結果（リスク対策状況点検）",
        _of(
            RISK,
            part_trend,
            part_most_issues,
            part_standing_out,
            part_repeated,
            part_followed_up,
            part_settled,
        ),
    ),
    Plan("inspection.visit.findings", "訪問調査の結果（課題）", (("visit_found", visit_found),)),
    Plan("inspection.visit.practices", "訪問調査の結果（優良事例）", (("visit_practices", visit_practices),)),
    Plan(
        "inspection.summary.management",
        "まとめ（セキュリティマネジメント点検）",
        _of(MANAGEMENT, summary_part),
    ),
    Plan("inspection.summary.risk", "まとめ（リスク対策状況点検）", _of(RISK, summary_part)),
    Plan("inspection.summary.relapse", "まとめ（課題の再発）", (("relapse", relapse),)),
    Plan("systems.method", "情報システム監査の実施内容", (("systems_method", systems_method),)),
    Plan("systems.aspects", "情報システム監査の自己点検の結果", (("systems_aspects", systems_aspects),)),
    Plan("systems.visits", "情報システム監査の訪問調査の結果", (("systems_visits", systems_visits),)),
    Plan("systems.scans", "技術監査の結果", (("systems_scans", systems_scans),)),
    Plan(
        "systems.summary.documents",
        "情報システム監査のまとめ（書類調査）",
        (("systems_summary", systems_summary),),
    ),
    Plan(
        "systems.summary.scans",
        "情報システム監査のまとめ（技術監査）",
        (("systems_scans_summary", systems_scans_summary),),
    ),
    Plan("systems.summary.visits", "情報システム監査のまとめ（訪問調査）", ()),
)
