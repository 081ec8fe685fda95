"""What people type about audits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from tenken.audit.engagements.rules.viewpoints import worded
from tenken.audit.models import Appointment, Engagement, FactAnswer, ReportItem, Visit
from tenken.audit.queries.auditors import PossibleAuditor
from tenken.common.fiscal_year import FiscalYear
from tenken.findings.models import Finding
from tenken.inspection.models import Stage
from tenken.web.components.fields import ClockTimeField, EraDateField

Choices = Sequence[tuple[Any, str]]


def area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def choose(form: forms.Form, name: str, choices: Iterable[tuple[Any, str]]) -> None:
    """Give a field of *form* its choices."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)


class PlanForm(forms.Form):
    """The plan of one audit; with ``special`` also by whose order and why."""

    fiscal_year = forms.TypedChoiceField(label="年度", coerce=int)
    kind = forms.ChoiceField(label="種類", choices=Engagement.Kind.choices)
    conduct = forms.ChoiceField(label="実施のしかた", choices=Engagement.Conduct.choices)
    conducted_with = forms.CharField(
        label="共同・外部で監査を行う者",
        required=False,
        max_length=120,
        help_text="共同監査の相手の市、外部監査の受託者など。",
    )
    unit = forms.TypedChoiceField(label="監査対象の課公所", coerce=int)
    system = forms.TypedChoiceField(
        label="監査対象の情報システム",
        required=False,
        coerce=int,
        empty_value=None,
        help_text="情報システム監査と技術監査では必ず選びます。所管する課公所のものに限ります。",
    )
    theme = forms.CharField(label="監査のテーマ", max_length=200)
    purpose = forms.CharField(label="監査の目的", max_length=2000, widget=area(3))
    scope = forms.CharField(label="監査の範囲", required=False, max_length=2000, widget=area(3))
    criteria = forms.CharField(
        label="監査の基準",
        required=False,
        max_length=2000,
        widget=area(2),
        help_text="対策基準、実施手順など。",
    )
    method = forms.CharField(label="監査の方法", required=False, max_length=2000, widget=area(3))
    chosen_because = forms.CharField(label="選んだ理由", required=False, max_length=1000, widget=area(2))
    starts_on = EraDateField(label="開始日")
    ends_on = EraDateField(label="終了日")

    def __init__(self, *args: Any, units: Choices, systems: Choices, year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "unit", [("", "選んでください"), *units])
        choose(self, "system", [("", "（なし）"), *systems])
        choose(self, "fiscal_year", [(one, str(FiscalYear(one))) for one in range(year - 2, year + 3)])


