"""Imports that write are jobs: the file was shown as a difference, is kept, and is written by a worker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from tenken.common.refusals import Denied, Missing
from tenken.files.models import StoredFile
from tenken.files.operations import open_file
from tenken.jobs.models import Job
from tenken.jobs.operations import progress
from tenken.jobs.registry import Result, register_job
from tenken.organization.access import Principal, principal_of
from tenken.organization.models import Person

ORGANIZATION, REORGANIZATION, TRANSFERS = (
    "organization.import",
    "organization.reorganization",
    "organization.transfers",
)


def register_jobs() -> None:
    """Tell the jobs room who does this room's kinds."""
    register_job(ORGANIZATION, import_organization)
    register_job(REORGANIZATION, reorganize)
    register_job(TRANSFERS, transfer)


def import_organization(job: Job) -> Result:
    """Write a file of 組織 and 職員 that was agreed to."""
    from tenken.organization.imports import apply_organization_file, read_organization_file

    by, name, content = _begun(job)
    progress(job, 0, 1, "取り込んでいます")
    found = apply_organization_file(
        by=by,
        file=read_organization_file(name, content),
        on=date.fromisoformat(job.arguments["on"]),
        shown=job.arguments["shown"],
    )
    progress(job, 1, 1)
    told = "、".join(
        f"{sheet}は追加{counts['追加']}件・変更{counts['変更']}件"
        for sheet in ("組織", "職員")
        if (counts := found.counts(sheet))
    )
    return Result(f"取り込みました。{told}。")


def reorganize(job: Job) -> Result:
    """Do a 組織改正一覧 that was agreed to."""
    from tenken.organization.imports import apply_reorganization_file, read_reorganization_file

    by, name, content = _begun(job)
    found = apply_reorganization_file(
        by=by,
        file=read_reorganization_file(name, content),
        shown=job.arguments["shown"],
        tell=_teller(job),
    )
    return Result(f"組織を改めました。{_told(found.counts())}。")


def transfer(job: Job) -> Result:
    """Write a 人事異動 list that was agreed to."""
    from tenken.organization.imports import apply_transfer_file, read_transfer_file

    by, name, content = _begun(job)
    found = apply_transfer_file(
        by=by,
        file=read_transfer_file(name, content),
        shown=job.arguments["shown"],
        last_day=bool(job.arguments["last_day"]),
        tell=_teller(job),
    )
    slips = "「パスワードの発行」から、初期パスワード票を印刷してください。" if found.joiners else ""
    return Result(f"人事異動を取り込みました。{_told(found.counts())}。{slips}")


def _told(counts: dict[str, int]) -> str:
    return "、".join(f"{what}{number:,}件" for what, number in counts.items() if number)


def _teller(job: Job) -> Callable[[int, int, str], None]:
    def tell(done: int, total: int, message: str) -> None:
        progress(job, done, total, message)

    return tell


def _begun(job: Job) -> tuple[Principal, str, bytes]:
    """Return who asked, as they are now, and the name and content of the file they asked to write."""
    asked = Person.objects.select_related("city", "account").filter(
        city__code=job.city_code, number=job.requested_by
    )
    person = asked.first()
    if person is None:
        raise Denied("この処理を依頼した職員がいません。")
    stored = StoredFile.objects.filter(city_code=job.city_code, pk=_key(job.arguments)).first()
    if stored is None:
        raise Missing("取り込むファイルがありません。")
    with open_file(stored) as file:
        return principal_of(person), stored.name, file.read()


def _key(arguments: dict[str, Any]) -> int:
    return int(arguments["file"])
