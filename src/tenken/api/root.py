"""The REST API: the same operations, for scripts."""

from ninja import NinjaAPI

api = NinjaAPI(title="Tenken", version="1", docs_url=None)
