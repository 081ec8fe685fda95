"""What the demo city settles about its terminals: senders, lists, duty hours, devices, licences, counts, rules."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from tenken.common.clock import JAPAN
from tenken.demo.city import DemoCity
from tenken.demo.telemetry import terminals as a33
from tenken.demo.telemetry import words
from tenken.demo.telemetry.operations import stick_of
from tenken.demo.telemetry.stories import SAMPLES
from tenken.organization.access import Principal
from tenken.organization.models import Unit
from tenken.telemetry.detection.operations import install_shipped
from tenken.telemetry.device_control.kinds import DeviceKind
from tenken.telemetry.device_control.operations.devices import DeviceData, register_device
from tenken.telemetry.device_control.operations.policy import (
    DEFAULT_LINES,
    draft_policy,
    publish_policy,
    save_lines,
)
from tenken.telemetry.device_control.operations.remote import RemoteData, record_remote_session
from tenken.telemetry.inventory.operations.licences import LicenceData, add_licence
from tenken.telemetry.inventory.operations.reconciliations import RowData, open_reconciliation
from tenken.telemetry.lists.operations import NewEntry, replace_entries, set_duty_hours
from tenken.telemetry.lists.queries import list_for
from tenken.telemetry.models import RemoteSession, Source, Terminal
from tenken.telemetry.reception.sources import SourceSettings, register_source
from tenken.telemetry.retention.operations import HoldData, adopt_default_classes, order_hold

DOMAIN: Final = "city.midori.lg.jp"
AGENTS, LOGS, PROXY, MAIL, FORWARDED = "ocs", "operation", "proxy", "mail", "syslog"
_OPENS, _CLOSES = time(8, 0), time(19, 0)


def settle(made: DemoCity, today: date) -> str:
    """Settle everything; return the key of the source of operation logs, which is shown this once."""
    by = made.system(today)
    adopt_default_classes(by=by)
    _hold(by)
    key = _sources(by)
    settle_rules(by=by, root=next(one for one in made.units_on(today).values() if one.kind.rank == 0))
    _devices(made, by, today)
    _counts(by, today)
    _remote_sessions(by, today)
    install_shipped(by=by, city=made.city)
    return key


def _hold(by: Principal) -> None:
    """Keep the three samples of the audit's report searchable: without a hold the first night would lay them aside."""
    data = HoldData(
        title="包括外部監査（報告書004）が見た操作ログ",
        reason="監査の報告書にある三つの事例を、後から確かめられるように残す",
        since=SAMPLES[0].replace(day=1),
        until=SAMPLES[-1],
    )
    order_hold(by=by, data=data)


def settle_rules(*, by: Principal, root: Unit) -> None:
    """Settle what rules ask: the lists, and when the offices are on duty."""
    _lists(by)
    set_duty_hours(by=by, unit=root, week=[(day, _OPENS, _CLOSES) for day in range(5)])


def _sources(by: Principal) -> str:
    protocol, dialect = Source.Protocol, Source.Dialect
    register_source(
        by=by, code=AGENTS, protocol=protocol.OCS,
        settings=SourceSettings("OCS Inventoryエージェント", retention_class="inventory", keep_raw_days=7),
    )  # fmt: skip
    _, key = register_source(
        by=by, code=LOGS, protocol=protocol.JSON_LINES, settings=SourceSettings("操作ログ（資産管理ソフト）")
    )
    register_source(
        by=by, code=PROXY, protocol=protocol.JSON_LINES, settings=SourceSettings("Webフィルタリング")
    )
    register_source(by=by, code=MAIL, protocol=protocol.OTLP, settings=SourceSettings("メールの中継サーバ"))
    register_source(
        by=by, code="windows", protocol=protocol.JSON_LINES,
        settings=SourceSettings("Windowsイベント（Sysmon）", dialect=dialect.WINDOWS),
    )  # fmt: skip
    register_source(
        by=by, code=FORWARDED, protocol=protocol.SYSLOG,
        settings=SourceSettings("サーバのsyslog", networks=("127.0.0.0/8",)),
    )  # fmt: skip
    return key


