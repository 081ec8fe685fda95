"""What people type about terminals, software and counts. What is right is decided by the room's operations."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from django import forms

from tenken.telemetry.inventory.queries import CONDITIONS
from tenken.telemetry.inventory.states import EVENTS, Event
from tenken.telemetry.models import InventorySetting, SoftwareTitle, SupportDate, Terminal
from tenken.web.components.fields import CountField, EraDateField

_ALL = ("", "すべて")
_CHOOSE = ("", "選んでください")
Choices = Sequence[tuple[Any, str]]


def _offer(field: forms.Field, choices: Choices) -> None:
    assert isinstance(field, forms.ChoiceField)
    field.choices = [(str(key), label) for key, label in choices]


class TerminalFilterForm(forms.Form):
    """What of the ledger is shown."""

    q = forms.CharField(label="番号・名前・シリアル・使用者などの言葉", required=False, max_length=100)
    unit = forms.ChoiceField(label="所属（下も含む）", required=False)
    kind = forms.ChoiceField(label="種類", required=False, choices=[_ALL, *Terminal.Kind.choices])
    state = forms.ChoiceField(
        label="状態", required=False, choices=[("", "廃棄・返却のほか"), *Terminal.State.choices]
    )
    procurement = forms.ChoiceField(
        label="調達", required=False, choices=[_ALL, *Terminal.Procurement.choices]
    )
    system = forms.ChoiceField(label="OS", required=False)
    condition = forms.ChoiceField(
        label="受信と更新の状況",
        required=False,
        choices=[_ALL, *((code, label) for code, (label, _) in CONDITIONS.items())],
    )
    title = forms.CharField(required=False, widget=forms.HiddenInput, max_length=18)
    version = forms.CharField(required=False, widget=forms.HiddenInput, max_length=80, strip=False)

    def __init__(self, data: Any, *, units: Choices, systems: Sequence[str]) -> None:
        super().__init__(data)
        _offer(self.fields["unit"], [_ALL, *units])
        _offer(self.fields["system"], [_ALL, *((name, name) for name in systems)])

    def clean_title(self) -> int | None:
        said: str = self.cleaned_data["title"]
        return int(said) if said.isascii() and said.isdigit() else None


class TerminalForm(forms.Form):
    """One terminal of the ledger."""

    number = forms.CharField(label="端末機番号", max_length=40)
    kind = forms.ChoiceField(label="種類", choices=Terminal.Kind.choices)
    procurement = forms.ChoiceField(label="調達", choices=Terminal.Procurement.choices)
    computer_name = forms.CharField(label="コンピューター名", max_length=100, required=False)
    domain = forms.CharField(label="ドメイン・ワークグループ", max_length=100, required=False)
    manufacturer = forms.CharField(label="メーカー", max_length=100, required=False)
    model = forms.CharField(label="システムモデル", max_length=120, required=False)
    serial = forms.CharField(
        label="システムシリアル",
        max_length=100,
        required=False,
        help_text="エージェントの受信と台帳を結びつけます。",
    )
    uuid = forms.CharField(label="UUID", max_length=40, required=False)
    segment = forms.CharField(label="ネットワークの区分", max_length=60, required=False)
    note = forms.CharField(label="備考", max_length=300, required=False)


class PlaceForm(forms.Form):
    """Where a terminal is assigned, and to whom."""

    unit = forms.ChoiceField(label="所属")
    person = forms.CharField(
        label="使用者の職員番号", max_length=20, required=False, help_text="共用の端末は空欄にします。"
    )
    on = EraDateField(label="いつから")

    def __init__(self, *args: Any, units: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self.fields["unit"], [_CHOOSE, *units])


class NewTerminalForm(TerminalForm, PlaceForm):
    """A terminal entered with its place. Nothing is chosen beforehand: what stays as it was offered counts wrongly."""

    field_order = ("number", "kind", "procurement", "unit", "person", "on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self.fields["kind"], [_CHOOSE, *Terminal.Kind.choices])
        _offer(self.fields["procurement"], [_CHOOSE, *Terminal.Procurement.choices])


class StateForm(forms.Form):
    """What happened to a terminal."""

    event = forms.ChoiceField(label="記録すること", widget=forms.RadioSelect)
    on = EraDateField(label="いつ")
    because = forms.CharField(
        label="理由",
        max_length=300,
        required=False,
        help_text="所在不明と、廃棄・返却のときに書きます。",
    )

    def __init__(self, *args: Any, events: Sequence[Event], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self.fields["event"], [(event.value, EVENTS[event]) for event in events])


class DecideForm(forms.Form):
    """Whether two terminals are one."""

    same = forms.ChoiceField(
        label="判断", choices=[("same", "同じ端末"), ("different", "別の端末")], widget=forms.RadioSelect
    )
    because = forms.CharField(
        label="理由", max_length=300, help_text="例：現物のシールと台帳を照らし合わせた。"
    )


class ReasonForm(forms.Form):
    """Why something is taken back."""

    because = forms.CharField(label="理由", max_length=300)


class SettingsForm(forms.Form):
    """From when on a terminal is silent or old."""

    silent_days = CountField(label="受信がない端末とする日数", maximum=3_650)
    antivirus_days = CountField(label="パターンファイルが古いとする日数", maximum=3_650)
    patch_days = CountField(label="更新プログラムが古いとする日数", maximum=3_650)
    junk = forms.CharField(
        label="端末を表さないシリアル・UUID",
        widget=forms.Textarea(attrs={"rows": 5}),
        required=False,
        max_length=20_000,
        help_text="1行に1つ、「*」は任意の文字。よくあるもの（Default string など）は、書かなくても除きます。",
    )

    @staticmethod
    def initial_of(setting: InventorySetting) -> dict[str, Any]:
        names = ("silent_days", "antivirus_days", "patch_days")
        return {name: getattr(setting, name) for name in names} | {"junk": "\n".join(setting.junk)}


class SoftwareFilterForm(forms.Form):
    """What of the software is shown."""

    q = forms.CharField(label="名称・提供元の言葉", required=False, max_length=100)
    kind = forms.ChoiceField(
        label="種類",
        required=False,
        choices=[("", "アプリケーション・Office・ウイルス対策"), *SoftwareTitle.Kind.choices],
    )
    approval = forms.ChoiceField(
        label="許可", required=False, choices=[_ALL, ("no", "許可していないもの"), ("yes", "許可したもの")]
    )


class SupportForm(forms.Form):
    """A row of the city's own in the table of support dates."""

    kind = forms.ChoiceField(label="種類", choices=SupportDate.Kind.choices)
    product = forms.CharField(label="製品", max_length=120)
    pattern = forms.CharField(
        label="照合の式",
        max_length=200,
        help_text="名称と版に含まれる言葉。正規表現が使えます（例：一太郎 20(?:1\\d|20)）。大文字と小文字は区別しません。",
    )
    ends_on = EraDateField(label="サポート終了日")
    extended_to = EraDateField(label="有償の延長の終了日", required=False)
    source = forms.CharField(label="出典", max_length=200)
    checked_on = EraDateField(label="確認日")
    hidden = forms.BooleanField(
        label="この製品は数えない", required=False, help_text="出荷時の行をこの市では使わないとき。"
    )


