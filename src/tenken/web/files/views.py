"""Download of a stored file: always as an attachment, never run in the browser."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.http import FileResponse, HttpResponse
from django.views.decorators.http import require_safe

import tenken.web.files.subjects  # noqa: F401 - registers who may reach what
from tenken.common.refusals import Missing
from tenken.files.operations import open_file
from tenken.files.queries import get_file
from tenken.web.exports import disposition
from tenken.web.files.access import may_reach
from tenken.web.principal import SignedInRequest, signed_in

_POLICY = "default-src 'none'; sandbox"


@require_safe
@signed_in
def download(request: SignedInRequest, file_id: int, name: str) -> HttpResponse:
    """Send one file of the reader's city. ``Missing`` when there is none, or what it belongs to is out of reach.

    *name* is for people and their browsers; the stored name counts.
    """
    by = request.principal
    stored = get_file(by.city_code, file_id)
    if not may_reach(by, stored.subject_type, stored.subject_id):
        raise Missing("ファイルが見つかりません。")
    if stored.size > settings.MAX_UPLOAD_BYTES:  # a scanner's file: never whole in memory
        response = cast(HttpResponse, FileResponse(open_file(stored), content_type=stored.media_type))
    else:
        with open_file(stored) as file:
            response = HttpResponse(file.read(), content_type=stored.media_type)
    response.headers["Content-Disposition"] = disposition(stored.name)
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