def _lists(by: Principal) -> None:
    apps = {name for name, _ in words.APPS} | a33.APPROVED_TITLES
    for code, values in (
        ("approved_hosts", ["*.lg.jp", "*.go.jp", *words.SITES]),
        ("approved_addresses", [f"@{DOMAIN}", "@*.lg.jp", *words.PARTNERS]),
        ("approved_apps", sorted(apps)),
        ("folders", [r"\\fs01\戸籍住民企画課\05_台帳", r"\\fs01\人事課\10_引継ぎ"]),
        ("keywords", ["極秘", "住所録_全件", "児童名簿"]),
    ):
        entries = [NewEntry(value) for value in dict.fromkeys(values)]
        replace_entries(by=by, code=code, entries=entries, version=list_for(by, code).version)


def _devices(made: DemoCity, by: Principal, today: date) -> None:
    units = [unit for unit in made.units_on(today).values() if unit.kind.answers_sheets]
    holders = [unit for unit in units if stick_of(unit.code)]
    for n, unit in enumerate(holders, start=1):
        data = DeviceData(
            kind=DeviceKind.USB_MEMORY,
            name="BUFFALO USB Flash Disk",
            vendor_id="0411",
            product_id="0105",
            serial=stick_of(unit.code),
            number=f"USB-{n:04d}",
            starts_on=date(today.year - (today.month < 4), 4, 1),
            ends_on=date(today.year + (today.month >= 4), 3, 31),
            purpose="所管業務のデータの受渡し",
        )
        register_device(by=by, unit=unit, data=data)
    a_month_ago = made.system(today - timedelta(days=31))  # the month that is lived through falls under it
    policy = draft_policy(by=a_month_ago)
    policy = save_lines(
        by=a_month_ago,
        policy=policy,
        lines=DEFAULT_LINES,
        note="情報資産取扱要綱により、許可した媒体に限る",
        version=policy.version,
    )
    publish_policy(by=a_month_ago, policy=policy, version=policy.version)


def _counts(by: Principal, today: date) -> None:
    """Licences, and A33 as it was printed."""
    year = date(today.year - (today.month < 4), 4, 1)
    for name, pattern, count in (
        ("Microsoft Office LTSC Standard 2024", "Microsoft Office LTSC Standard 2024", 2_600),
        (a33.ANTIVIRUS, "ウイルスバスター*", a33.PRINTED_TOTAL),
        ("AutoCAD LT", "AutoCAD LT*", 60),
        ("一太郎", "一太郎*", 3_000),
    ):
        add_licence(by=by, data=LicenceData(name, pattern, count, year))
    kind, procurement = Terminal.Kind, Terminal.Procurement
    clients = (kind.DESKTOP, kind.NOTEBOOK)
    open_reconciliation(
        by=by,
        title="ウイルス対策ソフトの数量と端末の台数",
        statement="包括外部監査の質問回答（A33）の表「5 計 3,118台」",
        as_of=today,
        printed_total=a33.PRINTED_TOTAL,
        rows=[
            RowData("仮想サーバ（情報政策課）", a33.VIRTUAL_SERVERS, (kind.VIRTUAL_SERVER,)),
            RowData(
                "クライアント［デスクトップ］（情報政策課）",
                a33.DESKTOPS,
                (kind.DESKTOP,),
                procurement.CENTRAL,
            ),
            RowData(
                "クライアント［ノートパソコン］（情報政策課）",
                a33.NOTEBOOKS,
                (kind.NOTEBOOK,),
                procurement.CENTRAL,
            ),
            RowData("クライアント（各課購入）※予備含む", a33.BY_SECTIONS, clients, procurement.SECTION),
        ],
    )


def _remote_sessions(by: Principal, today: date) -> None:
    for days, number, kind, reason in (
        (2, "PC00120", RemoteSession.Kind.OPERATE, "プリンターの設定の変更（利用者の依頼）"),
        (5, "PC00871", RemoteSession.Kind.VIEW, "表計算の操作の説明"),
        (9, "KB0100", RemoteSession.Kind.OPERATE, "更新プログラムが失敗した原因の調査"),
    ):
        begins = datetime.combine(today - timedelta(days=days), time(14, 10), JAPAN)
        data = RemoteData(
            terminal=number,
            kind=kind,
            operator="情報基盤課 ヘルプデスク",
            begins_at=begins,
            ends_at=begins + timedelta(minutes=25),
            reason=reason,
            told=RemoteSession.Told.BEFORE,
        )
        record_remote_session(by=by, data=data)
