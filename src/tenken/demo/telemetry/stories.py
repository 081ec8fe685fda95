"""What happens among a month of ordinary operations: a few stories that rules, searches and boards should find.

The first three are the samples that the auditors of document 004 (第9章第2 5(2) ア・イ・ウ) found in the logs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import pyarrow as pa

from tenken.common.clock import JAPAN
from tenken.demo.telemetry.population import Population, Seat
from tenken.telemetry.events.operations import BY_CODE
from tenken.telemetry.events.rows import table_of

Row = dict[str, Any]
SAMPLES: Final = (date(2020, 12, 1), date(2021, 1, 20), date(2021, 2, 10))


@dataclass(frozen=True)
class Story:
    """``title``: what it is, for whoever demonstrates it; ``rows``: its events, oldest first."""

    title: str
    day: date
    rows: tuple[Row, ...]

    def table(self) -> pa.Table:
        """Return its events, with the columns that senders report."""
        return table_of(self.rows).drop_columns(["received", "city", "payload", "seq", "source", "retention"])


def stories(population: Population, today: date, closed: Callable[[date], bool]) -> tuple[Story, ...]:
    """Return the stories of the month before *today*; *closed* tells the days on which the offices are closed."""
    cast = _Cast(population)
    shut = next(day for day in (today - timedelta(days=n) for n in range(3, 30)) if closed(day))
    open_days = [day for day in (today - timedelta(days=n) for n in range(1, 30)) if not closed(day)]
    return (
        *(story for story in _samples(cast) if story.day < today),
        _night(cast, shut),
        _list_mailed(cast, open_days[1]),
        _picture(cast, open_days[2]),
        _tethering(cast, open_days[3]),
        _shared_account(cast, open_days[4]),
        _captured(cast, open_days[5]),
        _remote_tool(cast, open_days[6]),
        _uploaded(cast, open_days[7]),
        _overrides(cast, open_days),
        _log_cleared(cast, open_days[0]),
        _malware(cast, open_days[8]),
    )


class _Cast:
    """Finds who plays: someone with an account in a section whose name holds a word."""

    def __init__(self, population: Population) -> None:
        self.domain = population.domain
        self._seats = [seat for seat in population.seats if seat.account]

    def in_section(self, *names: str, place: int = 0) -> Seat:
        for name in names:
            found = [seat for seat in self._seats if name in seat.section_name]
            if found:
                return found[place % len(found)]
        return self._seats[place % len(self._seats)]

    def several(self, count: int) -> Sequence[Seat]:
        step = max(1, len(self._seats) // (count + 1))
        return self._seats[step::step][:count]


def _at(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), JAPAN)


def _row(seat: Seat, day: date, clock: str, op: str, **fields: Any) -> Row:
    return {
        "ts": _at(day, clock),
        "op": op,
        "class": int(BY_CODE[op].event_class),
        "status": "success",
        "user": seat.account,
        "computer": seat.computer,
        "address": seat.address,
        "log_product": "windows",
        **fields,
    }


def _samples(cast: _Cast) -> Iterator[Story]:
    first, second, third = SAMPLES
    window, road, tourism = (
        cast.in_section("戸籍住民"),
        cast.in_section("道路建設", "道路"),
        cast.in_section("観光課"),
    )
    yield Story(
        "戸籍住民のデータの閲覧（報告書004のア）",
        first,
        (
            _row(window, first, "10:30", "record_view", path="住民記録/Ｘ", title="住民戸籍データ Ｘ 照会",
                 app="住民情報システム", log_product="tenken", log_category="record"),
        ),
    )  # fmt: skip
    yield Story(
        "添付ファイル付きのメール（報告書004のイ）",
        second,
        (
            _row(road, second, "13:35", "mail_send", mail_from=f"{road.account}@{cast.domain}",
                 mail_to=["k@y-doboku.example.co.jp"], subject="工事打合せ簿の送付（Ｙ土木建築会社 Ｋ様）",
                 attachments=["工事打合せ簿.xlsx"], app="Microsoft Outlook", log_product="mail", log_category="mail"),
        ),
    )  # fmt: skip
    share = rf"\\fs01\{tourism.section_name}\資料画像"
    yield Story(
        "資料画像の名前の変更（報告書004のウ）",
        third,
        (
            _row(tourism, third, "17:13", "file_rename", path=rf"{share}\DSC_0412.jpg",
                 destination=rf"{share}\春まつり表紙.jpg", drive="network", app="エクスプローラー",
                 process=r"C:\Windows\explorer.exe", log_category="file_rename"),
        ),
    )  # fmt: skip


def _night(cast: _Cast, day: date) -> Story:
    seat = cast.in_section("戸籍住民", place=1)
    stick = {
        "device_class": "usb_memory", "vendor_id": "090c", "product_id": "1000", "device_serial": "AA00000000000489",
        "device_name": "Generic Flash Disk",
    }  # fmt: skip
    views = tuple(
        _row(seat, day, f"02:{11 + n // 3:02d}:{n % 3 * 17:02d}", "record_view", path=f"住民記録/{48210 + n * 7}",
             title="住民記録 照会", app="住民情報システム", log_product="tenken", log_category="record")
        for n in range(40)
    )  # fmt: skip
    share = rf"\\fs01\{seat.section_name}\05_台帳"
    copies = tuple(
        _row(seat, day, f"02:{31 + n}:20", "file_copy", path=rf"{share}\{name}", destination=rf"E:\{name}",
             drive="removable", size=2_400_000 + n, app="エクスプローラー", log_category="file_event", **stick)
        for n, name in enumerate(("住所録_全件.xlsx", "対象者一覧_全件.csv", "相談記録_2026.xlsx"))
    )  # fmt: skip
    rows = (
        _row(seat, day, "02:05", "logon", log_category="authentication", log_service="security", event_code="4624"),
        *views,
        _row(seat, day, "02:29:50", "device_connect", drive="removable", log_category="device",
             log_service="security", event_code="6416", **stick),
        *copies,
        _row(seat, day, "02:40", "logoff", log_category="authentication", log_service="security", event_code="4634"),
    )  # fmt: skip
    return Story("閉庁日の深夜に住民記録を閲覧し、許可のないUSBメモリへ写した", day, rows)


def _list_mailed(cast: _Cast, day: date) -> Story:
    seat = cast.in_section("介護保険", "障害", place=2)
    row = _row(seat, day, "18:52", "mail_send", mail_from=f"{seat.account}@{cast.domain}",
               mail_to=[f"kakari@{cast.domain}", "home.pc.1974@freemail.example.com"], subject="持ち帰り",
               attachments=["訪問対象者名簿.xlsx"], size=812_000, app="Microsoft Outlook", log_product="mail",
               log_category="mail")  # fmt: skip
    return Story("名簿を、許可された宛先と許可のない宛先へ同時にメールした", day, (row,))


def _picture(cast: _Cast, day: date) -> Story:
    first, second = cast.in_section("観光課", place=3), cast.in_section("広報課")
    share, public = rf"\\fs01\{first.section_name}\資料画像", rf"\\fs01\{second.section_name}\06_照会回答"
    rows = (
        _row(first, day, "09:12", "file_create", path=rf"{share}\IMG_2231.jpg", drive="network", log_category="file_event"),
        _row(first, day, "09:40", "file_rename", path=rf"{share}\IMG_2231.jpg", destination=rf"{share}\秋祭り大通り.jpg",
             drive="network", log_category="file_rename"),
        _row(first, day, "10:02", "file_copy", path=rf"{share}\秋祭り大通り.jpg",
             destination=rf"{public}\秋祭り大通り.jpg", drive="network", log_category="file_event"),
        _row(second, day, "11:15", "file_rename", path=rf"{public}\秋祭り大通り.jpg",
             destination=rf"{public}\表紙案_秋祭り大通り.jpg", drive="network", log_category="file_rename"),
        _row(second, day, "13:20", "mail_send", mail_from=f"{second.account}@{cast.domain}",
             mail_to=["tanto@printing.example.co.jp"], subject="表紙案の送付について",
             attachments=["表紙案_秋祭り大通り.jpg"], log_product="mail", log_category="mail"),
        _row(second, day, "15:41", "print", printer="複合機3F", document="表紙案_秋祭り大通り.jpg", pages=2,
             log_category="print", log_service="printservice-operational", event_code="307"),
    )  # fmt: skip
    return Story("一枚の写真が名前を変え、別の課へ写され、印刷会社へ送られた", day, rows)


def _tethering(cast: _Cast, day: date) -> Story:
    seat = cast.in_section("都市計画", "公園", place=1)
    row = _row(seat, day, "12:21", "network_change", device_class="network_adapter",
               device_name="Remote NDIS based Internet Sharing Device", vendor_id="04e8", product_id="6863",
               message="新しい既定の経路 192.168.42.129", log_category="network_change",
               rest={"Gateway": "192.168.42.129", "Address": "192.168.42.21"})  # fmt: skip
    return Story("スマートフォンのテザリングへ有線でつないだ", day, (row,))


def _shared_account(cast: _Cast, day: date) -> Story:
    seats = cast.several(7)
    account = seats[0].account
    rows = tuple(
        _row(seat, day, f"13:{5 + 3 * n:02d}", "logon", log_category="authentication", log_service="security",
             event_code="4624") | {"user": account}
        for n, seat in enumerate(seats)
    )  # fmt: skip
    return Story("一つのアカウントが半時間に七台の端末で使われた", day, rows)


def _captured(cast: _Cast, day: date) -> Story:
    seat = cast.in_section("市民税", "納税", place=1)
    rows = tuple(
        _row(seat, day, f"16:{10 + n:02d}", "screen_capture", app="住民情報システム", title="市民税課税台帳 照会",
             path=rf"C:\Users\{seat.account}\Pictures\Screenshots\スクリーンショット ({n + 1}).png",
             log_category="screen_capture")
        for n in range(5)
    )  # fmt: skip
    return Story("課税台帳の画面を五枚保存した", day, rows)


def _remote_tool(cast: _Cast, day: date) -> Story:
    seat = cast.in_section("契約課", "財政", place=2)
    rows = (
        _row(seat, day, "14:02", "software_install", app="AnyDesk", message="AnyDesk 8.1.0",
             log_category="application"),
        _row(seat, day, "14:05", "process_start", app="AnyDesk", process=r"C:\Program Files (x86)\AnyDesk\AnyDesk.exe",
             command_line=r'"C:\Program Files (x86)\AnyDesk\AnyDesk.exe" --install', event_code="1",
             log_category="process_creation"),
    )  # fmt: skip
    return Story("許可のない遠隔操作ソフトを入れて動かした", day, rows)


def _uploaded(cast: _Cast, day: date) -> Story:
    seat = cast.in_section("教育", "学校", place=1)
    row = _row(seat, day, "17:48", "web_upload", host="upload.filebox.example.com",
               url="https://upload.filebox.example.com/put", method="POST", bytes_out=48_000_000,
               path=rf"\\fs01\{seat.section_name}\05_台帳\児童名簿.xlsx", app="Microsoft Edge", log_product="proxy",
               log_category="proxy")  # fmt: skip
    return Story("児童名簿を許可のないファイル共有サイトへ上げた", day, (row,))


def _overrides(cast: _Cast, days: Sequence[date]) -> Story:
    seat = cast.in_section("商工", "商業", "誘客", place=1)
    rows = tuple(
        _row(seat, day, f"{11 + n % 5}:{7 * n % 60:02d}", "web_override", host=host, url=f"https://{host}/",
             method="GET", disposition="overridden", app="Microsoft Edge", log_product="proxy", log_category="proxy")
        for day in reversed(days)
        for n, host in enumerate(("shop.example.com", "video.example.com")[: 1 + day.day % 2])
    )  # fmt: skip
    return Story("一つの課でフィルタリングの解除が続いた", days[0], rows)


def _log_cleared(cast: _Cast, day: date) -> Story:
    seat = cast.in_section("用地", "下水", place=0)
    row = _row(seat, day, "19:33", "log", message="監査ログが消去されました。", event_code="1102",
               log_service="security", log_category="audit_log")  # fmt: skip
    return Story("端末の監査ログが消された", day, (row,))


def _malware(cast: _Cast, day: date) -> Story:
    seat = cast.in_section("農", "保育", place=1)
    row = _row(seat, day, "10:17", "malware", path=rf"C:\Users\{seat.account}\Downloads\請求書.zip",
               message="Trojan:Script/Sample 検疫しました", disposition="blocked", app="Microsoft Defender",
               log_category="antivirus")  # fmt: skip
    return Story("ウイルス対策ソフトが添付ファイルを検疫した", day, (row,))
