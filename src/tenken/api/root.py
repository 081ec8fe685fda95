"""The REST API: the same operations and the same scoped queries as the pages, for scripts. ``/api/openapi.json``."""

from __future__ import annotations

from ninja import NinjaAPI

from tenken.api import findings, inspection, journal, organization, refusals
from tenken.api.authentication import PerPerson, Session, Token

PER_PERSON = PerPerson("600/m")
api = NinjaAPI(
    title="Tenken",
    version="1",
    description="情報セキュリティ点検システム。画面と同じ役割・範囲で読み書きします。",
    docs_url=None,
    auth=[Token(), Session()],
    throttle=[PER_PERSON],
)
refusals.register(api)
api.add_router("", organization.router)
api.add_router("", inspection.router)
api.add_router("", findings.router)
api.add_router("", journal.router)
