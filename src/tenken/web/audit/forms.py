"""What people type about visits."""

from __future__ import annotations

from typing import Any

from django import forms

from tenken.audit.models import Visit, VisitItem
from tenken.audit.queries.auditors import PossibleAuditor
from tenken.policy.models import CheckCategory
from tenken.web.components.fields import ClockTimeField, CountField, EraDateField


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class DrawForm(forms.Form):
    """A draw by lot."""

    method = forms.ChoiceField(
        label="選び方",
        choices=[("stratified", "局・区ごとに無作為（対象数の割合で配る）"), ("random", "全庁から無作為")],
        widget=forms.RadioSelect,
        initial="stratified",
    )
    wanted = CountField(label="選ぶ数", maximum=999)
    rested_years = forms.TypedChoiceField(
        label="最近訪問した課公所",
        coerce=int,
        choices=[
            (0, "除かない"),
            (1, "昨年度に訪問した課公所を除く"),
            (3, "3年以内に訪問した課公所を除く"),
            (5, "5年以内に訪問した課公所を除く"),
        ],
        initial=0,
    )
    seed = CountField(
        label="乱数の種",
        required=False,
        maximum=99_999_999,
        help_text="空けておくと、システムが決めて記録します。同じ種からは、いつでも同じ結果になります。",
    )
    reasons = forms.CharField(label="選び方の理由", max_length=1000, widget=_area(3))


class ByHandForm(forms.Form):
    """A choice by name; the sections are the boxes of the list."""

    reasons = forms.CharField(label="指名する理由", max_length=300, widget=_area(2))


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=300)


class AddUnitForm(forms.Form):
    unit = forms.ChoiceField(label="課公所")
    reason = forms.CharField(label="選んだ理由", max_length=300)

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "選んでください"), *choices]


