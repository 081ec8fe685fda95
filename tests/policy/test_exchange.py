"""Out and back: tables and OSCAL keep every word, another program reads them, and nothing is half taken in."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from trestle.oscal.catalog import Catalog
from trestle.oscal.profile import Profile

from tenken.common.refusals import Denied, Invalid, Stale
from tenken.common.tabular_files import read_table_file
from tenken.policy import sealing
from tenken.policy.exchange import oscal
from tenken.policy.exchange.rows import bank_rows, clause_rows
from tenken.policy.exchange.tables import (
    ASPECT,
    BANK_HEADER,
    CLAUSE_HEADER,
    bank_table,
    clause_table,
    read_bank_table,
    read_clause_table,
)
from tenken.policy.models import CheckItem, CheckItemRevision, PolicyDocument, PolicyVersion
from tenken.policy.operations import (
    adopt_default_policy,
    apply_bank,
    bank_difference,
    replace_draft_content,
    start_draft,
)
from tenken.policy.queries import compare_versions, role_names
from tests.factories import Scenario

pytestmark = pytest.mark.django_db
ADOPTED, ON = date(2014, 4, 1), date(2026, 4, 1)
MODIFIED = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture
def adopted(scenario: Scenario) -> Scenario:
    adopt_default_policy(by=scenario.by("secretariat", ADOPTED), city=scenario.city, on=ADOPTED)
    return scenario


def _workbook(header: tuple[str, ...], rows: list[tuple[object, ...]]) -> bytes:
    book = Workbook()
    book.active.append(["一覧"])
    for row in (header, *rows):
        book.active.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _bank_oscal(adopted: Scenario) -> dict:
    return oscal.bank_catalog(
        city_code="991015",
        title="点検項目",
        version="2026-04-01",
        modified=MODIFIED,
        rows=bank_rows(adopted.city.pk, ON),
    )


def _standard() -> PolicyVersion:
    return PolicyVersion.objects.get(document__code="standard")


def test_the_bank_comes_back_from_a_workbook_as_it_went(adopted: Scenario) -> None:
    rows = bank_rows(adopted.city.pk, ON)
    back = read_bank_table(read_table_file(_workbook((*BANK_HEADER, ASPECT), bank_table(rows)), "bank.xlsx"))
    assert [replace(row, place="") for row in back] == rows
    found = bank_difference(by=adopted.by("secretariat", ON), rows=back, on=ON)
    assert (found.changing, found.absent) == ((), ())


def test_the_bank_comes_back_from_oscal_as_it_went(adopted: Scenario) -> None:
    back = oscal.bank_rows_of(oscal.read_oscal(oscal.dump(_bank_oscal(adopted)), "bank.json"))
    assert [replace(row, place="") for row in back] == bank_rows(adopted.city.pk, ON)


def test_another_program_reads_the_catalogs_and_the_profile(adopted: Scenario, tmp_path: Path) -> None:
    version = _standard()
    files = {
        "bank": _bank_oscal(adopted),
        "standard": oscal.policy_catalog(
            city_code="991015",
            document="standard",
            title="対策基準",
            version=version.number,
            modified=MODIFIED,
            rows=clause_rows(version),
        ),
    }
    for name, document in files.items():
        (tmp_path / f"{name}.json").write_bytes(oscal.dump(document))
        read = Catalog.oscal_read(tmp_path / f"{name}.json")
        controls = [control for group in read.groups for control in group.controls]
        assert len(controls) == (CheckItem.objects.count() if name == "bank" else version.clauses.count())
    codes = list(CheckItem.objects.filter(standing=True).values_list("code", flat=True))
    profile = oscal.bank_profile(
        city_code="991015",
        title="毎年の点検",
        version="1",
        modified=MODIFIED,
        catalog="bank.json",
        item_codes=codes,
    )
    (tmp_path / "profile.json").write_bytes(oscal.dump(profile))
    chosen = Profile.oscal_read(tmp_path / "profile.json").imports[0].include_controls[0].with_ids
    assert list(chosen) == codes
    assert oscal.profile_codes(profile) == codes


def test_a_policy_comes_back_into_a_draft_with_its_sources(adopted: Scenario) -> None:
    by, version = adopted.by("secretariat", ON), _standard()
    names = role_names(adopted.city.pk)
    data = _workbook(CLAUSE_HEADER, clause_table(clause_rows(version), names))
    rows = read_clause_table(read_table_file(data, "policy.xlsx"), names)
    assert [replace(row, place="") for row in rows] == clause_rows(version)
    document = PolicyDocument.objects.get(code="standard")
    draft = start_draft(
        by=by, document=document, number="2.0", effective_from=date(2026, 7, 1), reason="見直し", on=ON
    )
    changed = [replace(rows[0], text="CISOを1名置く。副市長を充てる。"), *rows[1:-1]]
    replace_draft_content(by=by, version=draft, seen=sealing.version_mark(draft), rows=changed, on=ON)
    found = compare_versions(version, draft)
    assert [one.code for one in found.changed] == [rows[0].code]
    assert [one.code for one in found.removed] == [rows[-1].code]
    assert draft.clauses.get(code=rows[1].code).source == version.clauses.get(code=rows[1].code).source
    with pytest.raises(Stale):
        replace_draft_content(by=by, version=draft, seen="old", rows=rows, on=ON)


def test_a_draft_stays_as_it_was_when_one_clause_is_wrong(adopted: Scenario) -> None:
    by, rows = adopted.by("secretariat", ON), clause_rows(_standard())
    document = PolicyDocument.objects.get(code="standard")
    draft = start_draft(
        by=by, document=document, number="2.0", effective_from=date(2026, 7, 1), reason="見直し", on=ON
    )
    seen = sealing.version_mark(draft)
    wrong = [replace(rows[0], binds=("nobody",), place="5行"), replace(rows[1], code=rows[2].code), *rows[2:]]
    with pytest.raises(Invalid) as refused:
        replace_draft_content(by=by, version=draft, seen=seen, rows=wrong, on=ON)
    assert "5行：対象者" in " ".join(map(str, refused.value.problems))
    draft = PolicyVersion.objects.get(pk=draft.pk)
    assert sealing.version_mark(draft) == seen


def test_a_difference_is_shown_and_then_written_whole(adopted: Scenario) -> None:
    by = adopted.by("secretariat", ON)
    rows = bank_rows(adopted.city.pk, ON)
    new = replace(rows[0], code="M-NEW-01", category="cloud", category_name="クラウド", question="新しい問い")
    sent = [replace(rows[0], question="改めた問い"), replace(rows[1], standing=not rows[1].standing), new]
    sent[1] = replace(sent[1], answer_valid_months=24)
    found = bank_difference(by=by, rows=sent, on=ON)
    assert [change.what for change in found.changes] == ["改定", "変更", "追加"]
    assert len(found.absent) == len(rows) - 2
    apply_bank(by=by, rows=sent, shown=found.mark, on=ON)
    after = {row.code: row for row in bank_rows(adopted.city.pk, ON)}
    assert [after[row.code] for row in sent] == sent
    assert len(after) == len(rows) + 1
    assert CheckItemRevision.objects.filter(item__code=rows[0].code).count() == 2
    with pytest.raises(Stale):
        apply_bank(by=by, rows=sent, shown=found.mark, on=ON)


def test_a_bank_with_one_bad_row_changes_nothing(adopted: Scenario) -> None:
    by = adopted.by("secretariat", ON)
    rows = bank_rows(adopted.city.pk, ON)
    sent = [
        replace(rows[0], question="改めた問い"),
        replace(rows[1], clause_codes=("S99",), place="シート「一覧」4行"),
    ]
    mark = bank_difference(by=by, rows=sent, on=ON).mark
    with pytest.raises(Invalid) as refused:
        apply_bank(by=by, rows=sent, shown=mark, on=ON)
    assert "シート「一覧」4行" in str(refused.value.problems[0])
    assert bank_rows(adopted.city.pk, ON) == rows
    with pytest.raises(Denied):
        bank_difference(by=adopted.by("section_manager", ON), rows=rows, on=ON)


@pytest.mark.parametrize(
    ("column", "value", "place", "words"),
    [
        ("点検の種類", "管理", "3行B列", "どれか"),
        ("答えと突き合わせる記録", "日記", "3行K列", "選べません"),
        ("回答の有効期間（月）", "一年", "3行N列", ""),
        ("回答の有効期間（月）", 999, "3行N列", "120か月"),
        ("毎年の点検", "○", "3行M列", "どれか"),
    ],
)
def test_a_wrong_cell_is_named(adopted: Scenario, column: str, value: object, place: str, words: str) -> None:
    row = list(bank_table(bank_rows(adopted.city.pk, ON)[:1])[0])
    row[BANK_HEADER.index(column)] = value
    with pytest.raises(Invalid) as refused:
        read_bank_table(read_table_file(_workbook(BANK_HEADER, [tuple(row)]), "bank.xlsx"))
    assert place in str(refused.value.problems[0])
    assert words in str(refused.value.problems[0])


def test_a_code_twice_and_a_foreign_table_are_refused(adopted: Scenario) -> None:
    rows = bank_table(bank_rows(adopted.city.pk, ON)[:1])
    with pytest.raises(Invalid) as refused:
        read_bank_table(read_table_file(_workbook(BANK_HEADER, rows * 2), "bank.xlsx"))
    assert "2度あります" in str(refused.value.problems[0])
    with pytest.raises(Invalid) as refused:
        read_bank_table(read_table_file(_workbook(BANK_HEADER[1:], []), "bank.xlsx"))
    assert "見出し「コード」がありません" in refused.value.problems[0].message


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"catalog": 1}',
        b"\xff\xfe",
        b'{"catalog": {}}',
        b'{"profile": {}}',
        b"[" * 100_000,
        rb'{"catalog": {"groups": [{"id": "a", "controls": [{"id": "X-1", "title": "\ud800"}]}]}}',
    ],
)
def test_what_is_no_catalog_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        oscal.bank_rows_of(oscal.read_oscal(content, "x.json"))


KEYS = st.sampled_from(["groups", "controls", "props", "parts", "links", "id", "name", "value", "rel"])
VALUES = st.none() | st.booleans() | st.integers() | st.text()


@given(
    st.recursive(
        VALUES,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
        max_leaves=20,
    )
)
def test_any_json_is_read_or_refused(inner: object) -> None:
    document = json.loads(json.dumps({"catalog": inner if isinstance(inner, dict) else {"groups": inner}}))
    for read in (oscal.bank_rows_of, oscal.clause_rows_of):
        try:
            rows = read(document)
        except Invalid:
            continue
        assert all(isinstance(row.code, str) for row in rows)


def test_a_file_says_which_items_are_technical_or_leaves_them(adopted: Scenario) -> None:
    by = adopted.by("secretariat", ON)
    rows = bank_rows(adopted.city.pk, ON)
    assert {row.aspect for row in rows} == {"operational", "technical"}
    old = [line[: len(BANK_HEADER)] for line in bank_table(rows)]
    back = read_bank_table(read_table_file(_workbook(BANK_HEADER, old), "bank.xlsx"))
    assert bank_difference(by=by, rows=back, on=ON).changing == ()
    turned = [replace(row, aspect="technical") if row.code == "M-CD-01" else row for row in rows]
    found = bank_difference(by=by, rows=turned, on=ON)
    assert [(one.row.code, one.fields) for one in found.changing] == [("M-CD-01", ("aspect",))]
    apply_bank(by=by, rows=turned, shown=found.mark, on=ON)
    assert CheckItem.objects.get(city=adopted.city, code="M-CD-01").aspect == "technical"
    header = (*BANK_HEADER, ASPECT)
    wrong = _workbook(header, [(*old[0], "机の上")])
    with pytest.raises(Invalid) as refusal:
        read_bank_table(read_table_file(wrong, "bank.xlsx"))
    assert ["どれか" in problem.message for problem in refusal.value.problems] == [True]
