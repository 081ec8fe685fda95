"""Each night: ended months are laid aside, restored ones taken out again, months whose time is over deleted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from functools import partial
from typing import Final

from tenken.common.refusals import Refusal
from tenken.jobs.models import Job
from tenken.jobs.operations import progress, start
from tenken.jobs.registry import Result
from tenken.organization.access import Principal, principal_of, system_principal
from tenken.organization.models import City, Person
from tenken.telemetry.models import Archive, RetentionClass
from tenken.telemetry.retention import hits, operations, queries
from tenken.telemetry.store import store

NIGHT: Final = time(2, 30)
NIGHTLY: Final = "telemetry.retention"
RESTORE: Final = "telemetry.archive.restore"


def cities_with_events(day: date) -> list[str]:
    """Return the codes of the cities that have retention classes: without, nothing is received yet."""
    return sorted(set(RetentionClass.objects.values_list("city__code", flat=True)))


def ask_for_night(city_code: str, day: date) -> None:
    """Ask for the night's work as a job: it takes long, and must not hold the transaction of the daily work."""
    city = City.objects.get(code=city_code)
    start(
        by=system_principal(city, "retention", on=day),
        city_code=city_code,
        kind=NIGHTLY,
        title="操作ログの保管と削除",
        arguments={"day": day.isoformat()},
    )


def run_night(job: Job) -> Result:
    """Do what is due on ``day``. One month's trouble does not stop another's; it is told at the end."""
    day = date.fromisoformat(job.arguments["day"])
    city = City.objects.get(code=job.city_code)
    by = system_principal(city, "retention", on=day)
    said: list[str] = []
    archives, deletions, restored = queries.due(city, day)
    steps = len(archives) + len(deletions) + len(restored)
    done = 0

    def attempt(words: str, function: Callable[[], object]) -> None:
        nonlocal done
        progress(job, done, steps, words)
        try:
            function()
        except Refusal as refusal:
            said.append(f"{words}：{refusal.message}")
        done += 1

    for due in archives:
        attempt(
            f"{due.month:%Y年%-m月}の保管",
            partial(operations.archive_month, by=by, retention=due.retention, month=due.month),
        )
    for archive in restored:
        attempt(
            f"{archive.month:%Y年%-m月}の復元の終了",
            partial(operations.remove_restored, by=by, archive=archive),
        )
    for due in queries.due(city, day)[1]:  # what was laid aside just now may go
        attempt(
            f"{due.month:%Y年%-m月}の削除",
            partial(operations.delete_month, by=by, retention=due.retention, month=due.month),
        )
    for month in hits.due_hits(city, day):
        attempt(f"{month:%Y年%-m月}の{hits.NAME}の削除", partial(hits.delete_hits, by=by, month=month))
    operations.drop_old_raw(store(), job.city_code, day)
    progress(job, 1, 1)
    return Result("。".join(said) or f"保管{len(archives)}月、削除{len(deletions)}月")


def ask_to_restore(*, by: Principal, archive: Archive, purpose: str) -> Job:
    """Ask for an archive to be restored by a worker."""
    return start(
        by=by,
        city_code=by.city_code,
        kind=RESTORE,
        title=f"操作ログの復元：{archive.month:%Y年%-m月}",
        arguments={"archive": archive.pk, "purpose": purpose},
    )


def restore(job: Job) -> Result:
    """Restore an archive, as whoever asked for it. Arguments: ``archive``, ``purpose``."""
    person = Person.objects.select_related("city").get(number=job.requested_by, city__code=job.city_code)
    archive = Archive.objects.get(pk=job.arguments["archive"], city__code=job.city_code)
    total = archive.rows
    operations.restore_archive(
        by=principal_of(person),
        archive=archive,
        purpose=job.arguments["purpose"],
        told=lambda rows: progress(job, rows, total),
    )
    return Result(f"{total:,}件を復元しました。{operations.RESTORED_DAYS}日後に自動で消えます。")
