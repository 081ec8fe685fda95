"""Office files are ZIP packages: the same content becomes the same bytes, whatever the clock says."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import date


def stamped(package: bytes, on: date, replaced: Mapping[str, bytes] | None = None) -> bytes:
    """Return *package* with every member dated *on* and the members in *replaced* exchanged. A ZIP knows 1980 to 2107."""
    moment = (min(max(on.year, 1980), 2107), on.month, on.day, 0, 0, 0)
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(package)) as read,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as write,
    ):
        for member in read.infolist():
            content = (replaced or {}).get(member.filename)
            info = zipfile.ZipInfo(member.filename, moment)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            write.writestr(info, read.read(member) if content is None else content)
    return out.getvalue()
