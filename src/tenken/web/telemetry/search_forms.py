"""What people type about operation logs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Q

from tenken.common import clock
from tenken.common.japanese_text import search_key
from tenken.common.refusals import Invalid
from tenken.organization.access import Principal
from tenken.organization.directory import directory_of
from tenken.organization.models import Person
from tenken.telemetry.events.operations import OPERATIONS
from tenken.telemetry.models import SampledView, SearchExport, SearchPurpose, SearchRecord, Source, Terminal
from tenken.telemetry.permissions import SEARCH_EVENTS
from tenken.telemetry.search.criteria import DISPOSITIONS, DRIVES, Criteria, of_days
from tenken.telemetry.search.language import parse
from tenken.web.components.fields import CountField, EraDateField

_ALL = ("", "すべて")
DAYS_SHOWN_FIRST = 7


def unit_choices(by: Principal, on: date) -> list[tuple[str, str]]:
    """Return the units *by* may search that stand on a date, and those that are gone, each with its bureau."""
    directory = directory_of(by.city)
    seen = directory.units if by.everywhere(SEARCH_EVENTS) else by.units_with(SEARCH_EVENTS)
    rows = sorted((directory.units[key].code, key) for key in seen if directory.units[key].rank > 0)
    standing, gone = [], []
    for _, key in rows:
        one = directory.units[key]
        if one.starts <= on and (one.ends is None or on < one.ends):
            standing.append((str(key), directory.name(key, on)))
        else:
            gone.append((str(key), f"{directory.name(key, on)}（旧）"))
    return [*standing, *gone]


class SearchForm(forms.Form):
    """The search page. ``criteria()`` is what it asks for."""

    q = forms.CharField(
        label="語",
        required=False,
        max_length=500,
        help_text='空白でAND、OR、NOTか-で除く、"…"でこのとおりの文字、( )も使えます。',
    )
    since = EraDateField(label="期間の初日")
    until = EraDateField(label="期間の末日", help_text="")
    unit = forms.TypedChoiceField(
        label="所属（下の組織と、改組前を含む）", required=False, coerce=int, empty_value=None
    )
    person = forms.CharField(label="職員（職員番号か氏名）", required=False, max_length=100)
    device = forms.CharField(label="端末（端末機番号かコンピューター名）", required=False, max_length=100)
    op = forms.MultipleChoiceField(
        label="操作",
        required=False,
        choices=[(one.code, one.label) for one in OPERATIONS],
        widget=forms.CheckboxSelectMultiple,
    )
    disposition = forms.ChoiceField(label="制御の結果", required=False, choices=[_ALL, *DISPOSITIONS.items()])
    drive = forms.ChoiceField(label="ドライブ", required=False, choices=[_ALL, *DRIVES.items()])
    source = forms.ChoiceField(label="送信元", required=False)
    off_hours = forms.BooleanField(label="執務時間外だけ", required=False)

    SHORT = ("q", "since", "until", "unit")
    LONG = ("person", "device", "disposition", "drive", "source", "off_hours", "op")

    def __init__(self, *args: Any, by: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        _choose(self, "unit", [("", "すべて"), *unit_choices(by, by.on)])
        sources = Source.objects.filter(city=by.city_id).order_by("code").values_list("code", "name")
        asked = self.data.get("source", "")
        known = [(code, f"{name}（{code}）") for code, name in sources]
        if asked and asked not in dict(known):
            known.append((asked, asked))
        _choose(self, "source", [_ALL, *known])

    @property
    def short_fields(self) -> list[Any]:
        return [self[name] for name in self.SHORT]

    @property
    def long_fields(self) -> list[Any]:
        return [self[name] for name in self.LONG]

    @property
    def uses_long(self) -> bool:
        return any(self.data.get(name) for name in self.LONG)

    def clean_q(self) -> str:
        words: str = self.cleaned_data["q"]
        try:
            parse(words)
        except Invalid as refusal:
            raise forms.ValidationError([f"{one.place}：{one.message}" for one in refusal.problems]) from None
        return words

    def clean_person(self) -> str:
        """Return the 職員番号; a name must be that of one person."""
        typed: str = self.cleaned_data["person"].strip()
        if not typed:
            return ""
        people = Person.objects.filter(city=self.by.city_id)
        if people.filter(number=typed).exists():
            return typed
        found = list(people.filter(search_text__contains=search_key(typed)).order_by("number")[:6])
        if len(found) > 1:
            told = "、".join(f"{one.name}（{one.number}）" for one in found[:5])
            more = "など" if len(found) > 5 else ""
            raise forms.ValidationError(
                f"「{typed}」にあたる職員が複数います。職員番号で指定してください：{told}{more}"
            )
        return found[0].number if found else typed

    def clean_device(self) -> str:
        """Return the 端末機番号; a computer name becomes its terminal's."""
        typed: str = self.cleaned_data["device"].strip()
        if not typed:
            return ""
        found = Terminal.objects.filter(city=self.by.city_id).filter(
            Q(number=typed) | Q(computer_name__iexact=typed)
        )
        numbers = list(found.order_by("number").values_list("number", flat=True)[:2])
        return typed if typed in numbers or len(numbers) != 1 else numbers[0]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", "期間の末日は、初日以後にしてください。")
        elif since and until and until - since > timedelta(days=366 * 20):
            self.add_error("until", "期間は20年までにしてください。")
        return cleaned

    def criteria(self) -> Criteria:
        """Return what is asked for; only of a valid form."""
        value = self.cleaned_data
        return of_days(
            value["since"],
            value["until"],
            words=value["q"],
            unit=value["unit"],
            person=value["person"],
            device=value["device"],
            operations=tuple(value["op"]),
            disposition=value["disposition"],
            drive=value["drive"],
            source=value["source"],
            off_hours=value["off_hours"],
        )


