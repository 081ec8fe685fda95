"""What people type about the rotation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from tenken.audit.rotation.operations import YearPlanData
from tenken.audit.rotation.operations.planning import STAGES
from tenken.audit.rotation.rules.parts import Factor, Rule, Weight
from tenken.common.fiscal_year import FiscalYear
from tenken.web.audits.rotation_labels import TIER_CHOICES, year_label
from tenken.web.components.fields import CountField, EraDateField


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _years(years: Iterable[int]) -> list[tuple[int, str]]:
    return [(year, year_label(year)) for year in years]


class DrawForm(forms.Form):
    """The one click: a year, which is the next one unless said otherwise."""

    fiscal_year = forms.TypedChoiceField(label="年度", coerce=int)
    seed = CountField(
        label="乱数の種",
        required=False,
        maximum=99_999_999,
        help_text="空けておくと、システムが決めて記録します。",
    )

    def __init__(self, *args: Any, years: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["fiscal_year"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = _years(years)


class ChoiceFilterForm(forms.Form):
    tier = forms.ChoiceField(
        label="区分",
        required=False,
        choices=[
            ("", "すべて"),
            ("chosen", "対象となったもの"),
            ("visited", "訪問調査と技術監査"),
            *((code, f"{label}だけ" if code != "none" else label) for code, label in TIER_CHOICES),
        ],
    )
    step = forms.ChoiceField(
        label="選んだ段",
        required=False,
        choices=[
            ("", "すべて"),
            ("due", "周期の期限"),
            ("level", "期限の集中を避ける"),
            ("points", "点数順"),
            ("override", "人が変更"),
        ],
    )
    important = forms.BooleanField(label="重要な情報システムだけ", required=False)
    q = forms.CharField(label="情報システム・所管課", required=False, max_length=60)


class OverrideForm(forms.Form):
    tier = forms.ChoiceField(label="区分", choices=TIER_CHOICES, widget=forms.RadioSelect)
    reason = forms.CharField(label="変更の理由", max_length=300, widget=_area(3))


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=300)


class PriorForm(forms.Form):
    """An audit held before, typed."""

    code = forms.ChoiceField(label="情報システム")
    tier = forms.ChoiceField(label="区分", choices=TIER_CHOICES[1:])
    held_on = EraDateField(label="実施日")
    source = forms.CharField(label="出所", max_length=300, help_text="例：平成26年度監査報告書")

    def __init__(self, *args: Any, systems: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "選んでください"), *systems]


class PriorFileForm(forms.Form):
    file = forms.FileField(
        label="表（Excel・CSV）",
        help_text="1行目を「コード」「区分」「実施日」「出所」とします。区分は、自己点検・訪問調査・技術監査のどれかです。",
    )


class RuleForm(forms.Form):
    """The whole rule: cycle, capacity, weights (points and limit of each factor), from when and why."""

    cycle_from = CountField(label="周期の起点の年度", maximum=2100, help_text="西暦の4桁（例：2027）")
    visit_within = CountField(label="訪問調査・技術監査の周期", maximum=20)
    visit_all = forms.TypedChoiceField(
        label="訪問調査の周期の対象",
        coerce=lambda value: value == "True",
        choices=[("False", "重要な情報システム"), ("True", "すべての情報システム")],
    )
    self_within = CountField(label="自己点検の周期", maximum=20)
    self_capacity = CountField(label="自己点検の件数", maximum=20_000, help_text="訪問調査と技術監査を含む数")
    visit_capacity = CountField(label="訪問調査の件数", maximum=20_000, help_text="技術監査を含む数")
    technical_capacity = CountField(label="技術監査の件数", maximum=20_000)
    rest_years = CountField(
        label="続けて選ばない年数",
        maximum=10,
        help_text="この年数のうちに訪問したものは、点数だけでは選びません。",
    )
    failure_years = CountField(label="障害を数える年数", maximum=20)
    valid_from = EraDateField(label="適用開始日")
    reason = forms.CharField(label="定める理由", max_length=1000, widget=_area(3))

    def __init__(self, *args: Any, rule: Rule, **kwargs: Any) -> None:
        values = {name: value for name, value in rule.as_json().items() if name != "weights"}
        values["visit_all"] = str(rule.visit_all)
        for factor, weight in rule.weights.items():
            values |= {f"points_{factor}": weight.points, f"limit_{factor}": weight.limit}
        kwargs["initial"] = values | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        for factor in Factor:
            self.fields[f"points_{factor}"] = CountField(label=f"{factor.label}の点数", maximum=1_000)
            self.fields[f"limit_{factor}"] = CountField(label=f"{factor.label}の上限", maximum=1_000)

    def weights(self) -> list[dict[str, Any]]:
        """Return the fields of each factor's weight, for a table."""
        return [
            {"factor": factor, "points": self[f"points_{factor}"], "limit": self[f"limit_{factor}"]}
            for factor in Factor
        ]

    def heads(self) -> list[tuple[forms.BoundField, str]]:
        """Return the other fields with their units."""
        names = [name for name in self.fields if not name.startswith(("points_", "limit_"))]
        units = {"capacity": "件", "within": "年", "years": "年"}
        return [(self[name], units.get(name.rpartition("_")[2], "")) for name in names]

    def rule(self) -> Rule:
        """Return the rule that was typed; only of a valid form."""
        said = self.cleaned_data
        numbers = {name: said[name] for name in self.fields if name in Rule.__dataclass_fields__}
        weights = {factor: Weight(said[f"points_{factor}"], said[f"limit_{factor}"]) for factor in Factor}
        return Rule(**numbers, weights=weights)


