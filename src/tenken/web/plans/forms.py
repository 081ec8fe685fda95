"""Forms of a plan: the activity, its stages, its courses and meetings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import formset_factory

from tenken.plans.inputs import ActivityInput, SessionInput, StageInput
from tenken.plans.models import PlannedActivity
from tenken.plans.rules.day_lists import read_days, read_months, write_days, write_months
from tenken.web.components.fields import CountField, EraDateField


class YearForm(forms.Form):
    """Whose year a new plan is."""

    fiscal_year = CountField(label="年度", help_text="西暦で入力します（平成27年度は2015）。", maximum=2100)


class OverviewForm(forms.Form):
    """The plan's opening words."""

    overview = forms.CharField(
        label="概要", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )


class AdoptForm(forms.Form):
    """When the plan was adopted."""

    adopted_on = EraDateField(label="決定日")


class ActivityForm(forms.Form):
    """One activity."""

    kind = forms.ChoiceField(label="種類", choices=PlannedActivity.Kind.choices)
    title = forms.CharField(label="名称", max_length=80)
    text = forms.CharField(
        label="内容", max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )
    programme_code = forms.CharField(
        label="点検のコード",
        max_length=20,
        required=False,
        help_text="この年度の点検を計画すると、その段階の期間と課公所数が資料に載ります（毎年の点検はyearly）。",
    )
    visits = CountField(
        label="訪問調査の予定数",
        required=False,
        maximum=9999,
        help_text="資料には「5課程度」のように載ります。",
    )


class StageForm(forms.Form):
    """One stage."""

    name = forms.CharField(label="名称", max_length=60)
    starts_on = EraDateField(label="開始日")
    ends_on = EraDateField(label="終了日")
    target = forms.CharField(label="対象", max_length=200)
    purpose = forms.CharField(label="目的", max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    outline = forms.CharField(label="実施概要", max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))


class _ListField(forms.CharField):
    """Text read by a function that says in Japanese what it cannot read."""

    def __init__(self, reads: Any, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=2000, **kwargs)
        self.reads = reads

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return self.reads(text)
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from None


class SessionForm(forms.Form):
    """One course or meeting."""

    name = forms.CharField(label="名称", max_length=80)
    form = forms.CharField(
        label="形式・回数",
        max_length=120,
        required=False,
        help_text="例：半日×3回、月2回開催（原則　第2、4水曜日）",
    )
    dates = _ListField(
        read_days,
        label="開催日",
        help_text="例：平成27年6月25日、26日、8月5日、6日",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    months = _ListField(read_months, label="開催月", help_text="日が決まっていないとき。例：4月、6月、9月")
    contents = _ListField(
        str.splitlines,
        label="内容",
        help_text="1行に1つずつ書きます。",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


StageFormSet = formset_factory(
    StageForm, extra=1, max_num=12, absolute_max=12, can_delete=True, can_delete_extra=False
)
SessionFormSet = formset_factory(
    SessionForm, extra=1, max_num=40, absolute_max=40, can_delete=True, can_delete_extra=False
)


def activity_initial(activity: ActivityInput) -> dict[str, Any]:
    """Return an activity as its form shows it."""
    return {
        "kind": activity.kind,
        "title": activity.title,
        "text": activity.text,
        "programme_code": activity.programme_code,
        "visits": activity.visits,
    }


def stages_initial(activity: ActivityInput) -> list[dict[str, Any]]:
    return [dict(vars(stage)) for stage in activity.stages]


def sessions_initial(activity: ActivityInput) -> list[dict[str, Any]]:
    return [
        {
            "name": one.name,
            "form": one.form,
            "dates": write_days(one.dates),
            "months": write_months(one.months),
            "contents": "\n".join(one.contents),
        }
        for one in activity.sessions
    ]


def activity_of(form: ActivityForm, stages: Any, sessions: Any) -> ActivityInput:
    """Return what valid forms say."""
    return ActivityInput(
        **form.cleaned_data,
        stages=[StageInput(**values) for values in _kept(stages)],
        sessions=[SessionInput(**values) for values in _kept(sessions)],
    )


def _kept(formset: Any) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in form.cleaned_data.items() if name != "DELETE"}
        for form in formset
        if form.cleaned_data and not form.cleaned_data.get("DELETE")
    ]
