"""Which line of the policy holds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tenken.telemetry.device_control.kinds import Access, DeviceKind
from tenken.telemetry.device_control.rules.deciding import Line, Place, decide, most_open, unspoken_kinds

USB = DeviceKind.USB_MEMORY
# section 3 stands below bureau 2, which stands below the city 1
HERE = Place((3, 2, 1), "LGWAN", 7)
_kinds = st.sampled_from(["", USB, DeviceKind.PRINT])
_lines = st.lists(
    st.builds(
        Line,
        order=st.integers(1, 99),
        access=st.sampled_from(Access.values),
        approved_excepted=st.booleans(),
        kind=_kinds,
        unit=st.sampled_from([None, 1, 2, 3, 9]),
        segment=st.sampled_from(["", "LGWAN", "個人番号"]),
        terminal=st.sampled_from([None, 7, 8]),
    ),
    max_size=12,
    unique_by=lambda line: (line.kind, line.unit, line.segment, line.terminal),
)


def line(order: int, access: Access, **said: object) -> Line:
    return Line(order, access, **said)  # type: ignore[arg-type]


def test_nothing_said_is_forbidden_and_says_so() -> None:
    verdict = decide([], USB, HERE)
    assert (verdict.access, verdict.line) == (Access.FORBID, None)
    assert verdict.reason == "定めた行がないため、使用不可です。"


def test_the_nearest_section_wins_over_its_bureau_and_the_city() -> None:
    lines = [
        line(1, Access.ALLOW),
        line(2, Access.FORBID, unit=2),
        line(3, Access.READ, unit=3, unit_name="企画課"),
    ]
    verdict = decide(lines, USB, HERE)
    assert (verdict.access, verdict.reason) == (Access.READ, "3行目（企画課・すべての種類）によります。")
    assert decide(lines, USB, Place((2, 1))).access == Access.FORBID
    assert decide(lines, USB, Place((9, 1))).access == Access.ALLOW


def test_a_terminal_wins_over_a_segment_and_a_segment_over_a_section_and_where_over_what() -> None:
    lines = [
        line(1, Access.ALLOW, unit=3, kind=USB),
        line(2, Access.FORBID, segment="LGWAN"),
        line(3, Access.READ, terminal=7),
    ]
    assert decide(lines, USB, HERE).access == Access.READ
    assert decide(lines[:2], USB, HERE).access == Access.FORBID
    assert decide([line(1, Access.ALLOW, kind=USB), line(2, Access.FORBID, unit=3)], USB, HERE).access == (
        Access.FORBID
    )


def test_where_only_reading_is_allowed_nothing_is_printed() -> None:
    assert decide([line(1, Access.READ)], DeviceKind.PRINT, HERE).access == Access.FORBID


def test_an_approval_opens_only_where_the_line_excepts_it() -> None:
    excepting = decide([line(1, Access.FORBID, approved_excepted=True)], USB, HERE)
    strict = decide([line(1, Access.FORBID)], USB, HERE)
    assert (excepting.for_device(None), excepting.for_device("read")) == (Access.FORBID, Access.READ)
    assert strict.for_device("allow") == Access.FORBID


def test_a_policy_speaks_of_each_kind_for_the_whole_city() -> None:
    assert unspoken_kinds([line(1, Access.FORBID)]) == []
    assert unspoken_kinds([line(1, Access.FORBID, kind=USB, unit=3)]) == list(DeviceKind)


@given(_lines, st.randoms())
def test_the_order_of_the_lines_does_not_matter(lines: list[Line], random: object) -> None:
    shuffled = list(lines)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert decide(shuffled, USB, HERE).line == decide(lines, USB, HERE).line


@given(_lines)
def test_the_line_that_holds_speaks_of_the_place_and_none_says_it_more_exactly(lines: list[Line]) -> None:
    found = decide(lines, USB, HERE).line
    if found is None:
        return
    assert found.unit in (None, *HERE.units)
    assert found.segment in ("", "LGWAN")
    assert found.terminal in (None, 7)
    for other in lines:
        speaks = (
            other.kind in ("", USB) and other.unit in (None, *HERE.units) and other.segment in ("", "LGWAN")
        )
        if speaks and other.terminal == 7:
            assert found.terminal == 7


@given(_lines)
def test_a_line_for_another_place_changes_nothing(lines: list[Line]) -> None:
    before = decide(lines, USB, HERE)
    assert decide([*lines, line(100, Access.ALLOW, unit=9, kind=USB)], USB, HERE) == before


@given(st.lists(st.sampled_from(list(Access)), min_size=1))
def test_the_most_open(accesses: list[Access]) -> None:
    assert (most_open(*accesses) == Access.FORBID) == (set(accesses) == {Access.FORBID})