class MidTermForm(forms.Form):
    from_year = forms.TypedChoiceField(label="開始年度", coerce=int)
    years = forms.TypedChoiceField(
        label="年数", coerce=int, choices=[(3, "3年"), (4, "4年"), (5, "5年")], initial=3
    )
    purpose = forms.CharField(label="目的", max_length=2000, widget=_area(4))
    priorities = forms.CharField(label="重点", required=False, max_length=2000, widget=_area(4))

    def __init__(self, *args: Any, years: Iterable[int] | None, **kwargs: Any) -> None:
        """*years*: those it may begin in; None: the years stand already."""
        super().__init__(*args, **kwargs)
        if years is None:
            del self.fields["from_year"], self.fields["years"]
            return
        field = self.fields["from_year"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = _years(years)


class YearPlanForm(forms.Form):
    """The plan of a year; two days for each stage, both or none."""

    purpose = forms.CharField(label="目的", max_length=2000, widget=_area(4))
    focus = forms.CharField(label="重点", required=False, max_length=2000, widget=_area(4))
    policy = forms.CharField(label="方針", required=False, max_length=2000, widget=_area(4))
    budget_yen = CountField(label="予算額", required=False, maximum=10**12)
    budget_note = forms.CharField(label="予算の内訳", required=False, max_length=300)
    auditor_days = CountField(label="監査人の延べ日数", required=False, maximum=100_000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for stage, name in STAGES.items():
            self.fields[f"{stage}_from"] = EraDateField(label=f"{name}の始まり", required=False, help_text="")
            self.fields[f"{stage}_to"] = EraDateField(label=f"{name}の終わり", required=False, help_text="")

    def heads(self) -> list[forms.BoundField]:
        return [
            self[name] for name in ("purpose", "focus", "policy", "budget_yen", "budget_note", "auditor_days")
        ]

    def periods(self) -> list[dict[str, Any]]:
        """Return the two fields of each stage, for the page."""
        return [
            {"name": name, "first": self[f"{stage}_from"], "last": self[f"{stage}_to"]}
            for stage, name in STAGES.items()
        ]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        for stage in STAGES:
            for missing, given in (("from", "to"), ("to", "from")):
                name = f"{stage}_{missing}"
                if said.get(f"{stage}_{given}") and not said.get(name) and name not in self.errors:
                    self.add_error(name, "始まりと終わりの両方を入力してください。")
        return said

    def said(self) -> YearPlanData:
        """Return what was typed; only of a valid form."""
        said = self.cleaned_data
        names = ("purpose", "focus", "policy", "budget_yen", "budget_note", "auditor_days")
        periods = {
            stage: (said[f"{stage}_from"], said[f"{stage}_to"]) for stage in STAGES if said[f"{stage}_from"]
        }
        return YearPlanData(**{name: said[name] for name in names}, periods=periods)


def usual_year(year: int) -> dict[str, Any]:
    """Return what a new plan of a year begins with (document 001, 資料2 2(2))."""
    spans = {
        "self": (date(year, 6, 1), date(year, 7, 31)),
        "improvement": (date(year, 8, 1), date(year, 10, 31)),
        "visit": (date(year, 11, 1), date(year, 12, 28)),
        "technical": (date(year, 11, 1), date(year, 12, 28)),
        "follow_up": (date(year + 1, 1, 4), FiscalYear(year).ends_on),
    }
    days = {f"{stage}_from": first for stage, (first, _) in spans.items()}
    return days | {f"{stage}_to": last for stage, (_, last) in spans.items()}
