"""What people type about alerts. What is right is decided by ``telemetry.alerts``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms

from tenken.organization.access import Principal
from tenken.organization.models import Person
from tenken.telemetry.alerts.grouping import EXCLUDABLE
from tenken.telemetry.alerts.operations import SettingsData
from tenken.telemetry.alerts.queries import MINE, OPEN_ONLY, AlertFilter
from tenken.telemetry.events.schema import BY_NAME
from tenken.telemetry.models import Alert, AlertIncident, AlertSettings
from tenken.web.components.fields import CountField, EraDateField
from tenken.web.telemetry.alert_tables import LEVELS, STATUSES

_LEVELS = [(code, label) for code, (label, _) in LEVELS.items()]
_STATUSES = [
    (OPEN_ONLY, "完了していないもの"),
    (MINE, "自分が担当のもの"),
    *((code, label) for code, (label, _) in STATUSES.items()),
    ("all", "すべて"),
]
DEFAULT_EXCLUSION_DAYS = 30
_OTHER_WORDS = {"Software": "ソフトウェア", "Gateway": "既定の経路", "GatewayMac": "既定の経路の機器"}


def _text(label: str, *, required: bool = False, rows: int = 3, help_text: str = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(
        label=label, required=required, max_length=2_000, widget=widget, help_text=help_text
    )


class AlertFilterForm(forms.Form):
    """The list's conditions. Without any, what is not closed is shown."""

    status = forms.ChoiceField(label="状態", required=False, choices=_STATUSES)
    level = forms.ChoiceField(
        label="重要度",
        required=False,
        choices=[("", "すべて"), *((code, f"{label}以上") for code, label in _LEVELS[:-1])],
    )
    rule = forms.ChoiceField(label="検知ルール", required=False)
    unit = forms.ChoiceField(label="局・区・課", required=False)
    since = EraDateField(label="操作の日（から）", required=False, help_text="")
    until = EraDateField(label="操作の日（まで）", required=False, help_text="")
    q = forms.CharField(label="端末・アカウント・内容", required=False, max_length=100)

    def __init__(
        self, data: Any, *, rules: Sequence[tuple[int, str]], units: Sequence[tuple[str, str]]
    ) -> None:
        super().__init__(data)
        for name, choices in (("rule", [(str(pk), title) for pk, title in rules]), ("unit", list(units))):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", "すべて"), *choices]

    def filter(self) -> AlertFilter | None:
        """Return what is asked for; None when it cannot be read (the form says why)."""
        if not self.is_bound:
            return AlertFilter(status=OPEN_ONLY)
        if not self.is_valid():
            return None
        said = self.cleaned_data
        status = said["status"] or OPEN_ONLY
        return AlertFilter(
            status="" if status == "all" else status,
            level=said["level"],
            rule_id=int(said["rule"]) if said["rule"] else None,
            unit_id=int(said["unit"]) if said["unit"] else None,
            since=said["since"],
            until=said["until"],
            text=said["q"],
        )


class AssignForm(forms.Form):
    person = forms.ChoiceField(label="担当者")
    comment = _text("伝えること", rows=2)

    def __init__(self, data: Any = None, *, people: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", "選んでください"),
            *((str(one.pk), f"{one.name}（{one.number}）") for one in people),
        ]


class CloseForm(forms.Form):
    reason = forms.ChoiceField(label="完了の理由", choices=[("", "選んでください"), *Alert.Reason.choices])
    comment = _text("内容", help_text="「許可された行為」「その他」のときは、必ず入力します。")


class CommentForm(forms.Form):
    comment = _text("内容", required=True)


class IncidentForm(forms.Form):
    kind = forms.ChoiceField(
        label="種別", choices=AlertIncident.Kind.choices, initial=AlertIncident.Kind.BREACH
    )
    outline = _text("概要", required=True)


class ExclusionForm(forms.Form):
    """The conditions are those the alert offers; all chosen ones must hold."""

    conditions = forms.MultipleChoiceField(
        label="条件",
        widget=forms.CheckboxSelectMultiple,
        help_text="選んだものがすべて同じ検知だけを、除外します。",
    )
    reason = forms.CharField(
        label="理由",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="例：研修用の端末のため",
    )
    expires_on = EraDateField(label="有効期限")

    def __init__(self, data: Any, *, alert: Alert, by: Principal, settings: AlertSettings) -> None:
        days = min(DEFAULT_EXCLUSION_DAYS, settings.exclusion_days)
        super().__init__(data, initial={"expires_on": by.on + timedelta(days=days), "conditions": ["device"]})
        self.offered = offered(alert)
        field = self.fields["conditions"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(name, f"{words_of(name)}が「{value}」") for name, value in self.offered.items()]
        self.fields[
            "expires_on"
        ].help_text = f"今日から{settings.exclusion_days}日以内。期限を過ぎると、また知らせます。"

    def chosen(self) -> dict[str, str]:
        return {name: self.offered[name] for name in self.cleaned_data["conditions"]}


def offered(alert: Alert) -> dict[str, str]:
    """Return what an exclusion made from *alert* may ask for: field → value, those that have one."""
    own = {name: str(getattr(alert, name)) for name in ("device", "computer", "user", "person", "section")}
    return {name: value for name, value in {**own, **alert.group}.items() if value}


def words_of(name: str) -> str:
    """Return what a field of a condition is called."""
    column = BY_NAME.get(name)
    return EXCLUDABLE.get(name) or (column.comment if column else _OTHER_WORDS.get(name, name))


class SettingsForm(forms.Form):
    staff_from = forms.ChoiceField(
        label="事務局に知らせる重要度", choices=[(code, f"{label}以上") for code, label in _LEVELS]
    )
    managers_from = forms.ChoiceField(
        label="所属の情報管理者に知らせる重要度",
        required=False,
        choices=[("", "知らせない"), *((code, f"{label}以上") for code, label in _LEVELS)],
    )
    mails_per_hour = CountField(
        label="1時間の通知の上限",
        help_text="0は上限なし。超えた分は次の通知でまとめて知らせます（緊急は必ず知らせます）。",
    )
    exclusion_days = CountField(label="除外の最長日数")

    def data_class(self) -> SettingsData:
        said = self.cleaned_data
        return SettingsData(
            staff_from=said["staff_from"],
            managers_from=said["managers_from"],
            exclusion_days=said["exclusion_days"],
            mails_per_hour=said["mails_per_hour"],
        )
