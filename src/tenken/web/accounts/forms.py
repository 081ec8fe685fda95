"""The forms of the door, in the words of a city office."""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCodeForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms

from tenken.common import clock
from tenken.web.components.fields import EraDateField

RULE_FOR_NEW_ONES = (
    "12文字以上。数字だけのもの、よく使われるもの、利用者名に似たものは使えません。"
    "長い言葉の組合せなら、記号は要りません。"
)


def _say(form: forms.Form, **labels: str) -> None:
    for name, label in labels.items():
        field = form.fields[name]
        field.label = label
        field.help_text = ""
        field.widget.attrs.pop("placeholder", None)


class SignInForm(LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, login="利用者名", password="パスワード")  # noqa: S106 - labels
        self.fields["login"].widget.attrs |= {"autocapitalize": "none", "spellcheck": "false"}

    def clean_login(self) -> str:
        # Numbers are often typed full-width; accounts are kept in NFKC.
        return unicodedata.normalize("NFKC", str(self.cleaned_data["login"])).strip()


class NewPasswordForm(ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(
            self,
            oldpassword="今のパスワード",
            password1="新しいパスワード",
            password2="新しいパスワード（確認）",
        )
        self.fields["password1"].help_text = RULE_FOR_NEW_ONES

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        new = cleaned.get("password1")
        if new and new == cleaned.get("oldpassword"):
            self.add_error("password1", "今のパスワードと違うものにしてください。")
        if new and cleaned.get("password2") and new != cleaned["password2"]:
            self.errors["password2"] = self.error_class(["新しいパスワードと同じものを入力してください。"])
        return cleaned


class ConfirmPasswordForm(ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, password="パスワード")  # noqa: S106 - a label


class _CodeMixin:
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]  # type: ignore[attr-defined]
        code.label, code.help_text = "確認コード", "認証アプリに表示された6桁の数字。予備コードも使えます。"
        code.max_length = 32
        code.widget.attrs.pop("placeholder", None)
        code.widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code"}


class SignInByCodeForm(_CodeMixin, AuthenticateForm):
    pass


class ConfirmByCodeForm(_CodeMixin, ReauthenticateByCodeForm):
    pass


class ActivateAppForm(_CodeMixin, ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = "認証アプリに表示された6桁の数字。"


# What the WebAuthn library raises over a reply that no security key would send.
_BROKEN_REPLY = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def _unreadable() -> forms.ValidationError:
    return forms.ValidationError("セキュリティキーを確認できませんでした。もう一度お試しください。")


class AddKeyForm(AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["name"]
        name.label, name.help_text, name.max_length = "名称", "例：机の引き出しのキー", 60

    def clean(self) -> dict[str, Any]:
        try:
            return dict(super().clean())
        except forms.ValidationError:
            raise
        except _BROKEN_REPLY:
            raise _unreadable() from None


class _KeyReplyMixin:
    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]
        except forms.ValidationError:
            raise
        except _BROKEN_REPLY:
            raise _unreadable() from None


class SignInByKeyForm(_KeyReplyMixin, AuthenticateWebAuthnForm):
    pass


class ConfirmByKeyForm(_KeyReplyMixin, ReauthenticateWebAuthnForm):
    pass


class RenameKeyForm(EditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = "名称"


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(label="用途", max_length=60, help_text="例：課題一覧を毎朝取り込む")
    expires_on = EraDateField(label="有効期限", initial=lambda: clock.today() + timedelta(days=90))
    may_write = forms.BooleanField(
        label="記入や登録もできるようにする", required=False, help_text="外すと、読み取りだけができます。"
    )
