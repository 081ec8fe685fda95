"""Archives as files: Parquet that any program reads, a manifest, and checksums in the form ``sha256sum`` checks.

Layout (Hive): ``city=<code>/class=<code>/month=<yyyy-mm>/part-0000.parquet …, _manifest.json, _SHA256SUMS``. The columns are
those of ``events.schema``; the manifest says what each is, in Japanese. A month is written beside its place and moved there
whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tenken.common.refusals import Invalid
from tenken.telemetry.events.schema import COLUMNS

if TYPE_CHECKING:
    import pyarrow as pa

# Programs that read a whole tree of Parquet pass over names that begin with "_".
MANIFEST: Final = "_manifest.json"
SUMS: Final = "_SHA256SUMS"
_ROWS_A_PART: Final = 5_000_000
_ROWS_A_GROUP: Final = 250_000


@dataclass(frozen=True)
class Written:
    """What lies there now: ``parts`` as in the manifest; ``digest``: SHA-256 of the manifest."""

    folder: str
    parts: list[dict[str, Any]]
    rows: int
    size: int
    digest: str


def folder_of(city: str, retention: str, month: date) -> str:
    """Return where a month of a class lies, below the folder of the archives."""
    return f"city={city}/class={retention}/month={month:%Y-%m}"


def write(
    root: Path,
    city: str,
    retention: str,
    month: date,
    tables: Iterator[pa.Table],
    told: Callable[[int], None],
) -> Written:
    """Write a month below *root*, in place of what was there; *told* hears how many rows are written."""
    folder = folder_of(city, retention, month)
    place = root / folder
    making = place.with_name(f".{place.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True, mode=0o700)
    parts = _write_parts(making, tables, told)
    manifest = {
        "city": city,
        "class": retention,
        "month": f"{month:%Y-%m}",
        "time_zone_of_month": "Asia/Tokyo",
        "rows": sum(part["rows"] for part in parts),
        "parts": parts,
        "columns": [{"name": column.name, "comment": column.comment} for column in COLUMNS],
    }
    (making / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", "utf-8")
    digest = _sha256(making / MANIFEST)
    sums = [f"{part['sha256']}  {part['name']}" for part in parts] + [f"{digest}  {MANIFEST}"]
    (making / SUMS).write_text("\n".join(sums) + "\n", "ascii")
    _settle(making)
    shutil.rmtree(place, ignore_errors=True)
    making.rename(place)
    _sync(place.parent)
    return Written(folder, parts, manifest["rows"], sum(part["bytes"] for part in parts), digest)


def _write_parts(
    folder: Path, tables: Iterator[pa.Table], told: Callable[[int], None]
) -> list[dict[str, Any]]:
    from pyarrow import parquet

    parts: list[dict[str, Any]] = []
    writer: Any = None
    rows = total = 0

    def close() -> None:
        nonlocal writer
        if writer is not None:
            writer.close()
            path = folder / f"part-{len(parts):04d}.parquet"
            parts.append(
                {"name": path.name, "rows": rows, "bytes": path.stat().st_size, "sha256": _sha256(path)}
            )
            writer = None

    for table in tables:
        if writer is not None and rows + table.num_rows > _ROWS_A_PART:
            close()
        if writer is None:
            path = folder / f"part-{len(parts):04d}.parquet"
            writer, rows = parquet.ParquetWriter(path, table.schema, compression="zstd"), 0
        writer.write_table(table, row_group_size=_ROWS_A_GROUP)
        rows += table.num_rows
        total += table.num_rows
        told(total)
    close()
    return parts


def problems(root: Path, folder: str, digest: str) -> list[str]:
    """Return in words what of an archive is missing or changed; nothing when it is whole."""
    place = root / folder
    manifest = place / MANIFEST
    if not manifest.is_file():
        return [f"{MANIFEST}がありません。"]
    if _sha256(manifest) != digest:
        return [f"{MANIFEST}が、作成したときと違います。"]
    found = []
    for part in json.loads(manifest.read_text("utf-8"))["parts"]:
        path = place / part["name"]
        if not path.is_file():
            found.append(f"{part['name']}がありません。")
        elif _sha256(path) != part["sha256"]:
            found.append(f"{part['name']}が、作成したときと違います。")
    return found


def read(root: Path, folder: str) -> Iterator[pa.Table]:
    """Yield the rows of an archive, some hundred thousand at once. ``Invalid`` when a part cannot be read."""
    from pyarrow import ArrowException, Table, parquet

    place = root / folder
    for part in json.loads((place / MANIFEST).read_text("utf-8"))["parts"]:
        try:
            with parquet.ParquetFile(place / part["name"]) as file:
                for batch in file.iter_batches(batch_size=_ROWS_A_GROUP):
                    yield Table.from_batches([batch])
        except (ArrowException, OSError) as error:
            raise Invalid(f"保管ファイル{part['name']}を読めません（{error}）。") from error


def remove(root: Path, folder: str) -> None:
    """Remove an archive's files."""
    shutil.rmtree(root / folder, ignore_errors=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _settle(folder: Path) -> None:
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    _sync(folder)


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
