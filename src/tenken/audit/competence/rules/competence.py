"""Who may lead an audit (document 004, A39; document 003 (10)2: 専門知識を有する者).

One of the qualifications marked ``leads`` in ``defaults/qualifications.yaml``, valid on the day; システム監査技術者 besides with
two years of system or security audits after it was obtained. A city may let years of auditing count instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from tenken.audit.competence.kinds import OTHER, qualification_kinds, qualification_name
from tenken.common.era import era_date

# Two years without a 29 February are 730 days, not 730.5.
_YEAR, _TOLERANCE = 365.25, 0.003


@dataclass(frozen=True)
class Held:
    """A qualification somebody holds: valid from ``obtained_on`` to ``expires_on`` (that day included; None: for good)."""

    kind: str
    obtained_on: date
    expires_on: date | None = None
    named: str = ""


@dataclass(frozen=True)
class Worked:
    """What somebody did, from–to (both days included; None: still). ``auditing``: audits of systems or of security."""

    starts_on: date
    ends_on: date | None
    auditing: bool = True


@dataclass(frozen=True)
class Competence:
    """Whether somebody may lead an audit on a day, and why, or why not."""

    may_lead: bool
    because: str

    def __bool__(self) -> bool:
        return self.may_lead


def competence(
    held: Iterable[Held], worked: Iterable[Worked], on: date, *, instead_years: int | None = None
) -> Competence:
    """Return whether somebody with *held* and *worked* may lead an audit on a date. *instead_years*: years of auditing
    that the city lets count instead of a qualification; None: none do."""
    audits = [one for one in worked if one.auditing]
    lacking: list[str] = []
    for one in sorted(held, key=lambda one: one.obtained_on):
        why_not = _lacks(one, audits, on)
        if why_not is None:
            return Competence(True, f"「{qualification_name(one.kind, one.named)}」を持っています。")
        lacking.append(why_not)
    years = years_of(audits, on)
    if instead_years is not None and years >= instead_years:
        return Competence(True, f"監査の実務経験が{instead_years}年以上あります。")
    wanted = f"（実務経験は{years:.1f}年、市の決まりは{instead_years}年以上）" if instead_years else ""
    return Competence(False, "".join(lacking) or f"主任監査人の資格要件を満たす資格がありません{wanted}。")


def years_of(worked: Iterable[Worked], on: date, since: date = date.min) -> float:
    """Return how many years of *worked* lie between *since* and *on* (that day included); what overlaps counts once."""
    spans = sorted(
        (max(one.starts_on, since), min(one.ends_on or on, on)) for one in worked if one.starts_on <= on
    )
    days, reached = 0, date.min
    for starts, ends in spans:
        begins = max(starts, reached)
        if ends >= begins:
            days += (ends - begins).days + 1
            reached = ends + timedelta(days=1)
    return days / _YEAR


def _lacks(one: Held, audits: list[Worked], on: date) -> str | None:
    """Return what a qualification lacks to let its holder lead; None: nothing."""
    name = qualification_name(one.kind, one.named)
    known = qualification_kinds().get(one.kind, qualification_kinds()[OTHER])
    if not known.leads:
        return f"「{name}」は、主任監査人の資格要件に含まれません。"
    if one.obtained_on > on:
        return f"「{name}」の取得は{era_date(one.obtained_on)}です。"
    if one.expires_on is not None and one.expires_on < on:
        return f"「{name}」の有効期限は{era_date(one.expires_on)}でした。"
    if known.years and (years := years_of(audits, on, one.obtained_on)) + _TOLERANCE < known.years:
        return f"「{name}」は、取得後{known.years}年以上の監査の実務経験が必要です（記録は{years:.1f}年）。"
    return None
