"""The default policy and question bank are complete, consistent and readable.

The table below was made by reading the published standard by hand: for each section and item,
how many duties and definitions it lays down. A proviso counts with the duty it limits; a heading that
only announces a list counts as nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

import tenken

DEFAULTS = Path(tenken.__file__).parent / "policy" / "defaults"

ROLES = {
    "ciso",
    "bureau_manager",
    "section_manager",
    "deputy",
    "system_manager",
    "network_manager",
    "staff",
    "secretariat",
}
NATURES = {"must", "must_not", "should", "definition"}
FACTS = {
    "media_ledger",
    "asset_ledger",
    "account_ledger",
    "terminal_inventory",
    "operation_log",
    "training_record",
    "incident_record",
    "visit",
    "contract_ledger",
}
ASKED_ROLES = {"section_manager", "deputy", "staff", "system_manager"}
LONGEST_TEXT = 200
WHOLE_SECTION = "本文"

DUTIES = {
    ("(1)", "1"): 1,
    ("(1)", "2"): 1,
    ("(1)", "3"): 1,
    ("(1)", "4"): 1,
    ("(1)", "5"): 1,
    ("(1)", "6"): 1,
    ("(2)", "1"): 3,
    ("(2)", "2"): 3,
    ("(2)", "3"): 5,
    ("(2)", "4"): 4,
    ("(2)", "5"): 3,
    ("(2)", "6"): 2,
    ("(3)", "1"): 2,
    ("(3)", "1(1)"): 3,
    ("(3)", "1(2)"): 1,
    ("(3)", "1(3)"): 2,
    ("(3)", "1(4)"): 1,
    ("(3)", "2"): 5,
    ("(3)", "3(1)"): 7,
    ("(3)", "3(2)"): 7,
    ("(3)", "3(3)"): 3,
    ("(3)", "3(4)"): 3,
    ("(3)", "3(5)"): 1,
    ("(3)", "4"): 1,
    ("(4)", "1"): 8,
    ("(4)", "2"): 1,
    ("(4)", "3"): 1,
    ("(4)", "4"): 5,
    ("(4)", "5"): 2,
    ("(5)", "1"): 7,
    ("(5)", "2"): 1,
    ("(6)", "1"): 1,
    ("(6)", "2"): 1,
    ("(6)", "3"): 3,
    ("(6)", "4"): 1,
    ("(6)", "5"): 1,
    ("(6)", "6"): 2,
    ("(7)", "1(1)"): 1,
    ("(7)", "1(2)"): 3,
    ("(7)", "1(3)"): 3,
    ("(7)", "1(4)"): 1,
    ("(7)", "1(5)"): 4,
    ("(7)", "1(6)"): 7,
    ("(7)", "1(7)"): 4,
    ("(7)", "1(8)"): 1,
    ("(7)", "1(9)"): 1,
    ("(7)", "1(10)"): 2,
    ("(7)", "1(11)"): 1,
    ("(7)", "2(1)"): 2,
    ("(7)", "2(2)"): 1,
    ("(7)", "2(3)"): 1,
    ("(7)", "2(4)"): 1,
    ("(7)", "2(5)"): 6,
    ("(7)", "2(6)"): 1,
    ("(7)", "2(7)"): 3,
    ("(7)", "2(8)"): 3,
    ("(7)", "3"): 1,
    ("(7)", "3(1)"): 3,
    ("(7)", "3(2)"): 1,
    ("(7)", "3(3)"): 2,
    ("(7)", "3(4)"): 2,
    ("(7)", "3(5)"): 3,
    ("(7)", "4(1)"): 4,
    ("(7)", "4(2)"): 3,
    ("(7)", "5"): 6,
    ("(7)", "6"): 2,
    ("(8)", "1"): 2,
    ("(8)", "2"): 2,
    ("(8)", "3"): 1,
    ("(8)", "3(1)"): 2,
    ("(8)", "3(2)"): 2,
    ("(8)", "3(3)"): 2,
    ("(8)", "3(4)"): 2,
    ("(8)", "4(1)"): 1,
    ("(8)", "4(2)"): 1,
    ("(9)", WHOLE_SECTION): 2,
    ("(10)", "1"): 3,
    ("(10)", "2"): 7,
    ("(10)", "3"): 2,
}


def load(name: str) -> Any:
    return yaml.safe_load((DEFAULTS / name).read_text(encoding="utf-8"))


def clauses_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [clause for chapter in document["chapters"] for clause in chapter["clauses"]]


@pytest.fixture(scope="module")
def standard() -> list[dict[str, Any]]:
    return clauses_of(load("standard.yaml"))


@pytest.fixture(scope="module")
def procedures() -> list[dict[str, Any]]:
    return [clause for document in load("procedures.yaml") for clause in clauses_of(document)]


@pytest.fixture(scope="module")
def bank() -> dict[str, Any]:
    loaded: dict[str, Any] = load("bank.yaml")
    return loaded


def texts_of(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for inner in value.values() for text in texts_of(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in texts_of(inner)]
    return []


def test_every_duty_of_the_published_standard_is_there(standard: list[dict[str, Any]]) -> None:
    found = Counter((c["source"]["section"], c["source"]["item"]) for c in standard)
    assert dict(found) == DUTIES
    assert len(standard) == sum(DUTIES.values()) == 198


def test_each_duty_is_there_once_and_numbered_in_order(standard: list[dict[str, Any]]) -> None:
    places: dict[tuple[str, str], list[int]] = {}
    for clause in standard:
        source = clause["source"]
        assert source["document"] == "003"
        places.setdefault((source["section"], source["item"]), []).append(source["sentence"])
    for place, sentences in places.items():
        assert sentences == list(range(1, len(sentences) + 1)), place


def test_the_chapter_of_a_clause_is_the_section_it_came_from() -> None:
    for chapter in load("standard.yaml")["chapters"]:
        assert {c["source"]["section"] for c in chapter["clauses"]} == {f"({chapter['number']})"}


def test_the_code_says_where_the_clause_came_from(standard: list[dict[str, Any]]) -> None:
    for clause in standard:
        source = clause["source"]
        path = re.findall(r"\d+", f"{source['section']} {source['item']} {source['sentence']}")
        assert clause["code"] == "S" + "-".join(path)


def test_codes_and_printed_numbers_are_unique(
    standard: list[dict[str, Any]], procedures: list[dict[str, Any]], bank: dict[str, Any]
) -> None:
    codes = [c["code"] for c in standard + procedures] + [i["code"] for i in bank["items"]]
    assert not [code for code, count in Counter(codes).items() if count > 1]
    for document in [load("standard.yaml"), *load("procedures.yaml")]:
        clauses = clauses_of(document)
        for key in ("number", "heading", "text"):
            assert not [v for v, count in Counter(c[key] for c in clauses).items() if count > 1]


def test_every_clause_binds_known_roles_and_is_short(
    standard: list[dict[str, Any]], procedures: list[dict[str, Any]]
) -> None:
    for clause in standard + procedures:
        assert clause["binds"], clause["code"]
        assert set(clause["binds"]) <= ROLES, clause["code"]
        assert len(clause["binds"]) == len(set(clause["binds"])), clause["code"]
        assert clause["nature"] in NATURES, clause["code"]
        assert len(clause["text"]) <= LONGEST_TEXT, clause["code"]


def test_documents_say_what_they_are() -> None:
    documents = [load("standard.yaml"), *load("procedures.yaml")]
    assert [d["document"]["kind"] for d in documents] == ["standard", "procedure_common", "procedure_system"]
    for document in documents:
        assert set(document["version"]) == {"number", "effective_from", "reason"}
        assert isinstance(document["version"]["number"], str)


def test_procedures_refine_clauses_of_the_standard(
    standard: list[dict[str, Any]], procedures: list[dict[str, Any]]
) -> None:
    codes = {c["code"] for c in standard}
    for clause in procedures:
        assert clause["refines"], clause["code"]
        assert set(clause["refines"]) <= codes, clause["code"]


def test_the_bank_has_two_parts_of_the_size_a_section_can_answer(bank: dict[str, Any]) -> None:
    items = bank["items"]
    assert 138 <= len(items) <= 150
    parts = Counter(i["part"] for i in items)
    assert set(parts) == {"management", "risk"}
    standing = Counter(i["part"] for i in items if i["standing"])
    assert 30 <= standing["management"] <= 38
    assert 14 <= standing["risk"] <= 18
    for item in items:
        assert item["code"].startswith("M-" if item["part"] == "management" else "R-")


def test_every_item_is_complete(bank: dict[str, Any]) -> None:
    keys = {
        "code",
        "part",
        "category",
        "question",
        "purpose",
        "how_to_check",
        "good",
        "examples",
        "evidence",
        "facts",
        "clauses",
        "standing",
    }
    for item in bank["items"]:
        assert set(item) - {"aspect"} == keys, item["code"]
        assert item.get("aspect", "technical") == "technical", item["code"]
        for key in ("question", "purpose", "how_to_check", "good", "evidence"):
            assert item[key].strip(), (item["code"], key)
        assert 1 <= len(item["examples"]) <= 3, item["code"]
        assert all(e.startswith(("悪い例：", "良い例：")) for e in item["examples"]), item["code"]
        assert set(item["facts"]) <= FACTS, item["code"]
        assert isinstance(item["standing"], bool), item["code"]
    questions = Counter(i["question"] for i in bank["items"])
    assert max(questions.values()) == 1


def test_a_category_has_one_name_and_belongs_to_one_part(bank: dict[str, Any]) -> None:
    seen = {(i["category"]["code"], i["category"]["name"], i["part"]) for i in bank["items"]}
    assert len({code for code, _, _ in seen}) == len(seen)
    assert len({name for _, name, _ in seen}) == len(seen)


def test_a_question_is_a_statement_that_yes_agrees_with(bank: dict[str, Any]) -> None:
    for item in bank["items"]:
        assert item["question"].endswith("。"), item["code"]
        assert "か。" not in item["question"], item["code"]


def test_items_ask_about_clauses_that_exist(
    standard: list[dict[str, Any]], procedures: list[dict[str, Any]], bank: dict[str, Any]
) -> None:
    codes = {c["code"] for c in standard + procedures}
    for item in bank["items"]:
        assert item["clauses"], item["code"]
        assert len(item["clauses"]) == len(set(item["clauses"])), item["code"]
        assert set(item["clauses"]) <= codes, item["code"]


def test_every_duty_of_a_section_is_asked_or_the_reason_is_given(
    standard: list[dict[str, Any]], procedures: list[dict[str, Any]], bank: dict[str, Any]
) -> None:
    asked = {code for item in bank["items"] for code in item["clauses"]}
    excused = {entry["clause"] for entry in bank["not_asked"]}
    due = {
        c["code"]
        for c in standard + procedures
        if c["nature"] in {"must", "must_not"} and ASKED_ROLES & set(c["binds"])
    }
    assert due - asked - excused == set()
    assert excused & asked == set()
    assert excused <= due
    assert all(entry["reason"].strip() for entry in bank["not_asked"])


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("M-CD-01", "机の上"),
        ("M-MD-01", "USBメモリの保管と現物との突合"),
        ("M-MD-02", "USBメモリへの重要性分類の表示"),
        ("R-VM-01", "スタンドアロンパソコンのウイルス対策"),
    ],
)
def test_items_other_rooms_rely_on_by_code(bank: dict[str, Any], code: str, words: str) -> None:
    item = next(i for i in bank["items"] if i["code"] == code)
    assert words in item["question"]
    assert item["standing"]


@pytest.mark.parametrize("name", ["standard.yaml", "procedures.yaml", "bank.yaml"])
def test_punctuation_is_one_kind_and_no_city_is_named(name: str) -> None:
    for text in texts_of(load(name)):
        assert not re.search(r"[，．,?!]", text), text
        assert not re.search(r"[Ａ-Ｚａ-ｚ０-９]", text), text
        assert "仙台" not in text
        assert "。。" not in text
        assert "、、" not in text
        assert not text.startswith(" "), text
        assert not text.endswith(" "), text
    whole = (DEFAULTS / name).read_text(encoding="utf-8")
    assert "\t" not in whole
