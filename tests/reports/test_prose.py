"""The prose says what the numbers show, for any numbers."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tenken.reports.figures import InspectionFigures, ItemFigures
from tenken.reports.prose import Draft, drafted_texts, drafts, paragraph_titles
from tenken.reports.system_audit.figures import (
    OPERATIONAL,
    TECHNICAL,
    AspectItem,
    ScanFigures,
    SystemAuditFigures,
)
from tests.reports.specimen import FIRST_YEAR, FY2014

_YEAR = re.compile(r"(?:平成|令和)(?:\d+|元)年度")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+%)?")


@st.composite
def items(draw: st.DrawFn, prefix: str) -> tuple[ItemFigures, ...]:
    made = []
    for index in range(draw(st.integers(0, 5))):
        issues = draw(st.integers(0, 30))
        left = draw(st.integers(0, issues))
        before = draw(st.none() | st.integers(0, 30))
        left_before = None if before is None else draw(st.integers(0, before))
        name = f"{prefix}{'甲乙丙丁戊'[index]}"
        made.append(ItemFigures(f"{prefix}{index}", name, issues, issues - left, left, before, left_before))
    return tuple(made)


@st.composite
def figures(draw: st.DrawFn) -> InspectionFigures:
    sections = draw(st.integers(0, 500))
    issues = draw(st.integers(0, sections))
    had_before = draw(st.booleans())
    sections_before = draw(st.integers(0, 500)) if had_before else None
    issues_before = draw(st.integers(0, sections_before)) if sections_before is not None else None
    left_before = draw(st.none() | st.integers(0, issues_before)) if issues_before is not None else None
    systems = draw(st.none() | audits_of_systems())
    texts = st.lists(st.sampled_from(("施錠していない。", "台帳と合わない。")), max_size=3)
    return replace(
        FY2014,
        fiscal_year=draw(st.integers(2006, 2040)),
        sections=sections,
        sections_with_issues=issues,
        sections_not_improved=draw(st.integers(0, issues)),
        sections_before=sections_before,
        sections_with_issues_before=issues_before,
        sections_not_improved_before=left_before,
        visited=draw(st.none() | st.integers(0, 12)),
        management=draw(items("管理")),
        risk=draw(items("対策")),
        visit_findings=tuple(draw(texts)),
        good_practices=tuple(draw(texts)),
        visits_contradicting=draw(st.none() | st.integers(0, 5)),
        systems=systems,
    )


@st.composite
def audits_of_systems(draw: st.DrawFn) -> SystemAuditFigures:
    rows = []
    for index, aspect in enumerate(draw(st.lists(st.sampled_from((OPERATIONAL, TECHNICAL)), max_size=5))):
        issues = draw(st.integers(0, 30))
        left = draw(st.integers(0, issues))
        treated = draw(st.integers(0, left))
        name = f"調査{'甲乙丙丁戊'[index]}"
        rows.append(AspectItem(f"項{index}", name, aspect, issues, issues - left, treated, left))
    scans = []
    for _ in range(draw(st.integers(0, 3))):
        found = draw(st.integers(0, 40))
        low = draw(st.integers(0, found))
        scans.append(
            ScanFigures(
                "窓口", draw(st.booleans()), found, draw(st.integers(0, found)), low, draw(st.integers(0, 2))
            )
        )
    inspected = draw(st.none() | st.integers(0, 90))
    return SystemAuditFigures(
        inspected=inspected,
        with_issues=None if inspected is None else draw(st.integers(0, inspected)),
        visited=draw(st.integers(0, 12)),
        scanned=len(scans),
        stages=(),
        items=tuple(rows),
        reasons=("システム上の制約", "保守契約"),
        scans=tuple(scans),
    )


def moves(draft: Draft) -> set[int]:
    """Return the signs (-1, 0, 1) of every comparison with the year before that the draft rests on."""
    signs = set()
    for name, before in draft.basis.items():
        if name.endswith("_before") and isinstance(before, int):
            now = draft.basis[name.removesuffix("_before")]
            assert isinstance(now, int)
            signs.add((now > before) - (now < before))
    return signs


@given(figures())
@settings(max_examples=300, deadline=None)
def test_every_number_said_is_in_the_basis_and_every_claim_follows(given_figures: InspectionFigures) -> None:
    for draft in drafts(given_figures):
        values = {f"{value:,}" if isinstance(value, int) else value for value in draft.basis.values()}
        for number in _NUMBER.findall(_YEAR.sub("", draft.text)):
            assert number in values, (draft.key, number, draft.text)
        for year in _YEAR.findall(draft.text):
            assert year in values, (draft.key, year)
        if "減少" in draft.text:
            assert -1 in moves(draft), draft
        if "増加" in draft.text:
            assert 1 in moves(draft), draft
        if "同数" in draft.text:
            assert 0 in moves(draft), draft
        if "いずれも減少" in draft.text and draft.key == "inspection.overall":
            assert given_figures.sections_with_issues < (given_figures.sections_with_issues_before or 0)
            assert given_figures.sections_not_improved < (given_figures.sections_not_improved_before or 0)
        assert draft.text == "" or draft.text.endswith("。")
        assert "。。" not in draft.text
        assert "None" not in draft.text


@given(figures())
@settings(max_examples=200, deadline=None)
def test_what_is_named_as_most_is_the_most(given_figures: InspectionFigures) -> None:
    texts = drafted_texts(given_figures)
    for key, part in (("management", given_figures.management), ("risk", given_figures.risk)):
        for named, number in re.findall(
            r"「([^」]+)」については、未改善の課公所が([\d,]+)課公所と", texts[f"inspection.{key}"]
        ):
            item = next(one for one in part if one.name == named)
            assert item.not_improved == int(number) == max(one.not_improved for one in part)
            assert sum(one.not_improved == item.not_improved for one in part) == 1
        if "全て改善している" in texts[f"inspection.{key}"]:
            assert sum(one.issues for one in part) > 0
            assert all(one.not_improved == 0 for one in part)
        if "引き続き未改善の課題が残った" in texts[f"inspection.{key}"]:
            assert any(one.not_improved and one.not_improved_before for one in part)


@given(figures())
@settings(max_examples=200, deadline=None)
def test_without_a_year_before_nothing_is_compared(given_figures: InspectionFigures) -> None:
    first = replace(
        given_figures,
        sections_before=None,
        sections_with_issues_before=None,
        sections_not_improved_before=None,
        management=tuple(
            replace(one, issues_before=None, not_improved_before=None) for one in given_figures.management
        ),
        risk=tuple(replace(one, issues_before=None, not_improved_before=None) for one in given_figures.risk),
    )
    whole = "".join(drafted_texts(first).values())
    assert not re.search("減少|増加|同数|再び|引き続き未改善|比べ、", whole)
    assert first.year_before not in whole


def test_the_year_of_the_seed_reads_as_the_committee_knows_it() -> None:
    texts = drafted_texts(FY2014)
    assert "422課公所" in texts["inspection.method"]
    assert "132課公所" in texts["inspection.method"]
    assert "5課公所を訪問" in texts["inspection.method"]
    assert "いずれも減少している" in texts["inspection.management"]
    assert (
        "「クリアデスク」については、未改善の課公所が17課公所と他の調査項目に比べ最も多く"
        in texts["inspection.management"]
    )
    assert "追跡調査の結果、全て改善していることを確認した" in texts["inspection.risk"]
    assert (
        "151課公所から38課公所になったが、翌年度の自己点検では再び132課公所"
        in texts["inspection.summary.relapse"]
    )
    assert "自己点検で課題なしとしていた事項" in texts["inspection.visit.findings"]


def test_a_first_year_has_no_relapse_paragraph() -> None:
    assert drafted_texts(FIRST_YEAR)["inspection.summary.relapse"] == ""


def test_keys_are_those_of_the_editing_page() -> None:
    assert list(drafted_texts(FY2014)) == list(paragraph_titles())
    assert all(key.startswith(("inspection.", "systems.")) for key in paragraph_titles())
    assert len(set(paragraph_titles().values())) == len(paragraph_titles())
