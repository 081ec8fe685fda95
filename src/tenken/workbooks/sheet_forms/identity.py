"""What a form carries so that it is known again: whose it is, which sheet, what stood in it. Signed, in a hidden sheet."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any, Final

from django.core import signing

from tenken.common.refusals import Invalid

HIDDEN_SHEET: Final = "_tenken"
_SALT: Final = "tenken.workbooks.sheet_form"
_CHUNK: Final = 20_000  # a cell holds 32,767 characters


@dataclass(frozen=True)
class FormIdentity:
    """``answers``: by question key, the version and the digest of the answer that was put into the form.

    ``template``: the city's own form it was written on, 0 for the product's. ``assets``: the digest of the main assets.
    """

    city: str
    programme: int
    year: int
    sheet: int
    unit: str
    form: str
    template: int = 0
    template_version: int = 0
    assets: str = ""
    answers: dict[int, tuple[int, str]] = field(default_factory=dict)


def answer_digest(verdict: str, reason: str, comment: str) -> str:
    """Return a short digest by which an untouched cell is told from a changed one."""
    return hashlib.sha256("\0".join((verdict, reason, comment)).encode()).hexdigest()[:12]


def seal(identity: FormIdentity) -> list[str]:
    """Return *identity* signed, in pieces that fit into cells."""
    value = [
        identity.city,
        identity.programme,
        identity.year,
        identity.sheet,
        identity.unit,
        identity.form,
        identity.template,
        identity.template_version,
        identity.assets,
        {str(key): list(answer) for key, answer in identity.answers.items()},
    ]
    token = signing.dumps(value, salt=_SALT, compress=True)
    return [token[start : start + _CHUNK] for start in range(0, len(token), _CHUNK)]


def unseal(pieces: list[str]) -> FormIdentity:
    """Return the identity behind *pieces*. ``Invalid`` when this installation did not sign them."""
    try:
        city, programme, year, sheet, unit, form, template, version, assets, answers = signing.loads(
            "".join(pieces), salt=_SALT
        )
    except signing.BadSignature:
        raise Invalid(
            "このシステムが発行した様式ではないか、様式の隠れた情報が書き換えられています。"
            "様式をもう一度受け取り、回答を写してください。"
        ) from None
    return FormIdentity(
        city, programme, year, sheet, unit, form, template, version, assets, _answers(answers)
    )


def _answers(value: dict[str, Any]) -> dict[int, tuple[int, str]]:
    return {int(key): (version, digest) for key, (version, digest) in value.items()}
