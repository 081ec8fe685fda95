"""The gallery: every component with an example and the lines that draw it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from tenken.web.components.samples import sample_context

EXAMPLES = Path(__file__).resolve().parent.parent / "templates" / "web" / "components" / "examples"

# Reading order; an example that is not named here comes last.
_ORDER = [
    "text",
    "buttons",
    "breadcrumbs",
    "steps",
    "notice",
    "error_summary",
    "field",
    "filter_bar",
    "export_links",
    "table",
    "plain_table",
    "table_region",
    "status_tag",
    "pagination",
    "tabs",
    "figure_card",
    "progress",
    "description_list",
    "empty_state",
    "answer_group",
    "autosave_status",
    "confirm",
    "chart",
    "timeline",
    "diff",
    "icon",
]
_TITLES = {
    "text": "文字",
    "buttons": "ボタン",
    "breadcrumbs": "現在位置",
    "steps": "年間の流れ",
    "notice": "お知らせ",
    "error_summary": "誤りの一覧",
    "field": "入力欄",
    "filter_bar": "一覧の絞り込み",
    "export_links": "ファイルへの出力",
    "table": "一覧表",
    "plain_table": "小さな表",
    "table_region": "横に動く表",
    "status_tag": "状態",
    "pagination": "ページの移動",
    "tabs": "表示の切替え",
    "figure_card": "件数",
    "progress": "進み具合",
    "description_list": "項目と内容",
    "empty_state": "何もないとき",
    "answer_group": "点検項目の回答",
    "autosave_status": "自動保存の状態",
    "confirm": "確認の画面",
    "chart": "図",
    "timeline": "経過",
    "diff": "変更前と変更後",
    "icon": "記号",
}


@dataclass(frozen=True)
class Example:
    """One component: its name, its Japanese title, how it looks and the template that draws it."""

    name: str
    title: str
    html: SafeString
    source: str


def example_names() -> list[str]:
    """Return the names of all examples in reading order."""
    names = {path.stem for path in EXAMPLES.glob("*.html")}
    return [name for name in _ORDER if name in names] + sorted(names - set(_ORDER))


def render_example(request: HttpRequest, name: str) -> Example:
    """Draw the example called *name* with the sample values."""
    return Example(
        name=name,
        title=_TITLES.get(name, name),
        html=render_to_string(f"web/components/examples/{name}.html", sample_context(request), request),
        source=(EXAMPLES / f"{name}.html").read_text(encoding="utf-8").strip(),
    )


@login_required
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component on one page, for the people who build and check pages."""
    examples = [render_example(request, name) for name in example_names()]
    local_nav = [
        {
            "heading": "部品",
            "items": [{"label": example.title, "url": f"#{example.name}"} for example in examples],
        }
    ]
    return render(request, "web/components/gallery.html", {"examples": examples, "local_nav": local_nav})
