"""The risk part across sections: what assets there are, which countermeasures are missing, where high risks remain."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet

from tenken.assets.models import Classification, Storage
from tenken.inspection.models import Answer, Programme, Question, Sheet, SheetAsset, SheetRisk
from tenken.inspection.permissions import VIEW_SHEETS
from tenken.inspection.rules.residual_risk import HIGH, Countermeasures, Residual, residual_risk
from tenken.inspection.states import EDITABLE
from tenken.inspection.threats import Threat, countermeasure_codes, threats
from tenken.organization.access import Principal, require_somewhere


@dataclass(frozen=True)
class AssetCount:
    """How many main assets, and how many records in them, this time and the time before (None: not inspected then)."""

    code: str
    label: str
    assets: int
    amount: int
    assets_before: int | None
    amount_before: int | None


@dataclass(frozen=True)
class MissingCount:
    """A countermeasure: in how many sections it is missing, of how many that it applies to and that answered."""

    code: str
    number: str
    text: str
    part: str
    missing: int
    answered: int
    missing_before: int | None


@dataclass(frozen=True)
class SectionRisk:
    """One threat to one main asset of one section, with what is decided."""

    sheet_id: int
    unit_id: int
    unit_code: str
    bureau_id: int | None
    asset: SheetAsset
    threat: Threat
    residual: Residual
    decision: SheetRisk | None

    @property
    def treatment(self) -> str:
        """The code of what is decided, '' for nothing."""
        return self.decision.treatment if self.decision else ""


@dataclass(frozen=True)
class BureauRisks:
    """The residual risks of a bureau's sections by level, and how many of the high ones are undecided."""

    bureau_id: int | None
    sections: int
    by_level: Mapping[str, int]
    undecided: int


class _SheetLine(NamedTuple):
    unit: int
    code: str
    bureau: int | None
    status: str
    form: int


