"""The risk part of one sheet: main assets, threats with their countermeasures, what remains, and what is decided.

The countermeasures are the sheet's own questions: their answers say which are in place (docs/adr/0009-risk-part.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from tenken.common.refusals import Problem
from tenken.inspection.models import Answer, NoMainAssets, Question, Sheet, SheetAsset, SheetRisk
from tenken.inspection.rules import RISK_RULES
from tenken.inspection.rules.residual_risk import Countermeasures, Residual, residual_risk
from tenken.inspection.rules.risk_part import RiskLine, RiskPart
from tenken.inspection.threats import Threat, countermeasure_codes, threats

IN_PLACE, MISSING, NOT_APPLICABLE, UNANSWERED = "conforms", "issue", "not_applicable", ""


@dataclass(frozen=True)
class Countermeasure:
    """One question of the sheet that stands against a threat. ``state``: the answer's verdict, '' unanswered."""

    question_id: int
    code: str
    number: str
    text: str
    state: str
    reason: str


@dataclass(frozen=True)
class ThreatState:
    """A threat with the countermeasures this sheet asks about. Without any, nothing can be said of its risk."""

    threat: Threat
    countermeasures: tuple[Countermeasure, ...]

    def in_state(self, state: str) -> tuple[Countermeasure, ...]:
        """Return those whose answer is *state* (conforms, issue, not_applicable, '')."""
        return tuple(one for one in self.countermeasures if one.state == state)

    @property
    def counts(self) -> Countermeasures:
        return Countermeasures(
            in_place=len(self.in_state(IN_PLACE)),
            missing=len(self.in_state(MISSING)),
            unanswered=len(self.in_state(UNANSWERED)),
        )


@dataclass(frozen=True)
class AssetRisk:
    """One threat to one main asset: what remains (None: nothing can be said yet) and what is decided (None: nothing)."""

    asset: SheetAsset
    state: ThreatState
    residual: Residual | None
    decision: SheetRisk | None

    @property
    def level(self) -> str:
        return self.residual.level if self.residual else ""


@dataclass(frozen=True)
class SheetRiskPart:
    """The risk part of a sheet. ``mark``: of the list of assets, to hand back to ``save_assets``.

    ``threats``: those that reach one of the assets, in the order of the catalogue. ``risks``: each of them for each
    asset it reaches, by (asset, threat code).
    """

    sheet: Sheet
    assets: tuple[SheetAsset, ...]
    mark: str
    no_assets_reason: str
    threats: tuple[ThreatState, ...]
    risks: Mapping[tuple[int, str], AssetRisk]
    may_fill: bool

    @property
    def problems(self) -> list[Problem]:
        """What keeps the part from being handed in."""
        part = RiskPart(len(self.assets), self.no_assets_reason, tuple(map(_line, self.risks.values())))
        return [problem for rule in RISK_RULES for problem in rule(part)]

    def with_level(self, level: str) -> list[AssetRisk]:
        """Return the risks of one level, the highest score first."""
        found = [risk for risk in self.risks.values() if risk.level == level]
        return sorted(found, key=lambda risk: -(risk.residual.score if risk.residual else 0))


def risk_part_of(sheet: Sheet, *, may_fill: bool = False) -> SheetRiskPart:
    """Return the risk part of *sheet*, whoever asks. Five queries."""
    assets = tuple(SheetAsset.objects.filter(sheet=sheet).select_related("asset").order_by("order"))
    stated = NoMainAssets.objects.filter(sheet=sheet).first()
    decisions = {
        (risk.sheet_asset_id, risk.threat): risk
        for risk in SheetRisk.objects.filter(sheet_asset__sheet=sheet)
    }
    asked = _asked(sheet)
    states = tuple(
        ThreatState(threat, tuple(asked[code] for code in threat.items if code in asked))
        for threat in threats()
        if any(threat.applies_to(asset.forms) for asset in assets)
    )
    risks = {
        (asset.pk, state.threat.code): AssetRisk(
            asset,
            state,
            residual_risk(asset.classification, asset.amount, state.threat.likelihood, state.counts),
            decisions.get((asset.pk, state.threat.code)),
        )
        for asset in assets
        for state in states
        if state.threat.applies_to(asset.forms)
    }
    return SheetRiskPart(
        sheet=sheet,
        assets=assets,
        mark=_mark(assets),
        no_assets_reason=stated.reason if stated else "",
        threats=states,
        risks=risks,
        may_fill=may_fill,
    )


def assets_mark(sheet_id: int) -> str:
    """Return the mark of a sheet's list of assets as it is: it changes with every change of the list."""
    return _mark(SheetAsset.objects.filter(sheet=sheet_id).order_by("order"))


def risk_problems(sheet: Sheet) -> list[Problem]:
    """Return what keeps the risk part of *sheet* from being handed in; none where its programme has no such part.

    Without fields: these are on the part's own page, not among the questions.
    """
    if not sheet.programme.with_risk_part:
        return []
    return [Problem(one.message, f"リスク対策状況点検 {one.place}") for one in risk_part_of(sheet).problems]


def risk_snapshot(sheet: Sheet) -> dict[str, Any]:
    """Return the risk part as the copy of what is approved keeps it; empty where the programme has no such part."""
    if not sheet.programme.with_risk_part:
        return {}
    part = risk_part_of(sheet)
    return {
        "no_assets_reason": part.no_assets_reason,
        "assets": [
            {
                "name": asset.name,
                "classification": asset.classification,
                "amount": asset.amount,
                "forms": asset.forms,
                "location": asset.location,
                "risks": [_sealed(risk) for (key, _), risk in part.risks.items() if key == asset.pk],
            }
            for asset in part.assets
        ],
    }


def _sealed(risk: AssetRisk) -> dict[str, Any]:
    counts = risk.state.counts
    return {
        "threat": risk.state.threat.code,
        "likelihood": risk.state.threat.likelihood,
        "countermeasures": [counts.in_place, counts.missing, counts.unanswered],
        "score": risk.residual.score if risk.residual else None,
        "level": risk.level,
        "treatment": risk.decision.treatment if risk.decision else "",
        "note": risk.decision.note if risk.decision else "",
    }


def _line(risk: AssetRisk) -> RiskLine:
    return RiskLine(
        asset_id=risk.asset.pk,
        asset=risk.asset.name,
        threat=risk.state.threat.code,
        threat_name=risk.state.threat.name,
        level=risk.level,
        treatment=risk.decision.treatment if risk.decision else "",
        note=risk.decision.note if risk.decision else "",
    )


def _asked(sheet: Sheet) -> dict[str, Countermeasure]:
    """Return the sheet's questions that stand against a threat, with their answers, by the item's code."""
    answers = {
        question: (verdict, reason)
        for question, verdict, reason in Answer.objects.filter(sheet=sheet).values_list(
            "question_id", "verdict", "reason"
        )
    }
    rows = Question.objects.filter(
        form=sheet.form_id, revision__item__code__in=countermeasure_codes()
    ).values_list("pk", "revision__item__code", "number", "revision__question")
    return {
        code: Countermeasure(key, code, number, text, *answers.get(key, ("", "")))
        for key, code, number, text in rows.order_by("order")
    }


def _mark(assets: Iterable[SheetAsset]) -> str:
    said = ",".join(f"{asset.pk}.{asset.version}" for asset in assets)
    return f"{crc32(said.encode()):08x}"
