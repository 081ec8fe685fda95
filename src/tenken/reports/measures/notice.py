"""措置の通知: the letter under which the mayor tells the audit commissioners what was done (地方自治法第199条第14項)."""

from __future__ import annotations

from datetime import date

from tenken.common.era import era_date
from tenken.common.fiscal_year import FiscalYear
from tenken.findings.models import ReportingDate
from tenken.findings.queries.measures import measures_table
from tenken.organization.access import Principal
from tenken.reports.blocks import Letter, LetterItem, Paper
from tenken.reports.measures.reading import readable_report

CODE = "measures-notice"


def of(by: Principal, key: int, as_of: date) -> Paper:
    """Return the notice of an audit report's measures as of a day, dated when they were told (else that day)."""
    report = readable_report(by, key, as_of)
    table = measures_table(report.city, report, as_of)
    told = ReportingDate.objects.filter(report=report, as_of=as_of).first()
    dated = told.told_on if told and told.told_on else as_of
    latest = table.latest
    subject = f"{FiscalYear(table.fiscal_year)}{table.kind}の結果に基づく措置について（通知）"
    letter = Letter(
        number=told.document_number if told else "",
        issued_on=dated,
        section=f"{report.city.name}監査委員",
        addressee=f"{report.city.name}監査委員",
        sender=f"{report.city.name}長",
        subject=subject,
        body=("このことについて、監査の結果に基づき措置を講じた内容を、下記のとおり通知します。",),
        items=(
            LetterItem("監査の種類", table.kind),
            LetterItem("監査のテーマ", table.theme),
            LetterItem("監査対象", table.target),
            LetterItem("措置の基準日", era_date(as_of)),
            LetterItem(
                "措置の状況",
                f"{len(table.answered)}件",
                (
                    f"措置済　{latest['done']}件（うち予定を含むもの　{table.promised}件）",
                    f"継続努力　{latest['continuing']}件",
                    f"検討中　{latest['considering']}件",
                    f"未着手　{latest['']}件",
                ),
            ),
            LetterItem("措置の内容", "別添「措置状況等の報告」のとおり"),
        ),
    )
    return Paper(
        code=CODE,
        title=f"{FiscalYear(table.fiscal_year)}{table.kind}　措置の通知",
        number="",
        city_name=report.city.name,
        issued_on=dated,
        fiscal_year=table.fiscal_year,
        header="措置の通知",
        blocks=(letter,),
    )
