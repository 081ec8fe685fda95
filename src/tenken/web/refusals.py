"""Refusals as pages: the right status, the reason, the places, and a way back. For htmx, the same as a fragment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from tenken.common.refusals import Refusal

_TITLES = {
    400: "入力を読み取れませんでした",
    401: "ログインし直してください",
    403: "この操作はできません",
    404: "ページが見つかりません",
    405: "この操作はできません",
    409: "ほかの人が先に変更しました",
    413: "送ったものが大きすぎます",
    422: "入力内容に誤りがあります",
    429: "しばらく受け付けません",
    503: "いまは表示できません",
}
_NOT_FOUND = "アドレスが違うか、見ることのできる範囲にありません。"


class RefusalMiddleware:
    """Turn a refusal raised by an operation into its page, and refuse what is too large, or no text, before a view sees it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _declared_length(request) > settings.LARGE_UPLOADS.get(request.path, settings.MAX_REQUEST_BYTES):
            return too_large(request)
        if "%00" in request.META.get(
            "QUERY_STRING", ""
        ):  # no form was filled in so, and no database takes it
            return _page(request, 400, "アドレスに使えない文字があります。")
        response = self.get_response(request)
        if response.status_code == 405 and not response.content:
            return _with_headers_of(response, _page(request, 405, "この送り方には対応していません。"))
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if request.content_type == "multipart/form-data":
            _ = request.FILES  # read it now: a file over the limit is known only then
        if getattr(request, "upload_too_large", None):
            return too_large(request, request.upload_too_large)  # type: ignore[attr-defined]
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refusal):
            return refusal_page(request, exception)
        return None


def _declared_length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _with_headers_of(old: HttpResponse, new: HttpResponse) -> HttpResponse:
    if "Allow" in old.headers:
        new.headers["Allow"] = old.headers["Allow"]
    return new


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Return the page of *refusal* (a fragment for htmx)."""
    if refusal.status == 404:
        # Whether there is such a thing is not told to those who may not see it.
        return _page(request, 404, _NOT_FOUND)
    return _page(request, refusal.status, refusal.message, refusal.problems)


def too_large(request: HttpRequest, name: str = "") -> HttpResponse:
    """Return the page that says how much may be sent; *name* is the file that was too large, if one was."""
    large = settings.LARGE_UPLOADS.get(request.path)
    limits = (large, large) if large else (settings.MAX_UPLOAD_BYTES, settings.MAX_REQUEST_BYTES)
    each, whole = (limit // (1024 * 1024) for limit in limits)
    what = f"「{name}」は大きすぎて受け取れません。" if name else "一度に送れる大きさを超えています。"
    return _page(request, 413, f"{what}1ファイル{each}MBまで、一度に合わせて{whole}MBまでです。")


def signed_out_fragment(request: HttpRequest) -> HttpResponse:
    """Return what a part of a page gets when its session has ended."""
    return _page(
        request, 401, "ログインの有効時間が過ぎました。別の画面でログインしてから、もう一度お試しください。"
    )


def _page(request: HttpRequest, status: int, message: str, problems: Sequence[Any] = ()) -> HttpResponse:
    context = {
        "status": status,
        "title": _TITLES.get(status, _TITLES[400]),
        "message": message,
        "problems": problems,
    }
    if request.path.startswith("/api/"):
        places = [{"message": one.message, "place": one.place, "field": one.field} for one in problems]
        return JsonResponse({"message": message, "problems": places}, status=status)
    if getattr(request, "htmx", False) and not request.htmx.boosted:  # type: ignore[attr-defined]
        return HttpResponse(render_to_string("web/errors/fragment.html", context), status=status)
    return render(request, "web/errors/error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return too_large(request)
    return _page(
        request, 400, "送られた内容を読み取れませんでした。前のページに戻って、もう一度お試しください。"
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    reason = str(exception) if isinstance(exception, PermissionDenied) else ""
    return _page(request, 403, reason or "この操作を行う役割ではありません。")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 404, _NOT_FOUND)


def too_many(request: HttpRequest) -> HttpResponse:
    return _page(
        request, 429, "操作が続いたため、しばらく受け付けません。少し待ってから、もう一度お試しください。"
    )


def server_error(request: HttpRequest) -> HttpResponse:
    # Without the request: who is asking may be exactly what cannot be found out.
    return HttpResponse(render_to_string("web/errors/500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(
        request, 403, "画面を開いてから時間がたっています。ページを開き直して、もう一度お試しください。"
    )
