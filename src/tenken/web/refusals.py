"""Refusals as pages: the right status, the reason, the places, and a way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tenken.common.refusals import Refusal

_TITLES = {
    400: "入力を読み取れませんでした",
    403: "この操作はできません",
    404: "ページが見つかりません",
    409: "ほかの人が先に変更しました",
    413: "ファイルが大きすぎます",
    422: "入力内容に誤りがあります",
    500: "システムの不具合が起きました",
}


class RefusalMiddleware:
    """Turn a refusal raised by an operation into its page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refusal):
            return refusal_page(request, exception)
        return None


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Return the page of *refusal*."""
    return _page(request, refusal.status, refusal.message, refusal.problems)


def _page(request: HttpRequest, status: int, message: str, problems: Any = ()) -> HttpResponse:
    context = {"status": status, "title": _TITLES[status], "message": message, "problems": problems}
    return render(request, "web/errors/error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return _page(request, 413, "一度に送れる大きさを超えています。")
    return _page(
        request, 400, "送られた内容を読み取れませんでした。前のページに戻って、もう一度お試しください。"
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(
        request,
        403,
        str(exception)
        if isinstance(exception, PermissionDenied) and str(exception)
        else "この操作を行う役割ではありません。",
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 404, "アドレスが違うか、見ることのできる範囲にありません。")


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "web/errors/500.html", {}, status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(
        request, 403, "画面を開いてから時間がたっています。ページを開き直して、もう一度お試しください。"
    )