class LicenceForm(forms.Form):
    """Licences bought."""

    name = forms.CharField(label="名称", max_length=120)
    pattern = forms.CharField(
        label="ソフトウェア名",
        max_length=200,
        help_text="ソフトウェアの一覧にある名称。「*」は任意の文字（例：Microsoft Office Standard*）。",
    )
    count = CountField(label="本数", maximum=1_000_000)
    unit = forms.ChoiceField(label="購入した課", required=False)
    contract = forms.CharField(label="契約番号", max_length=60, required=False)
    vendor = forms.CharField(label="契約の相手", max_length=120, required=False)
    valid_from = EraDateField(label="開始日")
    valid_to = EraDateField(label="終了日", required=False, help_text="この日から数えません。買切りは空欄。")
    note = forms.CharField(label="備考", max_length=300, required=False)

    def __init__(self, *args: Any, units: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self.fields["unit"], [("", "全庁"), *units])


class ReconciliationForm(forms.Form):
    """What a paper printed."""

    title = forms.CharField(label="件名", max_length=120)
    statement = forms.CharField(
        label="記載された資料", max_length=300, help_text="どの資料のどこに載っている数か。"
    )
    as_of = EraDateField(label="基準日")
    printed_total = CountField(label="記載された合計", maximum=10_000_000)
    rows = forms.CharField(
        label="内訳",
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=20_000,
        help_text=(
            "1行に1つ「種類｜台数｜端末の種類｜調達｜予備」。端末の種類は「、」で区切り、空欄はすべて。"
            "調達は「情報政策課で調達」「各課で購入」か空欄、予備は「含む」か「除く」。"
        ),
    )


class ExplanationForm(forms.Form):
    """Why some of a difference is there."""

    of = forms.ChoiceField(label="どの差か")
    count = forms.CharField(
        label="説明できる台数",
        max_length=12,
        help_text="記載のほうが多い差は正、台帳のほうが多い差は負の数。",
    )
    text = forms.CharField(label="説明", widget=forms.Textarea(attrs={"rows": 3}), max_length=500)

    def __init__(self, *args: Any, differences: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self.fields["of"], differences)

    def clean_count(self) -> int:
        said = unicodedata.normalize("NFKC", self.cleaned_data["count"]).replace(",", "").strip()
        sign, digits = (-1, said[1:]) if said[:1] in "-−△▲" else (1, said.lstrip("+"))
        if not (digits.isascii() and digits.isdigit()) or len(digits) > 9:
            raise forms.ValidationError("整数を入力してください（例：8、-3）。")
        return sign * int(digits)


class FileForm(forms.Form):
    file = forms.FileField(label="ファイル", help_text="Excel（.xlsx）かCSV（UTF-8、シフトJIS）。")
