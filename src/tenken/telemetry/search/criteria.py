"""What is searched for: the conditions of one search, as they are typed, kept and told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from tenken.common.clock import JAPAN
from tenken.telemetry.events.operations import BY_CODE

DISPOSITIONS: Final = {"allowed": "許可", "blocked": "禁止", "overridden": "解除して利用"}
DRIVES: Final = {
    "fixed": "内蔵ディスク",
    "removable": "外部媒体",
    "network": "サーバ",
    "optical": "光学ディスク",
}


@dataclass(frozen=True)
class Criteria:
    """``since`` and ``until`` are aware (until is not in it). ``unit``: a ``Unit`` with all below it and all it came
    from; ``person``: 職員番号; ``device``: 端末機番号; ``operations``: codes, any of them; '' or () asks for nothing."""

    since: datetime
    until: datetime
    words: str = ""
    unit: int | None = None
    person: str = ""
    device: str = ""
    operations: tuple[str, ...] = ()
    disposition: str = ""
    off_hours: bool = False
    drive: str = ""
    source: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return what a record keeps: only what was asked for."""
        kept = {name: value for name, value in asdict(self).items() if value not in ("", None, (), False)}
        return kept | {
            "since": self.since.astimezone(UTC).isoformat(),
            "until": self.until.astimezone(UTC).isoformat(),
            **({"operations": list(self.operations)} if self.operations else {}),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Criteria:
        """Return what :meth:`as_json` kept."""
        known = {one.name for one in fields(cls)}
        values = {name: value for name, value in kept.items() if name in known}
        values["since"] = datetime.fromisoformat(values["since"])
        values["until"] = datetime.fromisoformat(values["until"])
        values["operations"] = tuple(values.get("operations", ()))
        return cls(**values)

    def summary(self, unit_name: str = "") -> str:
        """Return the conditions in words, at most 500 characters."""
        parts = [period_words(self.since, self.until)]
        for label, value in (
            ("語", self.words),
            ("所属", unit_name),
            ("職員", self.person),
            ("端末", self.device),
            ("操作", "・".join(BY_CODE[code].label if code in BY_CODE else code for code in self.operations)),
            ("制御", DISPOSITIONS.get(self.disposition, self.disposition)),
            ("ドライブ", DRIVES.get(self.drive, self.drive)),
            ("送信元", self.source),
        ):
            if value:
                parts.append(f"{label}「{value}」")
        if self.off_hours:
            parts.append("執務時間外だけ")
        told = "、".join(parts)
        return told if len(told) <= 500 else f"{told[:499]}…"

    @property
    def days(self) -> tuple[date, date] | None:
        """Return the first and the last day in Japan when the period is made of whole days."""
        starts, ends = self.since.astimezone(JAPAN), self.until.astimezone(JAPAN)
        if starts.time() != time.min or ends.time() != time.min:
            return None
        return starts.date(), ends.date() - timedelta(days=1)


def midnight(day: date) -> datetime:
    """Return when *day* begins in Japan."""
    return datetime.combine(day, time.min, JAPAN)


def of_days(first: date, last: date, **more: Any) -> Criteria:
    """Return criteria for the days from *first* to *last* in Japan, both included."""
    return Criteria(since=midnight(first), until=midnight(last + timedelta(days=1)), **more)


def period_words(since: datetime, until: datetime) -> str:
    """Return 「2020-12-01」, 「2020-12-01～2020-12-31」 or, when the days are not whole, with times."""
    starts, ends = since.astimezone(JAPAN), until.astimezone(JAPAN)
    if starts.time() == time.min and ends.time() == time.min:
        last = ends.date() - timedelta(days=1)
        return f"{starts:%Y-%m-%d}" if last == starts.date() else f"{starts:%Y-%m-%d}～{last:%Y-%m-%d}"
    return f"{starts:%Y-%m-%d %H:%M}～{ends:%Y-%m-%d %H:%M}"
