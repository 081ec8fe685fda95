"""The visible rule of what remains, and the catalogue of threats behind it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenken.assets.models import Classification, Storage
from tenken.inspection.rules import RISK_RULES, RiskPart
from tenken.inspection.rules.residual_risk import (
    CLASS_LABELS,
    HIGH,
    Countermeasures,
    residual_risk,
    value_of,
)
from tenken.inspection.rules.risk_part import RiskLine
from tenken.inspection.threats import countermeasure_codes, threats
from tenken.policy.default_policy import read_default_policy

COUNTS = st.integers(0, 20)
# The machine that runs many tests at once may be slow to draw; the rule itself is not.
SLOW = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
CLASSES = st.sampled_from(Classification.values)
AMOUNTS = st.none() | st.integers(0, 2_000_000)
LIKELIHOODS = st.integers(1, 3)


def test_the_example_of_the_page() -> None:
    found = residual_risk("1", 300, 2, Countermeasures(in_place=1, missing=1, unanswered=0))
    assert found is not None
    assert (found.score, found.level, found.provisional) == (18, "high", False)
    assert found.explanation == "Ⅰ（3）×起こりやすさ2×対策の不足3＝18→高"


@pytest.mark.parametrize(
    ("counts", "weakness"),
    [
        ((4, 0, 0), 1),
        ((3, 1, 0), 2),
        ((2, 1, 0), 2),
        ((1, 1, 0), 3),
        ((0, 1, 0), 3),
        ((1, 1, 1), 2),
        ((0, 0, 3), None),
    ],
)
def test_what_is_missing_counts_by_its_share(counts: tuple[int, int, int], weakness: int | None) -> None:
    assert Countermeasures(*counts).weakness == weakness


def test_many_records_weigh_one_more_and_it_is_said() -> None:
    assert [value_of("S", amount) for amount in (None, 1_000, 1_001)] == [4, 4, 5]
    found = residual_risk("3", 1_001, 1, Countermeasures(0, 1, 0))
    assert found is not None
    assert found.explanation == "Ⅲ・件数が多い（2）×起こりやすさ1×対策の不足3＝6→低"


def test_unanswered_countermeasures_are_unknown_and_said_so() -> None:
    assert residual_risk("S", None, 3, Countermeasures(0, 0, 2)) is None
    found = residual_risk("2", None, 1, Countermeasures(1, 0, 2))
    assert found is not None
    assert found.provisional
    assert found.explanation.endswith("（未記入の対策が2問あるため、暫定）")


@SLOW
@given(CLASSES, AMOUNTS, LIKELIHOODS, COUNTS, COUNTS, COUNTS)
def test_more_missing_never_lowers_the_score(
    classification: str, amount: int | None, likelihood: int, in_place: int, missing: int, unanswered: int
) -> None:
    before = residual_risk(classification, amount, likelihood, Countermeasures(in_place, missing, unanswered))
    if before is None:
        return
    after = [Countermeasures(in_place, missing + 1, unanswered)]
    after += [Countermeasures(in_place - 1, missing + 1, unanswered)] if in_place else []
    after += [Countermeasures(in_place, missing + 1, unanswered - 1)] if unanswered else []
    for counts in after:
        found = residual_risk(classification, amount, likelihood, counts)
        assert found is not None
        assert found.score >= before.score


@SLOW
@given(CLASSES, AMOUNTS, LIKELIHOODS, st.integers(1, 20), COUNTS)
def test_with_all_in_place_nothing_is_high(
    classification: str, amount: int | None, likelihood: int, in_place: int, unanswered: int
) -> None:
    found = residual_risk(classification, amount, likelihood, Countermeasures(in_place, 0, unanswered))
    assert found is not None
    assert found.level != HIGH


@SLOW
@given(AMOUNTS, LIKELIHOODS, COUNTS, st.integers(1, 20))
def test_a_more_important_class_never_scores_less(
    amount: int | None, likelihood: int, in_place: int, missing: int
) -> None:
    scores = [
        found.score
        for one in ("3", "2", "1", "S")
        if (found := residual_risk(one, amount, likelihood, Countermeasures(in_place, missing, 0)))
    ]
    assert scores == sorted(scores)
    assert len(scores) == 4


# --- the catalogue ---------------------------------------------------------------------------------------------


def test_the_labels_are_those_of_the_ledger() -> None:
    assert dict(Classification.choices) == CLASS_LABELS


def test_every_threat_names_forms_and_items_that_exist() -> None:
    bank = {item.code for item in read_default_policy().items}
    assert 12 <= len(threats()) <= 16
    assert len({threat.code for threat in threats()}) == len(threats())
    for threat in threats():
        assert threat.forms <= set(Storage.values)
        assert threat.forms
        assert threat.likelihood in (1, 2, 3)
        assert threat.reason.endswith("。")
        assert set(threat.items) <= bank, threat.code
        assert len(set(threat.items)) == len(threat.items), threat.code


def test_every_standing_item_of_the_risk_part_stands_against_a_threat() -> None:
    standing = {item.code for item in read_default_policy().items if item.part == "risk" and item.standing}
    assert standing
    assert standing <= countermeasure_codes()


def test_every_form_of_storage_has_threats() -> None:
    for form in Storage.values:
        assert any(threat.applies_to([form]) for threat in threats()), form


# --- before it is handed in ----------------------------------------------------------------------------------


def problems(part: RiskPart) -> list[tuple[str, str]]:
    return [(one.place, one.field) for rule in RISK_RULES for one in rule(part)]


def test_a_part_names_assets_or_says_why_there_are_none() -> None:
    assert problems(RiskPart(0, " ", ())) == [("主要な情報資産", "main-assets")]
    assert problems(RiskPart(0, "窓口業務だけの公所", ())) == []
    assert problems(RiskPart(1, "", ())) == []


def test_a_high_risk_needs_its_treatment_in_words() -> None:
    def line(level: str, treatment: str, note: str) -> RiskLine:
        return RiskLine(7, "台帳", "loss", "紛失", level, treatment, note)

    lines = (
        line("high", "", ""),
        line("high", "accept", " "),
        line("high", "reduce", "鍵を付ける"),
        line("medium", "", ""),
    )
    place = "残るリスク（台帳：紛失）"
    assert problems(RiskPart(1, "", lines)) == [(place, "treatment-7-loss"), (place, "note-7-loss")]