class RiskOverview:
    """The risk part of a programme as far as *by* may see. A fixed number of queries; each part is read when asked."""

    def __init__(self, by: Principal, programme: Programme) -> None:
        require_somewhere(by, VIEW_SHEETS)
        self.by, self.programme = by, programme

    @cached_property
    def before(self) -> Programme | None:
        """The inspection of the same kind before this fiscal year that had the risk part."""
        return (
            Programme.objects.filter(
                city=self.programme.city_id,
                kind=self.programme.kind,
                with_risk_part=True,
                fiscal_year__lt=self.programme.fiscal_year,
            )
            .exclude(status=Programme.Status.PLANNED)
            .order_by("-fiscal_year", "-launched_on", "-pk")
            .first()
        )

    def sheets_of(self, programme: Programme) -> QuerySet[Sheet]:
        """Return the sheets of *programme* in sight that count."""
        return (
            Sheet.objects.restrict(self.by, VIEW_SHEETS)
            .filter(programme=programme)
            .exclude(status=Sheet.Status.EXEMPTED)
        )

    @cached_property
    def sheets(self) -> dict[int, _SheetLine]:
        """What is known of each sheet, by its key."""
        rows = self.sheets_of(self.programme).values_list(
            "pk", "unit_id", "unit__code", "bureau_id", "status", "form_id"
        )
        return {
            key: _SheetLine(unit, code, bureau, status, form)
            for key, unit, code, bureau, status, form in rows
        }

    @cached_property
    def assets(self) -> list[SheetAsset]:
        """The main assets, by section and order."""
        rows = SheetAsset.objects.filter(sheet__in=self.sheets_of(self.programme))
        return list(rows.order_by("sheet__bureau__code", "sheet__unit__code", "order"))

    @cached_property
    def assets_before(self) -> list[SheetAsset] | None:
        if self.before is None:
            return None
        return list(SheetAsset.objects.filter(sheet__in=self.sheets_of(self.before)))

    @property
    def by_class(self) -> list[AssetCount]:
        return _counted(
            Classification.choices, self.assets, self.assets_before, lambda asset: (asset.classification,)
        )

    @property
    def by_form(self) -> list[AssetCount]:
        """By form of storage; an asset kept in several forms counts in each."""
        return _counted(Storage.choices, self.assets, self.assets_before, lambda asset: asset.forms)

    @cached_property
    def questions(self) -> dict[int, tuple[str, int, str, str, str]]:
        """(item, form, number, text, part) of every countermeasure asked, by the key of the question."""
        rows = Question.objects.filter(
            form__programme=self.programme, revision__item__code__in=countermeasure_codes()
        ).order_by("form", "order")
        columns = ("pk", "revision__item__code", "form_id", "number", "revision__question", "category__part")
        return {
            key: (code, form, number, text, part)
            for key, code, form, number, text, part in rows.values_list(*columns)
        }

    @cached_property
    def missing(self) -> list[MissingCount]:
        """The countermeasures that are missing somewhere, the most common first."""
        rows = (
            Answer.objects.filter(sheet__in=self.sheets_of(self.programme), question__in=list(self.questions))
            .values_list("question_id")
            .annotate(
                missing=Count("pk", filter=Q(verdict="issue")),
                answered=Count("pk", filter=Q(verdict__in=("issue", "conforms"))),
            )
        )
        counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        first: dict[str, tuple[str, str, str]] = {}
        for code, _, number, text, part in self.questions.values():
            first.setdefault(code, (number, text, part))
        for question, missing, answered in rows:
            counts[self.questions[question][0]][0] += missing
            counts[self.questions[question][0]][1] += answered
        before = self._missing_before()
        found = [
            MissingCount(
                code, *first[code], missing, answered, None if before is None else before.get(code, 0)
            )
            for code, (missing, answered) in counts.items()
            if missing
        ]
        return sorted(found, key=lambda one: (-one.missing, one.code))

    def _missing_before(self) -> dict[str, int] | None:
        if self.before is None:
            return None
        rows = (
            Answer.objects.filter(
                sheet__in=self.sheets_of(self.before),
                verdict="issue",
                question__revision__item__code__in=countermeasure_codes(),
            )
            .values_list("question__revision__item__code")
            .annotate(missing=Count("pk"))
        )
        return dict(rows)

    @cached_property
    def risks(self) -> list[SectionRisk]:
        """Every residual risk of which something can be said, the highest score first.

        A sheet that was handed in has an answer to every question: only the others' conforming answers are read.
        """
        decisions = {
            (one.sheet_asset_id, one.threat): one
            for one in SheetRisk.objects.filter(sheet_asset__sheet__in=self.sheets_of(self.programme))
        }
        counts = self._counts({asset.sheet_id for asset in self.assets})
        found = []
        for asset in self.assets:
            line = self.sheets[asset.sheet_id]
            for threat in threats():
                measures = counts.get((asset.sheet_id, threat.code))
                if measures is None or not threat.applies_to(asset.forms):
                    continue
                residual = residual_risk(asset.classification, asset.amount, threat.likelihood, measures)
                if residual is not None:
                    decision = decisions.get((asset.pk, threat.code))
                    found.append(
                        SectionRisk(
                            asset.sheet_id,
                            line.unit,
                            line.code,
                            line.bureau,
                            asset,
                            threat,
                            residual,
                            decision,
                        )
                    )
        return sorted(found, key=lambda risk: -risk.residual.score)

    def _counts(self, sheets: Iterable[int]) -> dict[tuple[int, str], Countermeasures]:
        """Return how the countermeasures against each threat stand, by (sheet, threat)."""
        asked: dict[int, dict[str, int]] = defaultdict(dict)
        for question, (code, form, *_) in self.questions.items():
            asked[form][code] = question
        rows = Answer.objects.filter(
            sheet__in=self.sheets_of(self.programme), question__in=list(self.questions)
        )
        rows = rows.filter(~Q(verdict="conforms") | Q(sheet__status__in=EDITABLE))
        said: dict[int, dict[int, str]] = defaultdict(dict)
        for sheet, question, verdict in rows.values_list("sheet_id", "question_id", "verdict"):
            said[sheet][question] = verdict
        found = {}
        for sheet in sheets:
            form = self.sheets[sheet].form
            usual = "" if self.sheets[sheet].status in EDITABLE else "conforms"
            for threat in threats():
                verdicts = Counter(
                    said[sheet].get(asked[form][code], usual) for code in threat.items if code in asked[form]
                )
                found[sheet, threat.code] = Countermeasures(
                    verdicts["conforms"], verdicts["issue"], verdicts[""]
                )
        return found

    @property
    def high(self) -> list[SectionRisk]:
        return [risk for risk in self.risks if risk.residual.level == HIGH]

    @property
    def by_bureau(self) -> list[BureauRisks]:
        """The risks by bureau, every bureau with a sheet in sight; those with the most high ones first."""
        levels: dict[int | None, Counter[str]] = defaultdict(Counter)
        undecided: Counter[int | None] = Counter()
        for risk in self.risks:
            levels[risk.bureau_id][risk.residual.level] += 1
            undecided[risk.bureau_id] += risk.residual.level == HIGH and risk.decision is None
        sections = Counter(line.bureau for line in self.sheets.values())
        found = [
            BureauRisks(bureau, count, levels[bureau], undecided[bureau])
            for bureau, count in sections.items()
        ]
        return sorted(found, key=lambda row: -row.by_level[HIGH])


def risk_overview(by: Principal, programme: Programme) -> RiskOverview:
    """Return the risk part of *programme* as far as *by* may see; ``Denied`` for who sees no sheets at all."""
    return RiskOverview(by, programme)


def _counted(
    choices: Iterable[tuple[str, str]],
    now: list[SheetAsset],
    before: list[SheetAsset] | None,
    codes: Callable[[SheetAsset], Iterable[str]],
) -> list[AssetCount]:
    def count(assets: list[SheetAsset]) -> tuple[Counter[str], Counter[str]]:
        number: Counter[str] = Counter()
        amount: Counter[str] = Counter()
        for asset in assets:
            for code in codes(asset):
                number[code] += 1
                amount[code] += asset.amount or 0
        return number, amount

    number, amount = count(now)
    old = None if before is None else count(before)
    return [
        AssetCount(
            code,
            str(label),
            number[code],
            amount[code],
            None if old is None else old[0][code],
            None if old is None else old[1][code],
        )
        for code, label in choices
    ]