def first_period() -> dict[str, date]:
    """Return the period the empty page begins with: the last seven days."""
    today = clock.today()
    return {"since": today - timedelta(days=DAYS_SHOWN_FIRST - 1), "until": today}


def _choose(form: forms.Form, name: str, choices: list[tuple[Any, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


class PurposeForm(forms.Form):
    kind = forms.ChoiceField(label="目的", choices=SearchPurpose.Kind.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label="目的の内容",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="何のために、誰の依頼で調べるかを書いてください。例：アラート12番の確認、〇〇課長からの依頼（文書番号）",
    )


class SaveSearchForm(forms.Form):
    name = forms.CharField(label="名称", max_length=80)
    shared = forms.BooleanField(label="ほかの検索者と共有する", required=False)


class ExportForm(forms.Form):
    format = forms.ChoiceField(
        label="形式",
        choices=SearchExport.Format.choices,
        widget=forms.RadioSelect,
        initial=SearchExport.Format.EXCEL,
        help_text="Excelは100万件までです。CP932にない文字があるときは、CSV（CP932）では出力できません。",
    )


class DayForm(forms.Form):
    """Whose day: *label* says of what."""

    of = forms.CharField(max_length=100)
    day = EraDateField(label="日付")

    def __init__(self, *args: Any, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["of"].label = label


class FileForm(forms.Form):
    path = forms.CharField(
        label="ファイル",
        max_length=2000,
        help_text="フォルダを含めて入力してください。例：\\\\FS01\\共有\\名簿.xlsx",
    )
    since = EraDateField(label="期間の初日", required=False, help_text="空けておくと、前後1年です。")
    until = EraDateField(label="期間の末日", required=False, help_text="")
    at = forms.IntegerField(
        required=False, min_value=0, max_value=4_102_444_800_000, widget=forms.HiddenInput
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", "期間の末日は、初日以後にしてください。")
        return cleaned


class RecordFilterForm(forms.Form):
    q = forms.CharField(label="検索した者・条件・目的", required=False, max_length=100)
    kind = forms.ChoiceField(label="種類", required=False, choices=[_ALL, *SearchRecord.Kind.choices])
    purpose = forms.ChoiceField(label="目的", required=False, choices=[_ALL, *SearchPurpose.Kind.choices])
    since = EraDateField(label="初日", required=False, help_text="")
    until = EraDateField(label="末日", required=False, help_text="")
    exported = forms.BooleanField(label="出力したものだけ", required=False)


class SampleForm(forms.Form):
    title = forms.CharField(label="名称", max_length=100, help_text="例：令和8年11月の戸籍データの閲覧")
    first = EraDateField(label="期間の初日")
    last = EraDateField(label="期間の末日", help_text="1年まで。")
    unit = forms.TypedChoiceField(
        label="対象の組織（下の組織を含む）", required=False, coerce=int, empty_value=None
    )
    wanted = CountField(label="抜取り数", maximum=1000)
    seed = CountField(
        label="乱数の種",
        required=False,
        maximum=99_999_999,
        help_text="空けておくと、システムが決めて記録します。同じ種からは、いつでも同じ結果になります。",
    )
    due_on = EraDateField(label="回答期限", required=False)

    def __init__(self, *args: Any, by: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "unit", [("", "全庁"), *unit_choices(by, by.on)])


class ReviewForm(forms.Form):
    verdict = forms.ChoiceField(
        label="業務上の必要",
        choices=[one for one in SampledView.Verdict.choices if one[0]],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label="確認の内容",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="どの業務で必要だったかを書いてください。必要でない・確認できないときは必ず書いてください。",
    )


class OverrideRuleForm(forms.Form):
    enabled = forms.BooleanField(label="毎月、各所属長に前月の件数を通知する", required=False)
    day = CountField(
        label="通知する日",
        maximum=28,
        help_text="1から28。閉庁日にあたるときは、次の開庁日に通知します。",
    )
    tell_none = forms.BooleanField(label="解除が0件の課公所にも通知する", required=False)


class MonthForm(forms.Form):
    month = forms.ChoiceField(label="月", required=False)

    def __init__(self, *args: Any, months: list[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "month", [(f"{one:%Y-%m}", f"{one.year}年{one.month}月") for one in months])
