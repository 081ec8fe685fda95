"""Finding stored files. Who may reach the subject may reach its files: the caller decides that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from tenken.common.refusals import Missing
from tenken.files.models import StoredFile


def files_of(city_code: str, subject: tuple[str, object]) -> list[StoredFile]:
    """Return the files of one subject, oldest first."""
    found = StoredFile.objects.filter(
        city_code=city_code, subject_type=subject[0], subject_id=str(subject[1])
    )
    return list(found.order_by("pk"))


def files_of_many(
    city_code: str, subject_type: str, subject_ids: Iterable[object]
) -> dict[str, list[StoredFile]]:
    """Return the files of many subjects of one type by the subject's id, in one query."""
    by_subject: dict[str, list[StoredFile]] = defaultdict(list)
    ids = [str(key) for key in subject_ids]
    found = StoredFile.objects.filter(
        city_code=city_code, subject_type=subject_type, subject_id__in=ids
    ).order_by("pk")
    for row in found:
        by_subject[row.subject_id].append(row)
    return dict(by_subject)


def get_file(city_code: str, key: int) -> StoredFile:
    """Return one file of a city. ``Missing`` when there is none."""
    row = StoredFile.objects.filter(city_code=city_code, pk=key).first()
    if row is None:
        raise Missing("ファイルが見つかりません。")
    return row
