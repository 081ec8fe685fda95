"""What people type about rules. Whether a rule can be used is decided by ``telemetry.detection``."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.db.models import Q, QuerySet

from tenken.telemetry.detection.documents import read_rule
from tenken.telemetry.detection.operations import RuleSettings
from tenken.telemetry.detection.problems import Unusable
from tenken.telemetry.detection.queries import Sign
from tenken.telemetry.models import DetectionRule
from tenken.web.components.fields import CountField, EraDateField

NEW_RULE: Final = """\
title: 例　指定フォルダからのコピー
name: example_copy
status: experimental
description: 何を、なぜ検知するか。
logsource:
  product: tenken
  category: file_copy
detection:
  selection:
    path|contains|expand: '%folders%'
  condition: selection
level: medium
"""
_FIRST_DAYS: Final = 7


class RuleFilterForm(forms.Form):
    state = forms.ChoiceField(
        label="状態", required=False, choices=[("", "すべて"), *DetectionRule.State.choices]
    )
    level = forms.ChoiceField(
        label="重要度", required=False, choices=[("", "すべて"), *reversed(DetectionRule.Level.choices)]
    )
    kind = forms.ChoiceField(
        label="種類", required=False, choices=[("", "すべて"), *DetectionRule.Kind.choices]
    )
    origin = forms.ChoiceField(
        label="出所", required=False, choices=[("", "すべて"), *DetectionRule.Origin.choices]
    )
    sign = forms.ChoiceField(
        label="健全性", required=False, choices=[("", "すべて"), *((one.value, one.label) for one in Sign)]
    )
    q = forms.CharField(label="名称・説明", required=False, max_length=100)

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return *rows* as far as the form asks for them; the sign is not of the database."""
        said = self.cleaned_data
        for name in ("state", "level", "kind", "origin"):
            if said[name]:
                rows = rows.filter(**{name: said[name]})
        for word in said["q"].split()[:8]:
            found = Q()
            for place in ("title", "title_ja", "description", "code", "name"):
                found |= Q(**{f"{place}__icontains": word})
            rows = rows.filter(found)
        return rows


class RuleForm(forms.Form):
    """The rule's text and what the city says of it besides."""

    title_ja = forms.CharField(label="表題（日本語）", required=False, max_length=256)
    level = forms.ChoiceField(
        label="重要度",
        required=False,
        choices=[("", "ルールのまま"), *reversed(DetectionRule.Level.choices)],
    )
    group_by = forms.CharField(
        label="まとめる項目",
        required=False,
        max_length=500,
        help_text="この項目が同じ検知を1つのアラートにします。「,」で区切ります。空欄のときは、端末とアカウントです。",
    )
    throttle_minutes = CountField(
        label="まとめる時間（分）",
        initial=60,
        maximum=31 * 24 * 60,
        help_text="最後の検知からこの時間は、同じアラートに加えます。0のときは、1件ごとに知らせます。",
    )
    notify = forms.BooleanField(label="メールで知らせる", required=False, initial=True)
    text = forms.CharField(
        label="ルール（Sigma）",
        max_length=200_000,
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 24, "spellcheck": "false", "autocapitalize": "off", "wrap": "off", "class": "code"}
        ),
        help_text="リストは %folders%、%keywords% のように書きます。",
    )

    @classmethod
    def initial_of(cls, rule: DetectionRule) -> dict[str, Any]:
        """Return what stands in *rule*; its level only where the city set another than its text says."""
        try:
            said = read_rule(rule.text).level
        except Unusable:
            said = rule.level
        return {
            "title_ja": rule.title_ja,
            "level": "" if said == rule.level else rule.level,
            "group_by": ", ".join(rule.group_by),
            "throttle_minutes": rule.throttle_seconds // 60,
            "notify": rule.notify,
            "text": rule.text,
        }

    def clean_text(self) -> str:
        return str(self.cleaned_data["text"]).replace("\r\n", "\n").replace("\r", "\n")

    def settings(self) -> RuleSettings:
        said = self.cleaned_data
        groups = said["group_by"].replace("、", ",").replace("，", ",").split(",")
        return RuleSettings(
            title_ja=said["title_ja"],
            level=said["level"],
            group_by=tuple(one.strip() for one in groups if one.strip()),
            throttle_seconds=said["throttle_minutes"] * 60,
            notify=said["notify"],
        )


class TrialForm(forms.Form):
    """The days, in Japan, on which a rule is tried; both are included."""

    first = EraDateField(label="期間の初め", help_text="")
    last = EraDateField(label="期間の終わり", help_text="31日間まで。")

    @classmethod
    def first_period(cls, on: date) -> dict[str, date]:
        return {"first": on - timedelta(days=_FIRST_DAYS - 1), "last": on}

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        first, last = said.get("first"), said.get("last")
        if first and last and last < first:
            self.add_error("last", "期間の初めより前です。")
        return said
