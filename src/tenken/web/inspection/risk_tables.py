"""The risk part across sections, as lists. *names*: of the sections, with their bureau."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from tenken.inspection.models import Answer, SheetAsset
from tenken.inspection.queries.risk_overview import SectionRisk
from tenken.inspection.rules.residual_risk import HIGH, LEVEL_LABELS, LOW, MEDIUM
from tenken.web.components.tables import NumberColumn, Table
from tenken.workbooks.ledgers import forms_text

TONES = {HIGH: "red", MEDIUM: "yellow", LOW: "green"}


class MissingTable(Table):
    """Countermeasures that are missing, each number leading to the sections behind it."""

    caption = "表3　不足している対策"
    row_header = "text"

    number = tables.Column(verbose_name="設問", orderable=False)
    text = tables.Column(verbose_name="対策", orderable=False)
    part = tables.Column(verbose_name="区分")
    missing = NumberColumn(verbose_name="不足している課公所", order_by=("-missing", "code"))
    answered = NumberColumn(verbose_name="答えた課公所（該当なしを除く）")
    missing_before = NumberColumn(verbose_name="前回")

    def __init__(self, *args: Any, base: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.base = base

    def render_part(self, value: str) -> str:
        return "リスク対策" if value == "risk" else "マネジメント"

    def render_missing(self, record: Any, value: int) -> SafeString:
        return format_html(
            '<a href="{}?{}">{}</a>', self.base, urlencode({"item": record.code}), f"{value:,}"
        )


class BureauRiskTable(Table):
    """Residual risks by bureau; the high ones lead to their rows."""

    caption = "表4　局・区別の残るリスク"
    row_header = "name"

    name = tables.Column(verbose_name="局・区", order_by="code")
    sections = NumberColumn(verbose_name="課公所")
    high = NumberColumn(verbose_name="高", order_by=("-high", "code"))
    undecided = NumberColumn(verbose_name="高のうち対応が未定", order_by=("-undecided", "code"))
    medium = NumberColumn(verbose_name="中", order_by=("-medium", "code"))
    low = NumberColumn(verbose_name="低", order_by=("-low", "code"))

    def __init__(self, *args: Any, base: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.base = base

    def _link(self, number: int, **query: Any) -> SafeString | str:
        if not number:
            return "0"
        return format_html('<a href="{}?{}">{}</a>', self.base, urlencode(query), f"{number:,}")

    def render_high(self, record: Mapping[str, Any], value: int) -> SafeString | str:
        return self._link(value, unit=record["key"], level=HIGH)

    def render_medium(self, record: Mapping[str, Any], value: int) -> SafeString | str:
        return self._link(value, unit=record["key"], level=MEDIUM)

    def render_low(self, record: Mapping[str, Any], value: int) -> SafeString | str:
        return self._link(value, unit=record["key"], level=LOW)

    def render_undecided(self, record: Mapping[str, Any], value: int) -> SafeString | str:
        return self._link(value, unit=record["key"], level=HIGH, undecided="on")


class SectionRiskTable(Table):
    """Residual risks of sections."""

    caption = "表1　残るリスク"
    row_header = "unit"

    unit = tables.Column(verbose_name="課公所", accessor="unit_id", order_by=("unit_code",))
    asset = tables.Column(verbose_name="情報資産", accessor="asset__name")
    classification = tables.Column(verbose_name="重要性分類", accessor="asset__classification")
    threat = tables.Column(verbose_name="脅威", accessor="threat__name")
    score = NumberColumn(verbose_name="点数", accessor="residual__score")
    level = tables.Column(verbose_name="判定", accessor="residual__level", order_by=("residual__score",))
    explanation = tables.Column(verbose_name="点数の内訳", accessor="residual__explanation", orderable=False)
    treatment = tables.Column(verbose_name="対応", empty_values=())
    note = tables.Column(verbose_name="対応の内容", accessor="decision__note", orderable=False)

    def __init__(self, *args: Any, names: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = names

    def render_unit(self, record: SectionRisk) -> SafeString:
        url = reverse("inspection-risk", args=[record.sheet_id])
        return format_html('<a href="{}">{}</a>', url, self.names.get(record.unit_id, ""))

    def render_classification(self, record: SectionRisk) -> str:
        return record.asset.get_classification_display()

    def render_level(self, value: str, record: SectionRisk) -> SafeString:
        label = LEVEL_LABELS[value] + ("（暫定）" if record.residual.provisional else "")
        return format_html('<span class="tag tag--{}" data-status="{}">{}</span>', TONES[value], value, label)

    def render_treatment(self, record: SectionRisk) -> str:
        return record.decision.get_treatment_display() if record.decision else "未定"


class SectionAssetTable(Table):
    """Main assets of sections."""

    caption = "表1　主要な情報資産"
    row_header = "name"

    unit = tables.Column(
        verbose_name="課公所",
        accessor="sheet__unit_id",
        order_by=("sheet__bureau__code", "sheet__unit__code", "order"),
        linkify=lambda record: reverse("inspection-risk", args=[record.sheet_id]),
    )
    name = tables.Column(verbose_name="情報資産", order_by=("name", "pk"))
    classification = tables.Column(verbose_name="重要性分類", order_by=("class_order", "pk"))
    amount = NumberColumn(verbose_name="件数")
    forms = tables.Column(verbose_name="保管の形", orderable=False)
    location = tables.Column(verbose_name="保管場所")

    def __init__(self, *args: Any, names: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = names

    def render_unit(self, value: int) -> str:
        return self.names.get(value, "")

    def render_classification(self, record: SheetAsset) -> str:
        return record.get_classification_display()

    def render_forms(self, value: list[str]) -> str:
        return forms_text(value) or "—"


class SectionMissingTable(Table):
    """The sections where one countermeasure is missing."""

    caption = "表1　対策が不足している課公所"
    row_header = "unit"

    unit = tables.Column(
        verbose_name="課公所",
        accessor="sheet__unit_id",
        order_by=("sheet__bureau__code", "sheet__unit__code"),
        linkify=lambda record: (
            f"{reverse('inspection-sheet', args=[record.sheet_id])}#id_question-{record.question_id}"
        ),
    )
    reason = tables.Column(verbose_name="課題の内容と理由", orderable=False)
    assets = NumberColumn(verbose_name="主要な情報資産", accessor="assets", order_by=("-assets", "pk"))

    def __init__(self, *args: Any, names: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = names

    def render_unit(self, value: int) -> str:
        return self.names.get(value, "")

    def render_reason(self, value: str, record: Answer) -> str:
        return value or record.comment
