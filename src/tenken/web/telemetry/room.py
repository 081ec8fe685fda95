"""The pages of the room, by heading: those that stand and that the reader may open."""

from __future__ import annotations

from typing import Any, Final

from tenken.organization.access import Principal
from tenken.organization.capabilities import Capability
from tenken.telemetry.permissions import (
    MANAGE_RETENTION,
    MANAGE_RULES,
    MANAGE_SOURCES,
    SEARCH_EVENTS,
    VIEW_ALERTS,
    VIEW_DEVICES,
    VIEW_SEARCHES,
    VIEW_TERMINALS,
)
from tenken.web.addresses import address

_MAP: Final = "端末の状況"
_LEDGER: Final = "端末台帳"
_COUNTS: Final = "台数の突合"
# Whoever holds it for a part of the city only is refused there.
_OF_THE_CITY: Final = {MANAGE_SOURCES, MANAGE_RULES, MANAGE_RETENTION}
# (heading, ((label, the names of its page and of others it is the way to, who may), …))
_PAGES: Final[tuple[tuple[str, tuple[tuple[str, tuple[str, ...], Capability], ...]], ...]] = (
    (
        "状況",
        (
            (_MAP, ("telemetry-boards",), VIEW_TERMINALS),
            ("操作の件数", ("telemetry-counts",), VIEW_TERMINALS),
            ("上位の端末と人", ("telemetry-talkers",), VIEW_TERMINALS),
            ("先週からの変化", ("telemetry-changes",), VIEW_TERMINALS),
            ("アラート", ("telemetry-alerts",), VIEW_ALERTS),
            ("インシデント", ("telemetry-incidents",), VIEW_ALERTS),
            ("操作ログの検索", ("telemetry-search",), SEARCH_EVENTS),
            ("閲覧の抜取り", ("telemetry-samples",), VIEW_ALERTS),
            ("フィルタリングの解除", ("telemetry-overrides",), VIEW_TERMINALS),
            ("検索の記録", ("telemetry-search-records",), VIEW_SEARCHES),
        ),
    ),
    (
        "端末",
        (
            (_LEDGER, ("telemetry-terminals", "telemetry-support", "telemetry-doubts"), VIEW_TERMINALS),
            ("ソフトウェア", ("telemetry-software",), VIEW_TERMINALS),
            ("ライセンス", ("telemetry-licences",), VIEW_TERMINALS),
            (_COUNTS, ("telemetry-reconciliations",), VIEW_TERMINALS),
        ),
    ),
    (
        "外部媒体",
        (
            ("使用制限", ("telemetry-devices",), VIEW_DEVICES),
            ("許可した媒体", ("telemetry-approved",), VIEW_DEVICES),
            ("使用の状況", ("telemetry-compliance", "telemetry-attached"), VIEW_DEVICES),
            ("設定ファイル", ("telemetry-handouts",), VIEW_DEVICES),
            ("リモート保守", ("telemetry-remote",), VIEW_DEVICES),
        ),
    ),
    (
        "設定",
        (
            ("検知ルール", ("telemetry-rules",), VIEW_ALERTS),
            ("リスト", ("telemetry-lists", "telemetry-duty"), MANAGE_RULES),
            ("送信元", ("telemetry-sources",), MANAGE_SOURCES),
            ("CSVの対応づけ", ("telemetry-mappings",), MANAGE_SOURCES),
            ("受信の状態", ("telemetry-reception",), MANAGE_SOURCES),
            ("読み取れなかった受信", ("telemetry-quarantine",), MANAGE_SOURCES),
            ("保存", ("telemetry-retention",), MANAGE_RETENTION),
        ),
    ),
)


def room_nav(by: Principal, path: str) -> list[dict[str, Any]]:
    """Return the menu of the room for the left column. *path*: the address that is open; its page is current, or the one
    it lies below."""
    lists = {
        label: [address(name) for name in names]
        for _, pages in _PAGES
        for label, names, capability in pages
        if by.everywhere(capability)
        or (by.holds(capability) and label != _COUNTS and capability not in _OF_THE_CITY)
    }
    under = {
        label: max((len(url) for url in urls if path.startswith(url)), default=0)
        for label, urls in lists.items()
    }
    here = max((label for label in under if under[label]), key=under.__getitem__, default="")
    if here == _MAP and path != lists[_MAP][0] and not path.startswith(f"{lists[_MAP][0]}board/"):
        here = _LEDGER  # the addresses of single terminals lie beside the ledger's
    groups = [
        {
            "heading": heading,
            "items": [
                {"label": label, "url": lists[label][0], "current": label == here}
                for label, _, _ in pages
                if label in lists
            ],
        }
        for heading, pages in _PAGES
    ]
    return [group for group in groups if group["items"]]
