"""The policy over time: a second version of the standard, and the ministry's guideline by edition."""

from __future__ import annotations

from datetime import date

from tenken.demo.city import DemoCity
from tenken.policy import sealing
from tenken.policy.guideline_data import default_guideline
from tenken.policy.models import Clause, PolicyDocument
from tenken.policy.operations import (
    ClauseInput,
    change_clause,
    import_guideline,
    publish_version,
    start_draft,
)

REVISED_ON = date(2015, 4, 1)
_DECIDED_ON = date(2015, 3, 20)
_REASON = (
    "USBメモリの紛失が続いたため、用途を持ち出しと受渡しに限り、自動で暗号化するものだけを使うことにした。"
)
_CHANGED = {
    "S3-3-2-1": (
        "重要性分類S、Ⅰ、Ⅱの行政情報が入った外部記録媒体は、鍵のかかる安全な場所に置くなどして適切に管理し、"
        "保管の状況と、毎月末に2人で台帳と現物を照らし合わせた結果を記録しなければならない。"
    ),
    "S3-3-2-6": (
        "まだ使っていない外部記録媒体も、無断の持ち出しや漏えいに使われないよう、適切に管理しなければならない。"
        "USBメモリは、行政情報の持ち出しと受渡しにだけ使い、自動で暗号化するものに限る。"
    ),
}


def revise_standard(made: DemoCity) -> None:
    """Put version 1.1 of the 対策基準 into force on 1 April 2015: two clauses on media, after the USB measures."""
    by = made.system(_DECIDED_ON)
    document = PolicyDocument.objects.get(city=made.city, kind=PolicyDocument.Kind.STANDARD)
    draft = start_draft(
        by=by,
        document=document,
        number="1.1",
        effective_from=REVISED_ON,
        reason=_REASON,
        on=_DECIDED_ON,
    )
    for clause in Clause.objects.filter(version=draft, code__in=_CHANGED):
        change_clause(
            by=by,
            clause=clause,
            seen=sealing.clause_mark(clause),
            typed=ClauseInput(
                clause.number,
                clause.heading,
                _CHANGED[clause.code],
                clause.binds,
                clause.nature,
                clause.refines,
            ),
            on=_DECIDED_ON,
        )
    draft.refresh_from_db()
    publish_version(by=by, version=draft, seen=sealing.version_mark(draft), on=_DECIDED_ON)


def import_guidelines(made: DemoCity, on: date) -> None:
    """Take in every edition of the ministry's guideline that the product knows."""
    import_guideline(by=made.system(on), data=default_guideline(), on=on)