class OrderForm(PlanForm):
    """特命: besides the plan, why; and by whom and when where somebody else ordered it."""

    because = forms.CharField(label="特命とする理由", max_length=1000, widget=area(3))
    ordered_by_name = forms.CharField(
        label="命じた者", max_length=100, help_text="最高情報セキュリティ責任者の氏名。"
    )
    ordered_on = EraDateField(label="命じた日")

    def __init__(self, *args: Any, orders: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if orders:
            del self.fields["ordered_by_name"]
            del self.fields["ordered_on"]


class ViewpointsForm(forms.Form):
    viewpoints = forms.CharField(
        label="着眼点",
        max_length=6000,
        widget=area(10),
        required=False,
        help_text="1行に1つ、番号、空白、文の順に書きます（例：(3) 情報システムのサーバ等の管理は適切になされているか。）。",
    )

    @staticmethod
    def written(rows: Iterable[dict[str, Any]]) -> str:
        """Return *rows* as they are typed."""
        return "\n".join(f"{row['code']} {row['text']}".rstrip() for row in rows)

    def rows(self) -> list[dict[str, str]]:
        """Return what was typed, line by line."""
        found = []
        for line in self.cleaned_data["viewpoints"].splitlines():
            code, _, text = line.strip().replace("　", " ").partition(" ")
            if code:
                found.append({"code": code, "text": text.strip()})
        return found


class NotifyForm(forms.Form):
    letter_number = forms.CharField(
        label="文書番号", required=False, max_length=60, help_text="例：8総情第123号"
    )
    drafted_by = forms.CharField(label="起案者", max_length=100)
    drafted_on = EraDateField(label="起案日")
    letter_to = forms.CharField(label="宛名", max_length=120)
    letter_from = forms.CharField(label="差出人", max_length=120)
    request = forms.CharField(
        label="準備のお願い",
        required=False,
        max_length=2000,
        widget=area(5),
        help_text="用意していただく資料、立ち会う人など。",
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=300)


class AppointForm(forms.Form):
    auditor = forms.TypedChoiceField(label="監査人", coerce=int)
    part = forms.ChoiceField(label="役割", choices=Appointment.Part.choices, widget=forms.RadioSelect)
    valid_from = EraDateField(label="開始日")

    def __init__(self, *args: Any, auditors: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "auditor", [("", "選んでください"), *auditors])


class EndForm(ReasonForm):
    valid_to = EraDateField(label="任命を終える日", help_text="この日から監査人ではなくなります。")


class LinkForm(forms.Form):
    visit = forms.TypedChoiceField(label="訪問調査", coerce=int)

    def __init__(self, *args: Any, visits: list[Visit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(
            self,
            "visit",
            [(one.pk, f"{one.stage.programme.name}（{one.get_status_display()}）") for one in visits],
        )


class VisitForm(forms.Form):
    stage = forms.TypedChoiceField(label="点検", coerce=int)
    planned_on = EraDateField(label="訪問予定日")
    begins_at = ClockTimeField(label="開始", required=False)
    ends_at = ClockTimeField(label="終了", required=False)
    place = forms.CharField(label="場所", required=False, max_length=120)
    lead = forms.TypedChoiceField(label="主任の監査人", coerce=int)

    def __init__(
        self, *args: Any, stages: list[Stage], auditors: list[PossibleAuditor], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "stage", [(one.pk, f"{one.programme.name}　{one.name}") for one in stages])
        # Who may not is offered all the same: the refusal says why.
        names = [
            (one.person_id, f"{one.name}（{one.title}）" + ("　※独立性なし" if one.conflict else ""))
            for one in auditors
        ]
        choose(self, "lead", [("", "選んでください"), *names])


class ItemForm(forms.Form):
    kind = forms.ChoiceField(label="区分", choices=ReportItem.Kind.choices, widget=forms.RadioSelect)
    viewpoint = forms.ChoiceField(label="着眼点", required=False)
    perspective = forms.ChoiceField(
        label="3E・合規性の視点",
        required=False,
        choices=[("", "（なし）"), *Finding.Perspective.choices],
    )
    title = forms.CharField(label="件名", max_length=500, widget=area(2))
    detail = forms.CharField(label="内容", max_length=4000, widget=area(8))
    recommendation = forms.CharField(label="改善の提案", required=False, max_length=900, widget=area(4))
    aspect = forms.ChoiceField(
        label="運用面・技術面",
        required=False,
        choices=[("", "点検項目による"), *Finding.Aspect.choices],
    )
    item_code = forms.CharField(
        label="点検項目のコード", required=False, max_length=40, help_text="点検項目にあることのときだけ。"
    )
    due_on = EraDateField(label="改善の期限", required=False)

    def __init__(self, *args: Any, engagement: Engagement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        texts = worded(engagement.viewpoints)
        choose(
            self,
            "viewpoint",
            [("", "（なし）"), *((code, f"{code} {text}"[:80]) for code, text in texts.items())],
        )


class HeadForm(forms.Form):
    summary = forms.CharField(label="監査結果の概要", required=False, max_length=4000, widget=area(8))
    opinion = forms.CharField(label="総合意見", required=False, max_length=4000, widget=area(5))


class SendForm(forms.Form):
    due_on = EraDateField(label="回答の期限")


class AnswersForm(forms.Form):
    """An answer to each item of a draft (``answer_<key>``, ``words_<key>``)."""

    def __init__(self, *args: Any, items: Sequence[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = items
        for item in items:
            key, title = item["key"], item["title"][:60]
            self.fields[f"answer_{key}"] = forms.ChoiceField(
                label=f"「{title}」の事実",
                choices=FactAnswer.Answer.choices,
                widget=forms.RadioSelect,
                required=False,
            )
            self.fields[f"words_{key}"] = forms.CharField(
                label="相違の内容",
                required=False,
                max_length=2000,
                widget=area(3),
                help_text="相違があるときは、どこがどう違うかを書いてください。",
            )

    def said(self) -> dict[int, tuple[str, str]]:
        """Return what was answered by the key of each item."""
        return {
            item["key"]: (
                self.cleaned_data[f"answer_{item['key']}"],
                self.cleaned_data[f"words_{item['key']}"],
            )
            for item in self.items
        }

    def rows(self) -> list[tuple[dict[str, Any], forms.BoundField, forms.BoundField]]:
        """Return each item with its fields, as the page draws them."""
        return [(item, self[f"answer_{item['key']}"], self[f"words_{item['key']}"]) for item in self.items]


class ReplyForm(forms.Form):
    outcome = forms.ChoiceField(label="対応", choices=FactAnswer.Outcome.choices, widget=forms.RadioSelect)
    reply = forms.CharField(label="監査人の回答", max_length=2000, widget=area(4))
