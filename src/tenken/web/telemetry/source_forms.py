"""Forms of senders. They read; the operations decide."""

from __future__ import annotations

from typing import Any

from django import forms

from tenken.telemetry.models import RetentionClass, Source
from tenken.telemetry.reception.quarantine import STATES
from tenken.telemetry.reception.sources import SourceSettings

SOURCE_STATES = {
    "receiving": ("受信中", "green"),
    "silent": ("1日以上受信なし", "yellow"),
    "never": ("まだ受信なし", "neutral"),
    "stopped": ("停止", "neutral"),
}


class SourceFilter(forms.Form):
    protocol = forms.ChoiceField(
        label="方式", required=False, choices=[("", "すべて"), *Source.Protocol.choices]
    )
    state = forms.ChoiceField(
        label="状態",
        required=False,
        choices=[("", "すべて"), *((code, label) for code, (label, _) in SOURCE_STATES.items())],
    )
    q = forms.CharField(label="名称・コード", required=False, max_length=60)


class SourceForm(forms.Form):
    """What may be changed of a source. *source*: the one that is changed; None: a new one, with code and protocol."""

    code = forms.CharField(
        label="コード",
        max_length=20,
        help_text="半角の英小文字・数字。操作ログに残るため、あとから変えられません。",
    )
    name = forms.CharField(label="名称", max_length=100)
    protocol = forms.ChoiceField(label="方式", choices=Source.Protocol.choices)
    dialect = forms.ChoiceField(
        label="行の形式", choices=Source.Dialect.choices, help_text="JSON Linesの送信元だけで使います。"
    )
    networks = forms.CharField(
        label="送信元のアドレス",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="syslogをTCPで送る機器のアドレスか範囲を、1行に1つ（例：10.20.0.0/16）。",
    )
    certificate = forms.CharField(
        label="クライアント証明書",
        required=False,
        max_length=20000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="証明書（PEM）か、SHA-256の指紋。鍵の代わりに、証明書で送信元を見分けます。",
    )
    retention_class = forms.ChoiceField(label="保存区分")
    keep_raw_days = forms.IntegerField(
        label="受信原本の保存日数",
        min_value=0,
        max_value=3650,
        help_text="届いたままのデータを残す日数。0なら残しません（読み取れなかったものは別に残します）。",
    )
    events_per_second = forms.IntegerField(
        label="毎秒の上限",
        min_value=0,
        max_value=1_000_000,
        help_text="超えた送信元には、後で送り直すよう伝えます。0なら上限はありません。",
    )

    def __init__(self, data: Any, *, city_id: int, source: Source | None = None) -> None:
        initial: dict[str, Any] = {"retention_class": "operation", "keep_raw_days": 0, "events_per_second": 0}
        if source is not None:
            initial = {name: getattr(source, name) for name in _CHANGED}
            initial["networks"] = "\n".join(one.network for one in source.addresses.all())
        super().__init__(data, initial=initial)
        classes = RetentionClass.objects.filter(city=city_id).values_list("code", "name")
        field = self.fields["retention_class"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(classes) or [("operation", "操作ログ")]
        if source is None:
            return
        del self.fields["code"], self.fields["protocol"]
        if source.protocol != Source.Protocol.SYSLOG:
            del self.fields["networks"]
        if source.protocol != Source.Protocol.JSON_LINES:
            del self.fields["dialect"]

    def settings(self, source: Source | None = None) -> SourceSettings:
        """Return what was filled in; what the form does not ask stands."""
        said = self.cleaned_data
        return SourceSettings(
            name=said["name"],
            dialect=said.get("dialect") or (source.dialect if source else Source.Dialect.TENKEN),
            certificate=said["certificate"],
            networks=tuple(said.get("networks", "").splitlines()),
            retention_class=said["retention_class"],
            keep_raw_days=said["keep_raw_days"],
            events_per_second=said["events_per_second"],
        )


_CHANGED = ("name", "dialect", "certificate", "retention_class", "keep_raw_days", "events_per_second")


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=300)


class QuarantineFilterForm(forms.Form):
    source = forms.ChoiceField(label="送信元", required=False)
    reason = forms.CharField(label="理由（そのまま）", required=False, max_length=500)
    state = forms.ChoiceField(label="状態", required=False, choices=[("", "すべて"), *STATES.items()])

    def __init__(self, data: Any, *, sources: list[tuple[str, str]]) -> None:
        super().__init__(data)
        field = self.fields["source"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "すべて"), *sources]


class GiveUpForm(forms.Form):
    because = forms.CharField(label="処理しない理由", max_length=300)
