"""Forms of this room. They read; the operations decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from tenken.common import clock
from tenken.meetings.models import Council, Meeting, OfficerDuty
from tenken.meetings.operations import AgendaItem
from tenken.web.components.fields import ClockTimeField, EraDateField

_MONTHS = [(str(month), f"{month}月") for month in (*range(4, 13), 1, 2, 3)]


class MeetingForm(forms.Form):
    """A meeting to come. The agenda is one line an item, the paper's number after a 「／」."""

    council = forms.ModelChoiceField(label="会議体", queryset=Council.objects.none())
    meets_on = EraDateField(label="開催日")
    begins_at = ClockTimeField(label="開始", required=False)
    ends_at = ClockTimeField(label="終了", required=False)
    place = forms.CharField(label="会場", required=False, max_length=120)
    agenda = forms.CharField(
        label="議事",
        required=False,
        max_length=5000,
        help_text="1行に1つ。資料の番号は「／」のあとに書きます（例：点検の結果について／資料１）。",
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, *args: Any, city_id: int, meeting: Meeting | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["council"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Council.objects.filter(city=city_id)
        if meeting is not None:
            del self.fields["council"]

    def clean_agenda(self) -> list[AgendaItem]:
        lines = (line.strip() for line in self.cleaned_data["agenda"].splitlines())
        parts = (line.rpartition("／") if "／" in line else (line, "", "") for line in lines if line)
        return [AgendaItem(title.strip(), paper.strip()) for title, _, paper in parts]


def agenda_text(agenda: Sequence[dict[str, str]]) -> str:
    """Return an agenda as the form writes it."""
    return "\n".join(f"{one['title']}／{one['paper']}" if one["paper"] else one["title"] for one in agenda)


class MinutesForm(forms.Form):
    attendees = forms.CharField(label="出席者", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    minutes = forms.CharField(label="議事の要旨", max_length=10000, widget=forms.Textarea(attrs={"rows": 10}))


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=300)


class DutyForm(forms.Form):
    name = forms.CharField(label="職務", max_length=120)
    kind = forms.ChoiceField(label="種類", choices=OfficerDuty.Kind.choices)
    months = forms.MultipleChoiceField(
        label="期限の月",
        choices=_MONTHS,
        widget=forms.CheckboxSelectMultiple,
        help_text="選んだ月の末日までに、1回ずつ行います。",
    )
    retired_on = EraDateField(label="廃止日", required=False)

    def clean_months(self) -> list[int]:
        return [int(month) for month in self.cleaned_data["months"]]


class NewDutyForm(DutyForm):
    role = forms.ChoiceField(
        label="行う者",
        choices=[("ciso", "最高情報セキュリティ責任者"), ("bureau_manager", "局（区）情報管理者")],
    )
    code = forms.CharField(label="コード", max_length=40, help_text="英数字。あとから変えられません。")

    field_order = ["role", "code"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["retired_on"]


class _MeetingChoice(forms.ModelChoiceField):
    """A choice whose label is council, number and day."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.council.name}　第{obj.number}回（{obj.meets_on}）"


class DutyRecordForm(forms.Form):
    done_on = EraDateField(label="実施日", initial=clock.today)
    text = forms.CharField(
        label="内容",
        max_length=2000,
        help_text="いつ、どこで、だれに、何をしたか。",
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    meeting = _MeetingChoice(
        label="会議", queryset=Meeting.objects.none(), required=False, empty_label="（会議ではない）"
    )

    def __init__(self, *args: Any, held: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["meeting"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = held