class PlanForm(forms.Form):
    planned_on = EraDateField(label="訪問予定日")
    begins_at = ClockTimeField(label="開始", required=False)
    ends_at = ClockTimeField(label="終了", required=False)
    place = forms.CharField(
        label="場所", required=False, max_length=120, help_text="空けておくと、課公所の執務室です。"
    )
    lead = forms.TypedChoiceField(label="主任の監査人", coerce=int)
    team = forms.TypedMultipleChoiceField(
        label="ほかの監査人", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    request = forms.CharField(
        label="準備のお願い",
        required=False,
        max_length=1000,
        widget=_area(4),
        help_text="通知に書きます（台帳、当番表、鍵の管理簿など）。",
    )

    def __init__(self, *args: Any, auditors: list[PossibleAuditor], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Who may not is offered all the same: the refusal says why.
        choices = [
            (one.person_id, f"{one.name}（{one.title}）" + ("　※独立性なし" if one.conflict else ""))
            for one in auditors
        ]
        lead, team = self.fields["lead"], self.fields["team"]
        assert isinstance(lead, forms.ChoiceField)
        assert isinstance(team, forms.ChoiceField)
        lead.choices, team.choices = [("", "選んでください"), *choices], choices
        if not choices:
            del self.fields["team"]


class NotifyForm(forms.Form):
    letter_number = forms.CharField(
        label="文書番号", required=False, max_length=40, help_text="例：26総情第123号"
    )


class FinishForm(forms.Form):
    attended_by = forms.CharField(label="対応者", max_length=200, help_text="課公所の側で対応した人。")


class AskFactsForm(forms.Form):
    due_on = EraDateField(label="回答の期限")


class FactsForm(forms.Form):
    answer = forms.ChoiceField(label="訪問調査の内容", choices=Visit.Facts.choices, widget=forms.RadioSelect)
    comment = forms.CharField(
        label="意見",
        required=False,
        max_length=2000,
        widget=_area(5),
        help_text="事実と違うことがあるときは、どこがどう違うかを書いてください。",
    )


class ReportForm(forms.Form):
    summary = forms.CharField(label="総評", max_length=2000, widget=_area(6))
    facts_reply = forms.CharField(
        label="課公所の意見への対応", required=False, max_length=2000, widget=_area(4)
    )

    def __init__(self, *args: Any, commented: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not commented:
            del self.fields["facts_reply"]


class ObservationForm(forms.Form):
    item = forms.TypedChoiceField(
        label="確認項目",
        required=False,
        coerce=int,
        empty_value=None,
        help_text="点検項目にないことは、調査項目だけを選びます。",
    )
    category = forms.ChoiceField(label="調査項目", required=False)
    title = forms.CharField(label="指摘事項", max_length=500, widget=_area(2))
    detail = forms.CharField(label="内容", required=False, max_length=2000, widget=_area(4))
    due_on = EraDateField(
        label="改善の期限", required=False, help_text="空けておくと、フォローアップの最終日です。"
    )

    def __init__(
        self, *args: Any, items: list[VisitItem], categories: list[CheckCategory], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        item, category = self.fields["item"], self.fields["category"]
        assert isinstance(item, forms.ChoiceField)
        assert isinstance(category, forms.ChoiceField)
        item.choices = [
            ("", "（点検シートにないこと）"),
            *((one.pk, f"{one.category.name}：{one.revision.question}"[:90]) for one in items),
        ]
        category.choices = [("", "（なし）"), *((one.code, one.name) for one in categories)]


class PracticeForm(forms.Form):
    text = forms.CharField(label="優良事例", max_length=1000, widget=_area(3))
    category = forms.ChoiceField(label="調査項目", required=False)

    def __init__(self, *args: Any, categories: list[CheckCategory], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["category"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "（なし）"), *((one.code, one.name) for one in categories)]


class AnswerPermissionForm(forms.Form):
    granted = forms.ChoiceField(
        label="課名を添えて載せることについて",
        choices=[("yes", "載せてよい"), ("no", "載せないでほしい")],
        widget=forms.RadioSelect,
    )


class ProposeForm(forms.Form):
    title = forms.CharField(label="見出し", max_length=100)
    situation = forms.CharField(label="状況", max_length=2000, widget=_area(3))
    measure = forms.CharField(label="取組", max_length=2000, widget=_area(4))


class MeetingForm(forms.Form):
    visits = forms.TypedMultipleChoiceField(
        label="報告した訪問調査", coerce=int, widget=forms.CheckboxSelectMultiple
    )
    held_on = EraDateField(label="開催日")
    place = forms.CharField(label="会場", required=False, max_length=120)
    attendees = forms.CharField(label="出席者", max_length=2000, widget=_area(3))
    minutes = forms.CharField(label="報告と議事の要旨", max_length=10000, widget=_area(8))

    def __init__(self, *args: Any, visits: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["visits"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = visits


FINDING_LINES = 5


class PastVisitForm(forms.Form):
    """A visit that took place, with up to five findings."""

    unit = forms.TypedChoiceField(label="課公所", coerce=int)
    visited_on = EraDateField(label="訪問日")
    good_practices = forms.CharField(
        label="優良事例", required=False, max_length=3000, widget=_area(3), help_text="1行に1つ。"
    )

    def __init__(
        self, *args: Any, units: list[tuple[int, str]], items: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "選んでください"), *units]
        for number in range(1, FINDING_LINES + 1):
            self.fields[f"item_{number}"] = forms.ChoiceField(
                label=f"課題{number}の点検項目", required=False, choices=[("", "（なし）"), *items]
            )
            self.fields[f"seen_{number}"] = forms.CharField(
                label=f"課題{number}：見たこと", required=False, max_length=500, widget=_area(2)
            )

    def findings(self) -> list[tuple[str, str]]:
        """Return the lines that say something."""
        pairs = ((self.cleaned_data[f"item_{n}"], self.cleaned_data[f"seen_{n}"]) for n in _NUMBERS)
        return [pair for pair in pairs if any(pair)]

    def head(self) -> list[forms.BoundField]:
        return [self["unit"], self["visited_on"], self["good_practices"]]

    def finding_fields(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"item_{n}"], self[f"seen_{n}"]) for n in _NUMBERS]


_NUMBERS = range(1, FINDING_LINES + 1)
