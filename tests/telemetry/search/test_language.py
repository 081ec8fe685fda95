"""The search box: what is read, what is refused and where, and that the store finds what the language says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenken.common.refusals import Invalid
from tenken.telemetry.events.rows import table_of
from tenken.telemetry.events.schema import fold_expression
from tenken.telemetry.search.conditions import compile_criteria
from tenken.telemetry.search.criteria import Criteria
from tenken.telemetry.search.language import And, Expression, Not, Or, Word, fold, parse, words_of
from tenken.telemetry.store import Store, store

W = Word
SINCE = datetime(2021, 1, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", None),
        ("　 \t", None),
        ("戸籍", W("戸籍")),
        ("戸籍　Ｘ", And((W("戸籍"), W("Ｘ")))),
        ("a AND b", And((W("a"), W("b")))),
        ("a OR b c", Or((W("a"), And((W("b"), W("c")))))),
        ("a ＯＲ b", Or((W("a"), W("b")))),
        ("(a OR b) -c", And((Or((W("a"), W("b"))), Not(W("c"))))),
        ("（a or b）", And((W("a"), W("or"), W("b")))),
        ("NOT a", Not(W("a"))),
        ("NOT -a", Not(Not(W("a")))),
        ("－a", Not(W("a"))),
        ("a-b 2021-01-20", And((W("a-b"), W("2021-01-20")))),
        ("-", W("-")),
        ('"髙橋 一郎"', W("髙橋 一郎", exact=True)),
        ("“a OR b”c", And((W("a OR b", exact=True), W("c")))),
        ('-"a b"', Not(W("a b", exact=True))),
        ("100%_\\", W("100%_\\")),
    ],
)
def test_what_is_read(text: str, meant: Expression | None) -> None:
    assert parse(text) == meant


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a OR", 3, "「OR」の後に語がありません"),
        ("OR a", 1, "「OR」の前に語がありません"),
        ("a AND OR b", 3, "「AND」の後に語がありません"),
        ("a NOT", 3, "「NOT」の後に語がありません"),
        ("(a", 1, "「(」が閉じられていません"),
        ("a)", 2, "対応する「(」がありません"),
        ("a ()", 3, "「(」の後に語がありません"),
        ("(OR a)", 2, "「OR」の前に語がありません"),
        ('a "b', 3, "閉じられていません"),
        ('a ""', 3, "語がありません"),
        ("a\x00", 2, "制御文字"),
        (" ".join("a" * 31), 61, "30個まで"),
        ("a" * 501, 501, "500文字まで"),
        ("(" * 21 + "a", 21, "深すぎます"),
        ("NOT " * 21 + "a", 81, "深すぎます"),
    ],
)
def test_what_is_refused_and_where(text: str, place: int, words: str) -> None:
    with pytest.raises(Invalid, match=f"{place}文字目") as refused:
        parse(text)
    problem = refused.value.problems[0]
    assert (problem.place, problem.field) == (f"{place}文字目", "words")
    assert words in problem.message


@given(st.text(alphabet=st.sampled_from('ab()（）"” 　-－ANDORT\\%_髙'), max_size=40))
def test_anything_typed_is_read_or_refused(text: str) -> None:
    refusal = None
    try:
        parse(text)
    except Invalid as error:
        refusal = error
    assert refusal is None or refusal.problems[0].place.endswith("文字目")


def test_words_to_mark_are_those_not_denied() -> None:
    assert words_of(parse("a -b (c OR NOT d)")) == [W("a"), W("c")]


_ASSIGNED = st.text(alphabet=st.characters(exclude_categories=("Cs", "Cn", "Cc")), min_size=1, max_size=30)


@settings(max_examples=300)
@given(_ASSIGNED)
def test_the_words_are_folded_as_the_store_folds(text: str) -> None:
    with_window = (
        f"SELECT {fold_expression('{text:String}')} AS folded, {{city:String}}, "
        "{since:DateTime64(3)}, {until:DateTime64(3)}"
    )
    found = store().query(with_window, city="", since=SINCE, until=SINCE, parameters={"text": text})
    assert found.column("folded")[0].as_py() == fold(text)


def _holds(expression: Expression, text: str) -> bool:
    """An evaluator that knows no SQL."""
    if isinstance(expression, Word):
        return (expression.text if expression.exact else fold(expression.text)) in (
            text if expression.exact else fold(text)
        )
    if isinstance(expression, Not):
        return not _holds(expression.part, text)
    how = all if isinstance(expression, And) else any
    return how(_holds(part, text) for part in expression.parts)


TEXTS = (
    "戸籍データX.xlsx",
    "髙橋一郎の見積書 100%",
    "高橋一郎の見積書 100",
    "C:\\temp\\a_b.TXT",
    "C:\\temp\\acb.txt",
    "改行\tと'引用'と\"二重\"",
    "ｶﾀｶﾅ ﾊﾝｶｸ",
    "{p0:String} ?",
)
QUERIES = (
    "戸籍 データｘ",
    "髙橋 OR 戸籍",
    '"髙橋"',
    "100%",
    "a_b",
    "temp\\a",
    "(高橋 OR カタカナ) -100%",
    "NOT 高橋",
    "'引用'",
    "\\",
    "{p0:String}",
    '"と\'引用"',
    '"ｶﾀｶﾅ ﾊﾝｶｸ"',
    '"カタカナ"',
    "-高橋 -temp",
)


@pytest.fixture
def filled(event_store: Store) -> Store:
    rows = [
        {"ts": SINCE + timedelta(seconds=n), "city": "991015", "op": "file_open", "path": text, "seq": n}
        for n, text in enumerate(TEXTS)
    ]
    event_store.insert("events", table_of(rows))
    return event_store


@pytest.mark.parametrize("query", QUERIES)
def test_the_store_finds_what_the_language_says(filled: Store, query: str) -> None:
    expression = parse(query)
    assert expression is not None
    criteria = Criteria(since=SINCE, until=SINCE + timedelta(days=1), words=query)
    condition = compile_criteria(criteria, within=())
    found = filled.query(
        f"SELECT path FROM events WHERE {condition.sql} ORDER BY seq",
        city="991015",
        since=criteria.since,
        until=criteria.until,
        parameters=condition.parameters,
    )
    assert found.column("path").to_pylist() == [text for text in TEXTS if _holds(expression, text)]
