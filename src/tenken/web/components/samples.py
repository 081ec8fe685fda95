"""Values for the examples of the gallery. No real office, no database."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest
from django_tables2 import Column, RequestConfig

from tenken.common.refusals import Problem
from tenken.web.components.answers import AnswerGroup
from tenken.web.components.fields import CountField, EraDateField
from tenken.web.components.tables import NumberColumn, StatusColumn, Table

_STATUSES = {
    "approved": ("承認済み", "green"),
    "review": ("確認中", "blue"),
    "draft": ("入力中", "yellow"),
    "returned": ("差戻し", "red"),
    "untouched": ("未着手", "neutral"),
}


class SampleForm(forms.Form):
    """One field of each kind."""

    section = forms.ChoiceField(
        label="課", choices=[("1", "健康福祉局 こども家庭課"), ("2", "市民局 市民課")]
    )
    count = CountField(label="USBメモリの数", help_text="台帳に載せている数。全角でも入力できます。")
    due = EraDateField(label="改善の期限")
    direction = forms.ChoiceField(
        label="今後の対応",
        choices=[("fix", "改善する"), ("keep", "代わりの対策を取る"), ("accept", "リスクを受け入れる")],
        widget=forms.RadioSelect,
    )
    carriers = forms.MultipleChoiceField(
        label="使っている媒体",
        choices=[("usb", "USBメモリ"), ("hdd", "外付けハードディスク"), ("dvd", "DVD")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    reason = forms.CharField(
        label="理由", help_text="400字以内。", max_length=400, widget=forms.Textarea(attrs={"rows": 4})
    )
    evidence = forms.FileField(label="根拠となる資料", required=False)
    agreed = forms.BooleanField(label="課内で内容を確認しました")


class SampleFilter(forms.Form):
    """A search box and two selects."""

    q = forms.CharField(label="課の名前", required=False)
    bureau = forms.ChoiceField(
        label="局・区", required=False, choices=[("", "すべて"), ("1", "健康福祉局"), ("2", "市民局")]
    )
    status = forms.ChoiceField(
        label="状態",
        required=False,
        choices=[("", "すべて"), *((code, label) for code, (label, _) in _STATUSES.items())],
    )


class SampleTable(Table):
    """Sheets of five sections."""

    caption = "表1　点検シートの提出状況"
    row_header = "section"

    code = Column(verbose_name="番号", orderable=False)
    section = Column(verbose_name="課", linkify=lambda record: f"#section-{record['code']}")
    bureau = Column(verbose_name="局・区")
    last_year = NumberColumn(verbose_name="昨年度の課題")
    issues = NumberColumn(verbose_name="今年度の課題")
    status = StatusColumn(_STATUSES, verbose_name="状態")

    class Meta(Table.Meta):
        order_by = "section"


_ROWS: list[dict[str, Any]] = [
    {
        "code": f"2-1-{number:02}",
        "section": section,
        "bureau": bureau,
        "last_year": last,
        "issues": now,
        "status": status,
    }
    for number, (section, bureau, last, now, status) in enumerate(
        [
            ("こども家庭課", "健康福祉局", 12, 9, "approved"),
            ("保育課", "健康福祉局", 3, 4, "review"),
            ("市民課", "市民局", 1_204, 1_188, "draft"),
            ("地域振興課", "市民局", 5, None, "returned"),
            ("区政推進課", "市民局", 0, None, "untouched"),
            ("資産税課", "財政局", 2, 2, "approved"),
            ("市民税課", "財政局", 7, 6, "review"),
        ],
        start=1,
    )
]


def _answers() -> list[AnswerGroup]:
    return [
        AnswerGroup(
            name="answer_11",
            number="1-1",
            text="離席するとき、パソコンの画面をロックしている。",
            clause="情報セキュリティ基準 第2章 4（2）",
            value="ok",
            last="適合",
            comment_name="comment_11",
            save_url="#",
        ),
        AnswerGroup(
            name="answer_12",
            number="1-2",
            text="USBメモリの所在を、台帳と月に1回以上照らし合わせている。",
            help="照らし合わせた記録が残っていることを確かめてください。",
            value="issue",
            comment="4月と5月は記録が残っていなかった。",
            comment_name="comment_12",
            last="課題あり",
            last_comment="台帳にないUSBメモリが2本見つかった。",
            save_url="#",
        ),
        AnswerGroup(
            name="answer_13",
            number="1-3",
            text="外部委託先に、個人情報の取扱いを契約で定めている。",
            comment_name="comment_13",
            last="該当なし",
            error="回答を選んでください。",
        ),
    ]


def sample_context(request: HttpRequest) -> dict[str, Any]:
    """Return the values every example may use."""
    table = SampleTable(_ROWS)
    RequestConfig(request, paginate={"per_page": 5}).configure(table)
    empty = SampleTable([], prefix="empty-")
    filled = SampleForm(
        {"section": "1", "count": "１２本", "due": "平成26年8月29日", "direction": "keep", "reason": ""},
        auto_id="id_sample_%s",
    )
    return {
        "form": SampleForm(initial={"direction": "fix"}, auto_id="id_%s"),
        "wrong_form": filled,
        "filter_form": SampleFilter(request.GET or None, auto_id="id_filter_%s"),
        "problems": [
            Problem("0以上の数字を入力してください。", "シート「名簿」5行C列"),
            Problem("理由を入力してください。", "今後の対応", "reason"),
        ],
        "table": table,
        "empty_table": empty,
        "page": Paginator(range(422), 50).page(3),
        "steps": [
            {"label": "点検票の配布", "state": "done", "when": "7月1日 完了"},
            {"label": "各課の点検", "state": "current", "when": "8月29日（金）まで"},
            {"label": "改善と報告", "state": "todo", "when": "10月31日（金）まで"},
            {"label": "訪問調査", "state": "todo", "when": "11月"},
            {"label": "改善の確認", "state": "todo", "when": "3月まで"},
        ],
        "tabs": [
            {"label": "自課の課題", "url": "#tab-own", "current": True, "badge": 3},
            {"label": "局全体", "url": "#tab-bureau"},
            {"label": "昨年度", "url": "#tab-last"},
        ],
        "facts": [
            ("課", "健康福祉局 こども家庭課"),
            ("情報管理者", "課長　山田 花子"),
            ("提出期限", "平成26年8月29日（金）"),
            ("備考", ""),
        ],
        "header": ["分類", "課題のある課", "改善した課", "割合"],
        "numbers": [["媒体", 41, 30, "73%"], ["パスワード", 28, 28, "100%"], ["机上の整理", 9, None, "—"]],
        "chart_table": {
            "header": ["年度", "課題のある課"],
            "rows": [["平成25年度", 151], ["平成26年度", 132]],
        },
        "answers": _answers(),
        "events": [
            {"when": "8月20日 10:12", "who": "こども家庭課 佐藤 太郎", "what": "提出", "tone": "blue"},
            {
                "when": "8月21日 14:30",
                "who": "課長 山田 花子",
                "what": "差戻し",
                "tone": "red",
                "comment": "1-2の理由を、いつから、どうするのかまで書いてください。",
            },
            {"when": "8月22日 9:05", "who": "課長 山田 花子", "what": "承認", "tone": "green"},
        ],
        "changes": [
            {"label": "情報管理者", "before": "山田 花子", "after": "鈴木 一郎"},
            {"label": "USBメモリの数", "before": "12本", "after": "9本"},
            {"label": "保管場所", "before": "", "after": "鍵のかかる書庫"},
            {"label": "備考", "before": "なし", "after": "なし"},
        ],
    }
