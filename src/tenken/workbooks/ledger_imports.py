"""Files of the ledgers of terminals, written after their difference was seen: a short one at once, a long one by a job."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import transaction

from tenken.common.refusals import Missing
from tenken.files.kinds import TABLE_KINDS
from tenken.files.models import StoredFile
from tenken.files.operations import open_file, store
from tenken.jobs.models import Job
from tenken.jobs.operations import progress, start
from tenken.jobs.registry import Result
from tenken.organization.access import Principal, require_somewhere
from tenken.telemetry.permissions import MANAGE_TERMINALS
from tenken.workbooks.jobs import asked_by
from tenken.workbooks.ledger_files import Difference, apply_difference, rows_shown
from tenken.workbooks.licence_ledger import licence_difference
from tenken.workbooks.support_dates import support_difference
from tenken.workbooks.terminal_ledger import terminal_difference

LEDGER_JOB: Final = "workbooks.ledger"
# More rows than these are written by a job.
MOST_AT_ONCE: Final = 300


@dataclass(frozen=True)
class Ledger:
    """A ledger that comes as a file: its name, and what makes a file's difference of it."""

    key: str
    name: str
    difference: Callable[..., Difference]


TERMINALS: Final = Ledger("terminals", "端末台帳", terminal_difference)
LICENCES: Final = Ledger("licences", "ライセンス", licence_difference)
SUPPORT: Final = Ledger("support", "サポート終了日の表", support_difference)
_LEDGERS: Final = {ledger.key: ledger for ledger in (TERMINALS, LICENCES, SUPPORT)}


def apply_file(*, by: Principal, ledger: Ledger, name: str, content: bytes, shown: str) -> Difference | Job:
    """Write a file whose difference was *shown* (its digest), all of it or nothing: return what was written, or the job
    that writes it where the file is long. ``Stale`` with the rows that changed meanwhile."""
    require_somewhere(by, MANAGE_TERMINALS)
    if rows_shown(shown) > MOST_AT_ONCE:
        return _ask(by, ledger, name, content, shown)
    found = ledger.difference(by=by, name=name, content=content, on=by.on)
    apply_difference(by=by, found=found, shown=shown)
    return found


@transaction.atomic
def _ask(by: Principal, ledger: Ledger, name: str, content: bytes, shown: str) -> Job:
    stored = store(
        by=by,
        city_code=by.city_code,
        name=name,
        stream=io.BytesIO(content),
        subject=("workbooks.ledger", ledger.key),
        allowed=TABLE_KINDS,
    )
    return start(
        by=by,
        city_code=by.city_code,
        kind=LEDGER_JOB,
        title=f"{ledger.name}の取込み（{stored.name}）",
        arguments={"ledger": ledger.key, "file": stored.pk, "shown": shown, "on": by.on.isoformat()},
    )


def write_ledger(job: Job) -> Result:
    """Write what was shown of a file, as whoever asked for it. Done again after a stop it writes what is missing: nothing
    or all of it is there."""
    said = job.arguments
    by, ledger = asked_by(job), _LEDGERS[said["ledger"]]
    stored = StoredFile.objects.filter(city_code=job.city_code, pk=said["file"]).first()
    if stored is None:
        raise Missing("取り込むファイルがありません。")
    progress(job, 0, rows_shown(said["shown"]), "ファイルを読んでいます")
    with open_file(stored) as file:
        content = file.read()
    found = ledger.difference(by=by, name=stored.name, content=content, on=date.fromisoformat(said["on"]))
    apply_difference(
        by=by,
        found=found,
        shown=said["shown"],
        told=lambda done, total: progress(job, done, total, "取り込んでいます"),
    )
    return Result(f"{ledger.name}に取り込みました（{found.told()}）。")
