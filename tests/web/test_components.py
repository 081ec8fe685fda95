"""The components: each has an example that draws, none breaks the content security policy, all work by keyboard."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django import forms
from django.contrib.staticfiles import finders
from django.core.paginator import Paginator
from django.template import Context, engines
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import path

import tenken
from tenken.common.refusals import Problem
from tenken.inspection.models import Sheet
from tenken.web.components import views
from tenken.web.components.answers import AnswerGroup
from tenken.web.components.fields import CountField, EraDateField
from tenken.web.components.samples import SampleForm, SampleTable, sample_context
from tenken.web.components.tables import StatusColumn, Table
from tenken.web.inspection.labels import SHEET_STATUSES
from tenken.web.security import POLICY
from tenken.web.templatetags.tenken import register

# The parts stand on no page: an address list of their own keeps these tests apart from the pages'.
urlpatterns = [path("", views.gallery, name="home")]
pytestmark = pytest.mark.urls(__name__)

SOURCE = Path(tenken.__file__).resolve().parent
# But for the paper that leaves as a file: no page of ours, and nothing beside it to keep its looks in.
TEMPLATES = sorted(
    set(SOURCE.rglob("templates/**/*.html")) - {SOURCE / "reports/templates/reports/paper.html"}
)
PARTS = SOURCE / "web" / "templates" / "web" / "components"

# What a page may not hold: the policy would stop it, or it would need the policy loosened.
FORBIDDEN = {
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "inline script": re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE),
    "event handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "htmx handler": re.compile(r"\s(?:hx-on|hx-vals\s*=\s*[\"']js:|hx-vars)", re.IGNORECASE),
    "javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "foreign address": re.compile(
        r"<(?:script|link|img|iframe)[^>]*(?:src|href)=[\"'](?:https?:)?//", re.IGNORECASE
    ),
}


@pytest.fixture(autouse=True)
def _plain_static_files(settings: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def draw(source: str, path: str = "/", **values: Any) -> str:
    request = RequestFactory().get(path)
    template = engines["django"].from_string(source)
    return template.render({"request": request, **values}, request)


# --- the gallery ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", views.example_names())
def test_example_draws(name: str) -> None:
    example = views.render_example(RequestFactory().get("/components/"), name)
    assert example.html.strip()
    assert "{%" not in example.html
    assert example.title != name, "the gallery has no Japanese title for it"


def test_every_partial_has_an_example() -> None:
    partials = {path.stem for path in PARTS.glob("*.html")} - {"gallery"}
    assert partials <= set(views.example_names())


def test_every_tag_is_used_in_an_example() -> None:
    shown = "".join(path.read_text(encoding="utf-8") for path in (PARTS / "examples").glob("*.html"))
    missing = [
        name for name in register.tags if name != "query_with" and not re.search(rf"{{% {name}\b", shown)
    ]
    assert missing == []


def test_gallery_needs_a_signed_in_person() -> None:
    assert hasattr(views.gallery, "__wrapped__")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_template_keeps_the_content_security_policy(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(text)] == []


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("style attribute", '<p class="a"\n style="color: red">'),
        ("style element", "<style>p{}</style>"),
        ("inline script", "<script>alert(1)</script>"),
        ("event handler", '<button onclick="go()">'),
        ("htmx handler", '<p hx-on:click="go()">'),
        ("javascript address", '<a href="javascript:go()">'),
        ("foreign address", '<link href="https://example.com/a.css">'),
    ],
)
def test_the_gate_closes(what: str, text: str) -> None:
    assert FORBIDDEN[what].search(text)


def test_the_drawn_gallery_keeps_the_policy_too() -> None:
    page = views.gallery.__wrapped__(RequestFactory().get("/components/")).content.decode()
    code_less = re.sub(r"<pre.*?</pre>", "", page, flags=re.DOTALL)
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(code_less)] == []
    ids = re.findall(r'\sid="([^"]+)"', code_less)
    assert sorted({one for one in ids if ids.count(one) > 1}) == []


# --- the base page ------------------------------------------------------------------------------------------


def test_base_draws_with_nothing_known() -> None:
    page = render_to_string("web/base.html", {})
    assert '<html lang="ja">' in page
    assert "｜Tenken</title>" in page
    assert "ログアウト" not in page
    assert "main-nav" not in page


def test_base_shows_person_menus_and_logout() -> None:
    page = draw(
        '{% extends "web/base.html" %}{% block title %}点検{% endblock %}{% block content %}<h1>点検</h1>{% endblock %}',
        site={"city_name": "青葉市", "person_name": "山田 花子", "unit_name": "市民課", "signed_in": True},
        main_nav=[
            {"label": "ホーム", "url": "/", "current": False},
            {"label": "点検", "url": "/i/", "current": True},
        ],
        local_nav=[{"heading": "平成26年度", "items": [{"label": "差戻し", "url": "/r/", "badge": 3}]}],
    )
    assert "<title>点検｜Tenken</title>" in page
    assert "青葉市" in page
    assert "市民課" in page
    assert '<a href="/i/" aria-current="page">点検</a>' in page
    assert '3<span class="visually-hidden">件</span>' in page
    assert '<form method="post"' in page
    assert "csrfmiddlewaretoken" in page


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 422])
def test_error_page_says_what_and_where(status: int) -> None:
    page = render_to_string(
        "web/errors/error.html",
        {
            "status": status,
            "title": "取り込めません",
            "message": "<誤り>",
            "problems": [Problem("数字です。", "5行C列")],
        },
    )
    assert "&lt;誤り&gt;" in page
    assert "5行C列：数字です。" in page


def test_500_page_stands_alone() -> None:
    assert "処理できませんでした" in render_to_string("web/errors/500.html", {})


# --- what happened -------------------------------------------------------------------------------------------


def test_notice_escapes_its_title_and_keeps_its_body() -> None:
    html = draw("{% notice 'warning' name %}<p>{{ name }}</p>{% endnotice %}", name="<b>課</b>")
    assert "&lt;b&gt;課&lt;/b&gt;</p>" in html
    assert "<p>&lt;b&gt;" in html
    assert "<b>" not in html


def test_unknown_kinds_and_tones_do_not_break_a_page() -> None:
    assert "notice--info" in draw("{% notice 'odd' '題' %}{% endnotice %}")
    assert "tag--neutral" in draw("{% status_tag 'a' '題' 'mauve' %}")


def test_error_summary_leads_to_fields_that_exist() -> None:
    form = SampleForm({"count": "多数"}, auto_id="id_%s")
    summary = draw("{% error_summary form %}", form=form)
    fields = "".join(draw("{% field one %}", one=bound) for bound in form)
    targets = re.findall(r'href="#([^"]+)"', summary)
    assert len(targets) == len(form.errors) == 6
    assert [one for one in targets if f'id="{one}"' not in fields] == []
    assert "6か所の誤り" in summary


def test_error_summary_draws_nothing_when_nothing_is_wrong() -> None:
    assert draw("{% error_summary form %}", form=SampleForm()).strip() == ""


def test_error_summary_takes_problems() -> None:
    html = draw(
        "{% error_summary problems=problems %}",
        problems=[Problem("数字です。", "5行", "count"), Problem("空です。")],
    )
    assert '<a href="#id_count">5行：数字です。</a>' in html
    assert "<li>空です。</li>" in html


# --- forms ----------------------------------------------------------------------------------------------------


def test_field_ties_label_help_and_error_together() -> None:
    html = draw("{% field form.reason %}", form=SampleForm({"reason": ""}))
    assert '<label class="field__label" for="id_reason">' in html
    assert "※必須" in html
    assert 'aria-describedby="id_reason_help id_reason_error"' in html
    assert 'aria-invalid="true"' in html
    assert "＊理由を入力してください。" in html
    assert html.count("aria-describedby") == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("direction", "今後の対応を選んでください。"),
        ("agreed", "「課内で内容を確認しました」に印を付けてください。"),
    ],
)
def test_a_missing_choice_is_asked_for_in_its_words(name: str, message: str) -> None:
    assert message in draw("{% field one %}", one=SampleForm({})[name])


def test_choices_are_a_named_group() -> None:
    html = draw("{% field form.direction %}", form=SampleForm())
    assert "<fieldset" in html
    assert "<legend" in html
    assert html.count('type="radio"') == 3


def test_a_number_is_typed_as_text() -> None:
    class Form(forms.Form):
        n = forms.IntegerField(label="数")

    html = draw("{% field form.n %}", form=Form())
    assert 'type="text"' in html
    assert 'inputmode="numeric"' in html


@pytest.mark.parametrize(("typed", "number"), [("１，２３４", 1234), ("0", 0)])
def test_count_field_reads_full_width(typed: str, number: int) -> None:
    assert CountField().clean(typed) == number


@pytest.mark.parametrize("typed", ["-1", "十", "1.5"])
def test_count_field_refuses_in_japanese(typed: str) -> None:
    with pytest.raises(forms.ValidationError, match="数として読めません"):
        CountField().clean(typed)


def test_count_field_has_a_limit() -> None:
    with pytest.raises(forms.ValidationError, match="100以下"):
        CountField(maximum=100).clean("101")


def test_era_date_field_reads_and_writes_era_dates() -> None:
    field = EraDateField()
    assert str(field.clean("Ｈ26.7.1")) == "2014-07-01"
    assert field.prepare_value(field.clean("2014-07-01")) == "平成26年7月1日"
    with pytest.raises(forms.ValidationError, match="日付"):
        field.clean("7月ごろ")
    with pytest.raises(forms.ValidationError, match="2999年まで"):
        field.clean("9999-12-31")


def test_answer_group_with_comment_and_saving() -> None:
    answer = AnswerGroup(
        name="a1",
        text="施錠している。",
        value="issue",
        comment_name="c1",
        comment="<夜間>",
        last="適合",
        save_url="/s/",
    )
    html = draw("{% answer_group answer %}", answer=answer)
    assert 'value="issue" checked' in html
    assert 'data-reveal-for="issue"' in html
    assert "&lt;夜間&gt;" in html
    assert "前回の回答" in html
    assert 'hx-post="/s/"' in html
    assert answer.label == "課題あり"


def test_answer_group_to_read_only() -> None:
    html = draw("{% answer_group a %}", a=AnswerGroup(name="a", text="？", comment_name="c", read_only=True))
    assert html.count("disabled") == 3
    assert "readonly" in html
    assert "hx-post" not in html


def test_confirm_carries_the_token() -> None:
    html = draw("{% confirm '提出します' submit='提出する' cancel_url='/back/' %}{% endconfirm %}")
    assert re.search(r'name="csrfmiddlewaretoken" value="\w{20,}"', html)
    assert 'href="/back/"' in html


# --- lists -----------------------------------------------------------------------------------------------------


def test_table_has_caption_row_headers_and_sort_order() -> None:
    html = draw(
        "{% data_table table %}", table=sample_context(RequestFactory().get("/?page=2&sort=-issues"))["table"]
    )
    assert "（全7件）" in html
    assert 'aria-sort="descending"' in html
    assert '<th scope="row"' in html
    assert 'role="region" tabindex="0" aria-labelledby="table-caption"' in html
    assert 'aria-current="page"' in html


def test_sorting_starts_again_at_the_first_page_and_keeps_the_filter() -> None:
    request = RequestFactory().get("/?q=%E8%AA%B2&page=2")
    html = draw("{% data_table table %}", "/?q=%E8%AA%B2&page=2", table=sample_context(request)["table"])
    links = re.findall(r'class="sort" href="([^"]+)"', html)
    assert links
    assert all("page=" not in link and "q=%E8%AA%B2" in link for link in links)


def test_empty_table_says_so() -> None:
    assert "該当するものはありません。" in draw("{% data_table table caption='表9' %}", table=SampleTable([]))


def test_cells_are_escaped() -> None:
    html = draw(
        "{% data_table table %}", table=SampleTable([{"code": "1", "section": "<script>", "status": "<i>"}])
    )
    assert "<script>" not in html
    assert "<i>" not in html


def test_filter_bar_offers_to_clear_only_what_is_set() -> None:
    def bar(query: str) -> str:
        request = RequestFactory().get(f"/list/{query}")
        return draw("{% filter_bar form %}", f"/list/{query}", form=sample_context(request)["filter_form"])

    assert "条件を消す" not in bar("")
    assert "条件を消す" not in bar("?sort=section")
    assert '<a class="filter-bar__clear" href="/list/">条件を消す</a>' in bar("?q=%E8%AA%B2&sort=section")
    assert '<input type="hidden" name="sort" value="section">' in bar("?q=%E8%AA%B2&sort=section")


def test_pagination_keeps_the_query_and_hides_when_alone() -> None:
    page = Paginator(range(422), 50).page(3)
    html = draw("{% pagination page %}", "/?q=a", page=page)
    assert "全422件中 101～150件" in html
    assert "?q=a&amp;page=4" in html
    assert draw("{% pagination page %}", page=Paginator(range(3), 50).page(1)).strip() == ""


def test_plain_table_sets_figures_flush_right() -> None:
    html = draw("{% plain_table header rows %}", header=["課", "件"], rows=[["市民課", 3], ["税務課", None]])
    assert '<td class="num">3</td>' in html
    assert '<td class="num">—</td>' in html
    assert '<th scope="row">市民課</th>' in html


def test_progress_of_nothing() -> None:
    assert "0／0件（0%）" in draw("{% progress 0 0 '提出' %}")


def test_breadcrumbs_in_both_forms() -> None:
    flat = draw("{% breadcrumbs '点検' '/i/' 'シート' %}")
    listed = draw("{% breadcrumbs items %}", items=[{"label": "点検", "url": "/i/"}, {"label": "シート"}])
    assert flat == listed
    assert '<li aria-current="page">シート</li>' in flat
    assert '<a href="/i/">点検</a>' in flat


def test_query_with_outside_a_request() -> None:
    template = engines["django"].from_string("{% query_with 'a' 1 %}")
    assert template.template.render(Context({})) == "?a=1"


# --- in a browser ------------------------------------------------------------------------------------------------


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def gallery_address() -> Iterator[str]:
    """The gallery on a server of its own: no database, the true policy, and one address that saves."""
    reply = {"status": "204 No Content", "body": b""}

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith("/static/"):
            found = finders.find(path.removeprefix("/static/"))
            kinds = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
            start_response("200 OK", [("Content-Type", kinds[Path(str(found)).suffix])])
            return [Path(str(found)).read_bytes()]
        if environ["REQUEST_METHOD"] == "POST":
            posted = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
            refused = parse_qs(posted).get("answer_11") == ["na"]
            start_response(
                "409 Conflict" if refused else reply["status"], [("Content-Type", "text/html; charset=utf-8")]
            )
            return ["<p data-refusal>ほかの人が先に変更しました。</p>".encode() if refused else reply["body"]]
        page = views.gallery.__wrapped__(RequestFactory().get(path))
        start_response(
            "200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Security-Policy", POLICY)]
        )
        return [page.content]

    server = make_server("127.0.0.1", 0, application, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/components/"
    server.shutdown()
    server.server_close()
    thread.join(5)


CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        path = str(CHROMIUM) if CHROMIUM.exists() else None
        chromium = play.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1366, 390])
def test_gallery_is_accessible_and_fits(browser: Any, gallery_address: str, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_page(viewport={"width": width, "height": 900})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(gallery_address)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    violations = Axe().run(page).response["violations"]
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in violations] == []
    assert said == []
    page.close()


@pytest.mark.browser
def test_saving_as_one_types(browser: Any, gallery_address: str) -> None:
    from playwright.sync_api import expect

    page = browser.new_page(viewport={"width": 1366, "height": 900})
    page.goto(gallery_address)
    status = page.locator("[data-autosave-status]")
    retry = status.get_by_role("button", name="もう一度保存する")
    first = page.locator("#id_answer_11")

    expect(first.locator("textarea")).to_be_hidden()
    with page.expect_response(lambda response: response.request.method == "POST") as answered:
        first.get_by_label("課題あり").check()
    sent = parse_qs(answered.value.request.post_data, keep_blank_values=True)
    assert sent == {"answer_11": ["issue"], "comment_11": [""]}, "one answer is sent, not the sheet"
    expect(first.locator("textarea")).to_be_visible()
    expect(status).to_have_attribute("data-state", "saved")

    first.get_by_label("該当なし").check()
    expect(status).to_have_attribute("data-state", "failed")
    expect(first).to_contain_text("ほかの人が先に変更しました。")
    expect(retry).to_be_visible()

    page.context.set_offline(True)
    first.get_by_label("適合").check()
    expect(status).to_contain_text("通信ができません")
    page.context.set_offline(False)  # the browser says "online": what was not saved is sent again
    expect(status).to_have_attribute("data-state", "saved")
    expect(retry).to_be_hidden()
    page.close()


@pytest.mark.browser
def test_a_form_is_sent_once(browser: Any, gallery_address: str) -> None:
    page = browser.new_page()
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.goto(gallery_address)
    button = page.get_by_role("button", name="提出する")
    button.evaluate("one => { one.click(); one.click(); one.form.requestSubmit(one) }")
    page.wait_for_timeout(300)
    assert len(posts) == 1
    page.close()


def test_a_state_of_a_field_with_choices_keeps_its_code_and_colour() -> None:
    class States(Table):
        status = StatusColumn(SHEET_STATUSES, verbose_name="状態")

    (row,) = States([Sheet(status="submitted")]).rows
    assert row.get_cell("status") == '<span class="tag tag--blue" data-status="submitted">承認待ち</span>'
