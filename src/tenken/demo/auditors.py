"""監査人の名簿: four employees and two from outside, what they hold, what binds them; and who is able to audit something."""

from __future__ import annotations

from datetime import date, timedelta

from tenken.audit.competence.operations import (
    add_conflict,
    add_experience,
    add_qualification,
    save_auditor,
)
from tenken.audit.competence.queries.register import appointable
from tenken.audit.engagements.operations import appoint
from tenken.audit.engagements.queries.scope import vendor_of
from tenken.audit.models import Auditor, Engagement
from tenken.common.fiscal_year import FiscalYear
from tenken.demo import plan
from tenken.demo.city import DemoCity
from tenken.demo.data_files import digest
from tenken.demo.names import name_of
from tenken.organization.access import Principal

ACCOUNTS = ("kansa01", "kansa02")
REGISTER_FROM = date(2014, 4, 1)
_OUTSIDE = (9_001, 9_002)  # numbers of invented people that nobody in the city has
_COMPANY = "株式会社みどり監査パートナーズ"
_FORMER_EMPLOYER = "東雲ソリューションズ株式会社"


def register_auditors(made: DemoCity, today: date) -> None:
    """Register who audits from FY2014 on: the two employees of then, and two from outside."""
    by = made.system(REGISTER_FROM)
    then = [made.holder(plan.post_of(account), REGISTER_FROM).pk for account in ACCOUNTS]
    first, second = (
        save_auditor(by=by, auditor=None, person_id=person, valid_from=REGISTER_FROM) for person in then
    )
    lead, other = (
        save_auditor(
            by=by,
            auditor=None,
            name=name_of(number)[0],
            organization_name=_COMPANY,
            valid_from=REGISTER_FROM,
        )
        for number in _OUTSIDE
    )
    _holds(by, first, "AU", date(2011, 6, 24), None)
    _holds(by, second, "CISA", date(2010, 9, 1), date(2016, 8, 31))  # ran out
    _holds(by, lead, "CAIS-LEAD", date(2009, 10, 1), None)
    _holds(by, other, "CISA", date(2012, 2, 1), today + timedelta(days=400))
    add_conflict(
        by=by,
        auditor=other,
        vendor=_FORMER_EMPLOYER,
        reason="この会社に勤めていた。",
        starts_on=date(2012, 4, 1),
    )


def register_todays(made: DemoCity, today: date) -> None:
    """Register the two employees who audit today, where they are not those of FY2014."""
    day = FiscalYear.of(today).previous.starts_on
    by = made.system(day)
    people = [made.holder(plan.post_of(account), today) for account in ACCOUNTS]
    known = set(Auditor.objects.filter(person__in=people).values_list("person_id", flat=True))
    held = (
        ("CAIS", today - timedelta(days=1_050), today + timedelta(days=45)),  # runs out soon
        ("AU", today - timedelta(days=1_500), None),
    )
    for person, (kind, obtained, expires) in zip(people, held, strict=True):
        if person.pk not in known:
            auditor = save_auditor(by=by, auditor=None, person_id=person.pk, valid_from=day)
            _holds(by, auditor, kind, obtained, expires)


def _holds(by: Principal, auditor: Auditor, kind: str, obtained: date, expires: date | None) -> None:
    """Record a qualification, and that its holder has audited since."""
    add_qualification(
        by=by,
        auditor=auditor,
        kind=kind,
        number=f"{kind}-{obtained.year}-{1_000 + digest(kind, auditor.name) % 9_000}",
        obtained_on=obtained,
        expires_on=expires,
    )
    add_experience(
        by=by,
        auditor=auditor,
        what="情報システム監査・情報セキュリティ監査",
        auditing=True,
        starts_on=obtained,
    )


def man(made: DemoCity, engagement: Engagement, on: date, *, outside: bool = False) -> Principal:
    """Appoint who is able to: a lead and a second; return the employee of them who keeps the record, as on *on*.

    *outside*: somebody from outside leads. Employees come first; nobody who has an interest.
    """
    day = max(on, engagement.starts_on)
    rows = appointable(made.city, engagement.unit, vendor_of(engagement), day, max(day, engagement.ends_on))
    able = [row for row in rows if not row.conflict]
    leads = [row.auditor for row in able if row.competence]
    holders = [made.holder(plan.post_of(account), on) for account in ACCOUNTS]
    lead = min(leads, key=lambda one: ((one.person is None) != outside, one.person not in holders, one.pk))
    second = next(row.auditor for row in able if row.auditor.person in holders and row.auditor.pk != lead.pk)
    by = made.acting(plan.secretariat_post(), on)
    for auditor, part in ((lead, "lead"), (second, "member")):
        appoint(by=by, engagement=engagement, auditor_id=auditor.pk, part=part, valid_from=on, on=on)
    engagement.refresh_from_db()
    keeper = next(account for account in ACCOUNTS if made.holder(plan.post_of(account), on) == second.person)
    return made.acting(plan.post_of(keeper), on)
