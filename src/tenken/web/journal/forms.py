"""What the journal is filtered by."""

from __future__ import annotations

from typing import Any

from django import forms

from tenken.journal.labels import operation_labels
from tenken.web.components.fields import EraDateField


class JournalFilter(forms.Form):
    """Days in Japan, an operation, a person's number, the kind and key of what was changed."""

    since = EraDateField(label="この日から", required=False, help_text="")
    until = EraDateField(label="この日まで", required=False, help_text="")
    operation = forms.ChoiceField(label="操作", required=False)
    actor = forms.CharField(label="操作者の職員番号", required=False, max_length=64)
    subject = forms.CharField(label="対象（種類:番号）", required=False, max_length=145)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = sorted(operation_labels().items(), key=lambda pair: pair[1])
        self.fields["operation"].choices = [("", "すべて"), *labels]  # type: ignore[attr-defined]

    def clean_subject(self) -> tuple[str, str] | None:
        text = str(self.cleaned_data["subject"]).strip()
        if not text:
            return None
        kind, colon, key = text.partition(":")
        if not colon:
            raise forms.ValidationError(
                "種類と番号を「:」でつないで入力してください（例：inspection.sheet:12）。"
            )
        return kind.strip(), key.strip()


class AccessFilter(forms.Form):
    """Days in Japan and the reader's number."""

    since = EraDateField(label="この日から", required=False, help_text="")
    until = EraDateField(label="この日まで", required=False, help_text="")
    actor = forms.CharField(label="閲覧者の職員番号", required=False, max_length=64)
