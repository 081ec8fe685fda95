"""The embedded server: waitress, and everything beside it, in one process."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any, Final

from tenken.common.refusals import Invalid

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

# Waitress takes in a body up to this size before the application sees it, and cuts the connection above.
MAX_RECEIVED: Final = 512 * 1024 * 1024
_TOO_LARGE = (
    "一度に送れる大きさ（合計{limit}MB）を超えています。ファイルを減らすか小さくして、送り直してください。"
)
_PAGE = """<!doctype html>
<html lang="ja">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>ファイルが大きすぎます｜Tenken</title>
  <link rel="stylesheet" href="{stylesheet}">
</head>
<body>
  <div class="page">
    <main id="main">
      <h1>ファイルが大きすぎます</h1>
      <p class="lead" data-refusal>{message}</p>
      <p><a href="/">ホームへ戻る</a></p>
    </main>
  </div>
</body>
</html>
"""


def bounded(application: Application, limit: int, larger: Mapping[str, int] | None = None) -> Application:
    """Return *application* answering 413 in Japanese to a body larger than *limit* bytes, before it reads any of it.

    *larger*: paths that take more, and how much.
    """
    limits = larger or {}

    def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        try:
            length = int(environ.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = 0
        most = limits.get(environ.get("PATH_INFO", ""), limit)
        if length <= most:
            return application(environ, start_response)
        return _too_large(environ, start_response, most)

    return answer


def _too_large(environ: Environ, start_response: StartResponse, limit: int) -> list[bytes]:
    from django.templatetags.static import static

    message = _TOO_LARGE.format(limit=limit // (1024 * 1024))
    path = environ.get("PATH_INFO", "/").encode("latin-1").decode("utf-8", "replace")
    if path.startswith("/api/"):
        kind, body = "application/json", json.dumps({"message": message}, ensure_ascii=False)
    else:
        stylesheet = escape(static("web/tenken.css"))
        kind, body = "text/html", _PAGE.format(message=message, stylesheet=stylesheet)
    data = body.encode()
    headers = [
        ("Content-Type", f"{kind}; charset=utf-8"),
        ("Content-Length", str(len(data))),
        ("Content-Security-Policy", "default-src 'none'; style-src 'self'"),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "no-store"),
    ]
    start_response("413 Request Entity Too Large", headers)
    return [data]


def create(host: str, port: int, threads: int) -> Any:
    """Return the listening server. ``Invalid`` when the address cannot be had."""
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from django.urls import resolve
    from waitress.server import create_server

    application = get_wsgi_application()
    resolve("/")  # imports every page now: whoever asks first would wait some seconds for that
    try:
        return create_server(
            bounded(application, settings.MAX_REQUEST_BYTES, settings.LARGE_UPLOADS),
            host=host,
            port=port,
            threads=threads,
            ident="",
            max_request_body_size=MAX_RECEIVED,
            channel_timeout=120,
            connection_limit=500,
            **_proxy(),
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise Invalid(
            f"{host}:{port}で待ち受けられません（{reason}）。--hostか--portを変えてください。"
        ) from None


def _proxy() -> dict[str, Any]:
    """Forwarding headers count only when they come from the proxy that TENKEN_TRUSTED_PROXY names; else they go."""
    trusted = os.environ.get("TENKEN_TRUSTED_PROXY", "").strip()
    if not trusted:
        return {"clear_untrusted_proxy_headers": True}
    return {
        "trusted_proxy": trusted,
        "trusted_proxy_count": 1,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
        "clear_untrusted_proxy_headers": True,
    }
