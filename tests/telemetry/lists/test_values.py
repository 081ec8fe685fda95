"""What may stand in a list, and what an approved value takes in."""

from __future__ import annotations

import pytest

from tenken.telemetry.lists.values import AddressSet, AppSet, HostSet, problem_of, tidy


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("folders", ""),
        ("folders", "   "),
        ("folders", "C:\\"),
        ("folders", "\\\\"),
        ("folders", "D:\\a"),
        ("folders", "C:\\共有\\*"),
        ("keywords", "秘"),
        ("keywords", "ab"),
        ("approved_apps", "*"),
        ("approved_apps", "e*"),
        ("approved_apps", "a*b*"),
        ("approved_apps", ".exe"),
        ("approved_addresses", "@"),
        ("approved_addresses", "midori.lg.jp"),
        ("approved_addresses", "@jp"),
        ("approved_addresses", "@*.co.jp"),
        ("approved_addresses", "a@*.lg.jp"),
        ("approved_hosts", "*"),
        ("approved_hosts", "*.jp"),
        ("approved_hosts", "jp"),
        ("approved_hosts", "*.co.jp"),
        ("approved_hosts", "www.ex ample.jp"),
        ("approved_hosts", "www..example.jp"),
        ("own", "x"),
    ],
)
def test_what_would_hit_or_approve_everything_is_refused(kind: str, value: str) -> None:
    assert problem_of(kind, tidy(kind, value))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("folders", "\\\\fs01\\人事"),
        ("folders", "D:\\個人情報"),
        ("folders", "/srv/koseki"),
        ("keywords", "極秘"),
        ("keywords", "マイナンバー"),
        ("approved_apps", "EXCEL.EXE"),
        ("approved_apps", "LGWAN接続*"),
        ("approved_addresses", "soumu@city.midori.lg.jp"),
        ("approved_addresses", "@*.lg.jp"),
        ("approved_hosts", "*.lg.jp"),
        ("approved_hosts", "www.e-gov.go.jp"),
        ("approved_hosts", "10.1.2.3"),
        ("own", "AB"),
    ],
)
def test_what_a_city_writes_is_taken(kind: str, value: str) -> None:
    assert problem_of(kind, tidy(kind, value)) == ""


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ＷＷＷ．Example.JP", "www.example.jp"),
        ("https://www.example.jp/a/b?c", "www.example.jp"),
        ("www.example.jp:8080", "www.example.jp"),
        ("  *.lg.jp ", "*.lg.jp"),
    ],
)
def test_hosts_are_kept_as_names(typed: str, kept: str) -> None:
    assert tidy("approved_hosts", typed) == kept


def test_hosts() -> None:
    hosts = HostSet(["*.lg.jp", "www.example.com"])
    for approved in ("www.city.midori.lg.jp", "city.lg.jp", "WWW.EXAMPLE.COM", "a.www.example.com"):
        assert approved in hosts
    for foreign in ("lg.jp", "evillg.jp", "example.com", "www.example.com.evil.net", ""):
        assert foreign not in hosts
    assert not HostSet([])


def test_addresses() -> None:
    addresses = AddressSet(["@*.lg.jp", "@midori.example.jp", "k@y-doboku.example.com"])
    for approved in (
        "a@city.lg.jp",
        "A@Midori.Example.JP",
        "K氏 <k@y-doboku.example.com>",
        "k@y-doboku.example.com",
        "a@city.lg.jp, b@midori.example.jp",
    ):
        assert approved in addresses
    for foreign in (
        "z@y-doboku.example.com",
        "a@sub.midori.example.jp",
        "a@lg.jp",
        "",
        "a@evil.com",
        "a@evil.com, a@city.lg.jp",
        "a@evil.com、a@city.lg.jp",
        "a@evil.com@city.lg.jp",
        '"a@city.lg.jp" <a@evil.com>',
        "a@evil.com <a@city.lg.jp>",
    ):
        assert foreign not in addresses


def test_applications() -> None:
    apps = AppSet(["excel.exe", "LGWAN接続*", "一太郎"])
    for approved in (
        "EXCEL.EXE",
        "C:\\Program Files\\Office\\excel.exe",
        "ＬＧＷＡＮ接続クライアント",
        "一太郎",
    ):
        assert approved in apps
    for foreign in ("notexcel.exe", "excel.exe.scr", "C:\\excel.exe\\evil.exe", "", "一太郎ビューア"):
        assert foreign not in apps
