"""Forms of the pages about Excel forms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from tenken.workbooks.models import FormTemplate


class ManyFilesInput(forms.FileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class ManyFilesField(forms.FileField):
    """Several uploaded files, as a list."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", ManyFilesInput(attrs={"accept": ".xlsx,.zip", "multiple": True}))
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        given = data if isinstance(data, list | tuple) else [data]
        return [super(ManyFilesField, self).clean(one, initial) for one in (given or [None])]


class TemplateChoice(forms.Form):
    """Which form: the product's own, or one of the city's."""

    template = forms.ChoiceField(label="様式", required=False)

    def __init__(self, data: Any, templates: list[FormTemplate], *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        self.templates = {str(one.pk): one for one in templates}
        field = self.fields["template"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "標準の様式"), *((key, one.name) for key, one in self.templates.items())]
        if not templates:
            field.widget = forms.HiddenInput()

    def chosen(self) -> FormTemplate | None:
        """Return the city's form that was chosen, None for the product's own."""
        return self.templates.get(self.cleaned_data.get("template") or "")


class ReturnForm(TemplateChoice):
    """Forms that come back."""

    filled = ManyFilesField(
        label="記入した様式",
        help_text="Excel（.xlsx）を選びます。いくつかを一度に選ぶか、ZIPにまとめて選ぶこともできます。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["template"].label = "発行されていない様式の種類"
        self.fields[
            "template"
        ].help_text = (
            "このシステムから受け取った様式は、自動で見分けます。ほかで配った市の様式のときに選びます。"
        )

    def sent(self) -> list[UploadedFile]:
        """Return the files that were sent."""
        files: list[UploadedFile] = self.cleaned_data["filled"]
        return files


class NewTemplateForm(forms.Form):
    """A city's own form, to be registered."""

    name = forms.CharField(
        label="名称", max_length=100, help_text="例：情報セキュリティ取組状況確認表（様式1）"
    )
    file = forms.FileField(
        label="様式のファイル",
        help_text="記入欄が空のExcel（.xlsx）です。",
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )
