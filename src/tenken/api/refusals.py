"""Refusals as JSON: ``{"message": …, "problems": [{"message", "place", "field"}]}`` under the right status."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from tenken.common.refusals import Problem, Refusal

_SENTENCES = {
    400: "送られた内容を読み取れません。",
    401: "APIトークンを付けるか、ログインしてください。",
    403: "この操作はできません。",
    404: "見つからないか、見ることのできる範囲にありません。",
    429: "呼出しが多すぎます。少し待ってから、もう一度お試しください。",
}


def register(api: NinjaAPI) -> None:
    """Make *api* answer every refusal in the one form."""

    def reply(
        request: HttpRequest, status: int, message: str, problems: Sequence[Problem] = ()
    ) -> HttpResponse:
        body: dict[str, Any] = {
            "message": message,
            "problems": [
                {"message": one.message, "place": one.place, "field": one.field} for one in problems
            ],
        }
        return api.create_response(request, body, status=status)

    def refused(request: HttpRequest, error: Any) -> HttpResponse:
        message = _SENTENCES[404] if error.status == 404 else error.message
        return reply(request, error.status, message, error.problems)

    def invalid(request: HttpRequest, error: Any) -> HttpResponse:
        problems = [
            Problem(
                f"値の形式が正しくありません（{one.get('type', '')}）。",
                ".".join(map(str, place)),
                str(place[-1]),
            )
            for one in error.errors
            if (place := one.get("loc") or ("",))
        ]
        return reply(request, 422, "入力の形式が正しくありません。", problems)

    def by_status(request: HttpRequest, error: Any) -> HttpResponse:
        return reply(request, error.status_code, _SENTENCES.get(error.status_code, _SENTENCES[400]))

    def not_found(request: HttpRequest, error: Any) -> HttpResponse:
        return reply(request, 404, _SENTENCES[404])

    def wait(request: HttpRequest, error: Any) -> HttpResponse:
        response = reply(request, 429, _SENTENCES[429])
        if error.wait:
            response.headers["Retry-After"] = str(int(error.wait) + 1)
        return response

    api.add_exception_handler(Refusal, refused)
    api.add_exception_handler(ValidationError, invalid)
    api.add_exception_handler(AuthenticationError, by_status)
    api.add_exception_handler(Throttled, wait)
    api.add_exception_handler(HttpError, by_status)
    api.add_exception_handler(Http404, not_found)
