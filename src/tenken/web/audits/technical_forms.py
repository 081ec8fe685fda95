"""What people type about results of scanners and weaknesses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.conf import settings

from tenken.audit.models import ScanImport
from tenken.audit.technical.queries.weaknesses import STATES
from tenken.audit.technical.readers import TableMapping
from tenken.audit.technical.rules.judging import JudgementData
from tenken.audit.technical.words import (
    CHANGES,
    CONTEXTS,
    CRITICAL,
    HIGH,
    LIFTED,
    LOW,
    MEDIUM,
    SEVERITY_LABELS,
    URGENCY_LABELS,
    tool_label,
)
from tenken.common.refusals import Invalid
from tenken.web.audits.technical_labels import era_day
from tenken.web.components.fields import EraDateField

# What a table may say of a weakness, in the words of vendors' reports.
PARTS = {
    "title": "ぜい弱性の名称",
    "host": "機器（IPアドレス・URL）",
    "host_name": "機器名",
    "severity": "深刻度",
    "score": "CVSSの値",
    "vector": "CVSSの内訳",
    "cve": "CVE",
    "cwe": "CWE",
    "port": "ポート",
    "protocol": "プロトコル",
    "service": "サービス",
    "location": "URL・位置",
    "rule": "ツールの番号",
    "description": "説明",
    "solution": "対策",
    "output": "ツールの出力",
    "reference": "参考",
    "operating_system": "OS",
    "seen_at": "診断日時",
}
_WORD = "word_"


class RefusableForm(forms.Form):
    """Base of all: the problems an operation names go to their fields."""

    def take(self, refusal: Invalid) -> None:
        """Show *refusal* beside the fields it names, the rest at the top."""
        for problem in refusal.problems:
            field = problem.field if problem.field in self.fields else None
            self.add_error(field, problem.message if field else str(problem))
        if not refusal.problems:
            self.add_error("file" if "file" in self.fields else None, refusal.message)


class ScanInput(forms.FileInput):
    """A file of a scanner: larger than other files may be."""

    @property
    def limit_mb(self) -> int:
        return settings.MAX_SCAN_BYTES // (1024 * 1024)


class ScanForm(RefusableForm):
    """A scanner's file and what it is of."""

    engagement = forms.TypedChoiceField(
        label="監査", coerce=int, empty_value=None, required=False, help_text="この診断を行った監査。"
    )
    system = forms.TypedChoiceField(
        label="情報システム",
        coerce=int,
        empty_value=None,
        required=False,
        help_text="監査に属さない診断のときに選びます。",
    )
    file = forms.FileField(
        label="診断結果のファイル",
        widget=ScanInput,
        help_text="Nessus、OpenVAS・GVM、ZAP、Nuclei、SARIF、Nmapの結果か、表（CSV・Excel）。gzかzipのままでも送れます。",
    )
    told_on = EraDateField(
        label="診断日", required=False, help_text="ファイルに日時がないときに使います。例：令和8年7月1日"
    )
    partial = forms.BooleanField(
        label="一部のぜい弱性だけを調べた診断",
        required=False,
        help_text="この診断に出てこないぜい弱性を「見つからなくなった」としません。",
    )

    def __init__(
        self,
        *args: Any,
        engagements: Sequence[tuple[int, str]],
        systems: Sequence[tuple[int, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        _choose(
            self, "engagement", [("", "監査に属さない診断" if systems else "選んでください"), *engagements]
        )
        _choose(self, "system", [("", "選んでください"), *systems])
        if not systems:
            del self.fields["system"]
            self.fields["engagement"].required = True

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if "system" in self.fields and not said.get("engagement") and not said.get("system"):
            self.add_error("system", "監査か情報システムを選んでください。")
        return said


class WeaknessFilterForm(forms.Form):
    """What of a system's weaknesses is shown."""

    q = forms.CharField(label="ぜい弱性の言葉・CVE", required=False, max_length=100)
    urgency = forms.ChoiceField(label="緊急度", required=False)
    severity = forms.ChoiceField(label="ツールの深刻度", required=False)
    tool = forms.ChoiceField(label="診断ツール", required=False)
    host = forms.CharField(label="機器", required=False, max_length=255)
    state = forms.ChoiceField(label="状態", required=False)
    all = forms.BooleanField(label="参考も示す", required=False)

    def __init__(self, data: Any, *, tools: Iterable[str]) -> None:
        super().__init__(data)
        everything = ("", "すべて")
        _choose(
            self, "urgency", [everything, *((str(code), label) for code, label in URGENCY_LABELS.items())]
        )
        _choose(self, "severity", [everything, *SEVERITY_LABELS.items()])
        _choose(self, "tool", [everything, *((tool, tool_label(tool)) for tool in tools)])
        _choose(self, "state", [("", STATES["standing"]), *list(STATES.items())[1:]])


class HostFilterForm(forms.Form):
    """What of the hosts is shown."""

    q = forms.CharField(label="機器・OSの言葉", required=False, max_length=100)


class DifferenceFilterForm(forms.Form):
    """What of a difference is shown."""

    change = forms.ChoiceField(label="変化", required=False, choices=[("", "すべて"), *CHANGES.items()])
    severity = forms.ChoiceField(
        label="ツールの深刻度", required=False, choices=[("", "すべて"), *SEVERITY_LABELS.items()]
    )
    q = forms.CharField(label="ぜい弱性の言葉", required=False, max_length=100)


class CompareForm(forms.Form):
    """Which two scans."""

    first = forms.TypedChoiceField(label="前の診断", coerce=int)
    second = forms.TypedChoiceField(label="後の診断", coerce=int)

    def __init__(self, data: Any, *, scans: Sequence[ScanImport]) -> None:
        super().__init__(data)
        choices = [(scan.pk, f"{era_day(scan.scanned_at)}　{scan.source}") for scan in scans]
        _choose(self, "first", choices)
        _choose(self, "second", choices)


class ThresholdForm(RefusableForm):
    """From which urgency on weaknesses become findings."""

    threshold = forms.TypedChoiceField(
        label="課題にする緊急度",
        coerce=int,
        initial=MEDIUM,
        choices=[
            (
                level,
                f"「{URGENCY_LABELS[level]}」以上"
                if level != CRITICAL
                else f"「{URGENCY_LABELS[level]}」だけ",
            )
            for level in (CRITICAL, HIGH, MEDIUM, LOW)
        ],
    )
    due_on = EraDateField(label="改善計画の期限", required=False)


class JudgementForm(RefusableForm):
    """An auditor's judgement."""

    context = forms.ChoiceField(label="判断の根拠", widget=forms.RadioSelect)
    urgency = forms.TypedChoiceField(
        label="判断した緊急度",
        coerce=int,
        choices=[(code, label) for code, label in URGENCY_LABELS.items()],
        initial=LOW,
        help_text="誤検知と、判断の取りやめでは使いません。",
    )
    reason = forms.CharField(
        label="理由",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="何を確かめて、そう判断したか。2,000字以内。",
    )
    valid_until = EraDateField(label="見直し日", help_text="この日を過ぎると、規則による緊急度に戻ります。")

    def __init__(self, *args: Any, judged: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(
            self, "context", [(code, label) for code, label in CONTEXTS.items() if judged or code != LIFTED]
        )

    def judgement(self) -> JudgementData:
        said = self.cleaned_data
        return JudgementData(said["context"], said["urgency"], said["reason"], said["valid_until"])


class MappingForm(RefusableForm):
    """Which column of a table says what, and what its words of severity mean."""

    tool = forms.CharField(
        label="診断ツール・業者の名称",
        max_length=40,
        help_text="次の診断と比べるために、いつも同じ名称にします。",
    )

    def __init__(
        self, *args: Any, columns: Sequence[str], words: Sequence[str], mapping: TableMapping, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.mapping, self.words = mapping, words
        self.fields["tool"].initial = "" if mapping.tool == "table" else mapping.tool
        choices = [("", "ない")] + [(at, name or f"{at + 1}列目") for at, name in enumerate(columns)]
        for part, label in PARTS.items():
            self.fields[part] = forms.TypedChoiceField(
                label=label,
                coerce=int,
                empty_value=None,
                required=part == "title",
                initial=getattr(mapping, part),
                choices=choices,
            )
        for at, word in enumerate(words):
            self.fields[f"{_WORD}{at}"] = forms.ChoiceField(
                label=f"深刻度「{word}」",
                choices=[("", "選んでください"), *SEVERITY_LABELS.items()],
                initial=mapping.severities.get(word, ""),
            )
        self.fields["save_as"] = forms.CharField(
            label="この対応づけの名称",
            max_length=100,
            required=False,
            help_text="名称を付けると、次の取込みで使えます。",
        )

    def said(self) -> TableMapping:
        """Return the mapping as it was chosen."""
        values = self.cleaned_data
        meant = {word: values[f"{_WORD}{at}"] for at, word in enumerate(self.words)}
        return TableMapping(
            **{part: values[part] for part in PARTS},
            severities={**self.mapping.severities, **meant},
            sheet=self.mapping.sheet,
            header_row=self.mapping.header_row,
            tool=values["tool"],
        )


def _choose(form: forms.Form, name: str, choices: Sequence[tuple[Any, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)


def a_year_on(day: date) -> date:
    """Return the same day of the next year (28 February for the 29th)."""
    return day.replace(year=day.year + 1) if (day.month, day.day) != (2, 29) else date(day.year + 1, 2, 28)
