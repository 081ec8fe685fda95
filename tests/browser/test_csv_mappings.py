"""From a sample of an export to a saved mapping, in a real browser at both widths."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import DESK, PHONE, Person, Served, faults_of
from tests.telemetry.wire.test_csv_files import FILES, FILTER

pytestmark = pytest.mark.browser
_LOOK = os.environ.get("TENKEN_TEST_LOOK", "")


@pytest.fixture(params=[DESK, PHONE])
def seat(request: pytest.FixtureRequest, small_city: Served, enter: Callable[..., Person]) -> Any:
    """The secretariat at a desk or with a phone, and a function that looks at the page as it stands."""
    width = request.param
    person = enter(small_city, "secretariat", width)

    def look(name: str) -> None:
        person.page.wait_for_load_state("networkidle")
        if _LOOK:
            person.page.screenshot(path=f"{_LOOK}/{name}-{width}.png", full_page=True, caret="initial")
        assert faults_of(person.page, width) == []

    return person, look


def test_a_mapping_is_made_from_a_sample(seat: Any, tmp_path: Path) -> None:
    person, look = seat
    sample = tmp_path / "ファイル操作.csv"
    sample.write_bytes((FILES + "きのう,,PC-1,髙橋,閲覧,,a.txt,\r\n").encode("cp932"))
    person.go("/terminals/sources/mappings/")
    look("list-empty")
    person.press("見本から対応づけを作る")
    look("new")
    person.page.get_by_label("見本のCSV").set_input_files(sample)
    person.press("案を見る")
    person.sees("先頭の20件")
    person.sees("2021-02-10 17:13:00")
    look("draft")
    person.page.get_by_label("「変更後ファイル名」の取込み先").select_option("")
    person.press("結果を見る")
    person.page.get_by_label("名称").fill(f"資産管理{person.page.viewport_size['width']}")
    person.page.get_by_label("「日付」の取込み先").select_option("rest")
    person.page.get_by_label("「時刻」の取込み先").select_option("rest")
    person.press("保存する")
    person.sees("「起きた日時」にする列を決めてください。")
    look("wrong")
    person.page.get_by_label("「日付」の取込み先").select_option("ts")
    person.page.get_by_label("「時刻」の取込み先").select_option("ts")
    person.press("保存する")
    person.sees("を保存しました。")
    look("page")
    person.press("変更する")
    look("change")
    more = tmp_path / "more.csv"
    more.write_bytes(FILTER.encode())
    person.page.get_by_label("見本のCSV").set_input_files(more)
    person.press("この見本で確かめる")
    person.sees("カテゴリ")
    look("change-sample")
    person.go("/terminals/sources/mappings/import/")
    look("import")
