"""The components of every page, as template tags. Loaded everywhere (settings: builtins); ``/components/`` shows each.

    {% notice "warning" "見出し" %}本文{% endnotice %}            kind: info | success | warning | error
    {% error_summary form %}  {% error_summary problems=problems title="…" %}
    {% field form.name unit="件" width="short" label="…" help="…" %}   width: short | medium | wide | full
    {% steps items label="…" %}                   items: label, state (done | current | todo), when, url
    {% status_tag code label tone %}              tone: neutral | blue | green | yellow | red
    {% breadcrumbs "点検" url "担当課の入力" %}   label, address, …, last label; or one list of {label, url}; ホーム and the room are added
    {% data_table table caption="表1　…" %}       a django-tables2 table (see tenken.web.components.tables)
    {% plain_table header rows caption="表2　…" row_header=True %}      header: list; rows: list of lists
    {% table_region "表3　…" %}<table class="table">…</table>{% endtable_region %}
    {% filter_bar form %}                         a GET form; its field q is the search box
    {% export_links excel=url csv=url word=url pdf=url %}
    {% description_list items %}                  items: (term, value) pairs
    {% figure_card 132 "課題のある課" url unit="課" note="昨年度 120課" tone="red" %}   inside <div class="figures">
    {% tabs items label="表示の切替え" %}         items: label, url, current, badge
    {% pagination page param="page" %}            page: django.core.paginator.Page
    {% progress value maximum "提出済み" unit="課" %}
    {% empty_state "見出し" %}本文{% endempty_state %}
    {% answer_group answer %}                     tenken.web.components.answers.AnswerGroup
    {% autosave_status %}                         the page's one line that says whether all is saved
    {% confirm "見出し" submit="削除する" cancel_url=url danger=True %}本文{% endconfirm %}
    {% chart svg_url alt table caption="図1　…" %}   table: {"header": […], "rows": [[…]]} or None
    {% timeline events %}                         events: when, who, what, comment, tone
    {% diff rows %}                               rows: label, before, after
    {% icon "warning" %}                          decorative; the words beside it say the same
    {% query_with "page" 3 %}                     the present address with one parameter changed
    {{ day|era }}                                 a date as offices write it: 平成26年7月1日

Class names used directly: ``button button--primary|secondary|tertiary|danger`` (``button--small``), ``button-row``, ``card``,
``figures``, ``stack``, ``lead``, ``note``, ``num`` (a cell with figures), ``visually-hidden``, ``print-only``, ``no-print``,
``page-wide`` (prints landscape), ``required-mark``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms, template
from django.conf import settings
from django.http import QueryDict
from django.template.context import Context
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tenken.common.era import era_date
from tenken.web.components.answer_html import answer_html
from tenken.web.components.answers import AnswerGroup
from tenken.web.components.fields import CountField, EraDateField
from tenken.web.components.table_html import table_body

register = template.Library()

_PARTS = "web/components/"
_NOTICE_KINDS = {"info": "お知らせ", "success": "完了", "warning": "注意", "error": "エラー"}
_TONES = frozenset({"neutral", "blue", "green", "yellow", "red"})


def _part(name: str, values: dict[str, Any]) -> SafeString:
    return render_to_string(f"{_PARTS}{name}.html", values)


def _tidy(content: str) -> SafeString:
    """Drop the blanks around a block's content; the engine has rendered, and so escaped, it already."""
    return SafeString(content.strip())


def _tone(tone: str) -> str:
    """Return *tone* when there is such a tone, else neutral: a page never breaks over a colour."""
    return tone if tone in _TONES else "neutral"


# --- what happened ------------------------------------------------------------------------------------


@register.simple_block_tag(end_name="endnotice")
def notice(content: str, kind: str = "info", title: str = "", heading: str = "p") -> SafeString:
    """A banner: info, success, warning or error. *heading* is its title's element (``p``, ``h2``, ``h3``)."""
    kind = kind if kind in _NOTICE_KINDS else "info"
    return _part(
        "notice",
        {
            "kind": kind,
            "kind_label": _NOTICE_KINDS[kind],
            "title": title,
            "content": _tidy(content),
            "heading": heading if heading in ("p", "h2", "h3") else "p",
        },
    )


@register.filter
def notice_kind(level_tag: str) -> str:
    """Turn a Django message's level into the kind of a notice."""
    return level_tag if level_tag in _NOTICE_KINDS else "info"


@register.inclusion_tag(f"{_PARTS}error_summary.html")
def error_summary(form: Any = None, problems: Sequence[Any] = (), title: str = "") -> dict[str, Any]:
    """What is wrong with the input, each line a link to its place. Nothing is drawn when nothing is wrong.

    *form* may be a form, a form set or a list of forms; *problems* are ``tenken.common.refusals.Problem``.
    """
    lines: list[dict[str, str]] = []
    for one in _forms_of(form):
        for name, errors in one.errors.items():
            bound = None if name == "__all__" else one[name]
            for message in errors if bound is None else _messages(bound):
                lines.append(
                    {
                        "text": str(message) if bound is None else _with_label(bound, message),
                        "target": bound.auto_id if bound is not None and not bound.is_hidden else "",
                    }
                )
    for problem in problems or ():
        field_name = str(getattr(problem, "field", ""))
        lines.append({"text": str(problem), "target": f"id_{field_name}" if field_name else ""})
    return {"lines": lines, "title": title or f"入力内容に{len(lines)}か所の誤りがあります"}


def _messages(bound: forms.BoundField) -> list[str]:
    """Return the field's errors; Django's own "required" becomes a sentence that says what to do."""
    messages: list[str] = []
    standard = str(forms.Field.default_error_messages["required"])
    for error in bound.errors.as_data():
        text = " ".join(str(one) for one in error.messages)
        if error.code == "required" and text == standard:
            if isinstance(bound.field.widget, forms.CheckboxInput):
                text = f"「{bound.label}」に印を付けてください。"
            elif isinstance(bound.field.widget, forms.FileInput):
                text = f"{bound.label}のファイルを選んでください。"
            elif isinstance(bound.field.widget, forms.Select | forms.RadioSelect):
                text = f"{bound.label}を選んでください。"
            else:
                text = f"{bound.label}を入力してください。"
        messages.append(text)
    return messages


def _with_label(bound: forms.BoundField, message: str) -> str:
    label = str(bound.label)
    return message if label in message else f"{label}：{message}"


def _forms_of(form: Any) -> list[Any]:
    if not form:
        return []
    if isinstance(form, list | tuple):
        return list(form)
    if hasattr(form, "management_form"):
        return list(form.forms)
    return [form]


# --- forms --------------------------------------------------------------------------------------------


@register.inclusion_tag(f"{_PARTS}field.html")
def field(
    bound: forms.BoundField,
    unit: str = "",
    width: str = "",
    label: str = "",
    help: str = "",
    optional_mark: bool = False,
) -> dict[str, Any]:
    """A form field with label, ※必須, help, error and the ties between them that a screen reader follows."""
    widget = bound.field.widget
    kind = _kind(widget)
    help_text = help or bound.help_text
    errors = _messages(bound)
    described = [f"{bound.auto_id}_help"] if help_text else []
    described += [f"{bound.auto_id}_error"] if errors else []
    values: dict[str, Any] = {
        "field": bound,
        "kind": kind,
        "label": label or bound.label,
        "help": help_text,
        "errors": errors,
        "unit": unit,
        "required": bound.field.required and not bound.field.disabled,
        "optional_mark": optional_mark,
        "described_by": " ".join(described),
    }
    if kind in ("hidden", "choices"):
        return values
    css = "" if kind == "check" else f"control control--{kind} control--{width or _width(bound, kind)}"
    attrs: dict[str, Any] = {}
    if classes := f"{widget.attrs.get('class', '')} {css}".strip():
        attrs["class"] = classes
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if errors:
        attrs["aria-invalid"] = "true"
    if kind == "text" and isinstance(bound.field, forms.IntegerField | forms.DecimalField):
        # type=number empties full-width input, so figures are typed as text with a number pad.
        attrs |= {"type": "text", "inputmode": "numeric"}
    if kind == "file":
        values["limit_mb"] = getattr(widget, "limit_mb", settings.MAX_UPLOAD_BYTES // (1024 * 1024))
    values["control"] = bound.as_widget(attrs=attrs)
    return values


def _kind(widget: forms.Widget) -> str:
    if widget.is_hidden:
        return "hidden"
    kinds: tuple[tuple[type[forms.Widget], str], ...] = (
        (forms.RadioSelect, "choices"),
        (forms.CheckboxSelectMultiple, "choices"),
        (forms.CheckboxInput, "check"),
        (forms.SelectMultiple, "list"),
        (forms.Select, "select"),
        (forms.Textarea, "textarea"),
        (forms.FileInput, "file"),
    )
    return next((name for one, name in kinds if isinstance(widget, one)), "text")


def _width(bound: forms.BoundField, kind: str) -> str:
    if kind in ("textarea", "list", "file"):
        return "wide"
    if isinstance(
        bound.field, forms.IntegerField | forms.DecimalField | forms.DateField | CountField | EraDateField
    ):
        return "short"
    length = getattr(bound.field, "max_length", None)
    return "short" if length and length <= 12 else "medium"


@register.simple_tag
def answer_group(answer: AnswerGroup) -> SafeString:
    """One question of a sheet with its answers side by side."""
    return answer_html(answer)


@register.inclusion_tag(f"{_PARTS}autosave_status.html")
def autosave_status(saved_at: str = "") -> dict[str, Any]:
    """The page's one polite line about saving. *saved_at* is words such as 「14:03に保存しました」."""
    return {"saved_at": saved_at}


@register.simple_block_tag(takes_context=True, end_name="endconfirm")
def confirm(
    context: Context,
    content: str,
    title: str,
    submit: str,
    cancel_url: str,
    danger: bool = False,
    action: str = "",
    cancel: str = "やめて戻る",
) -> SafeString:
    """A page's question before something that cannot easily be undone: a form that posts, or a way back.

    *content* may hold hidden inputs and further fields.
    """
    return _part(
        "confirm",
        {
            "title": title,
            "submit": submit,
            "cancel_url": cancel_url,
            "cancel": cancel,
            "danger": danger,
            "action": action,
            "content": _tidy(content),
            "csrf_token": context.get("csrf_token"),
        },
    )


# --- where one is -------------------------------------------------------------------------------------


@register.inclusion_tag(f"{_PARTS}breadcrumbs.html", takes_context=True)
def breadcrumbs(context: Context, *parts: Any, aria_label: str = "現在位置") -> dict[str, Any]:
    """The way from ホーム to this page: label, address, …, last label, or one list of ``{label, url}``. On the pages of a
    room that has a menu of its own, the room comes after ホーム by itself (``room_crumb``, web.navigation)."""
    crumbs: list[dict[str, Any]] = [{"label": "ホーム", "url": _home()}]
    if room := context.get("room_crumb"):
        crumbs.append(room)
    if len(parts) == 1 and not isinstance(parts[0], str):
        for part in parts[0]:
            label, url = (part["label"], part.get("url")) if isinstance(part, Mapping) else part
            crumbs.append({"label": label, "url": url})
    else:
        for index in range(0, len(parts), 2):
            crumbs.append({"label": parts[index], "url": parts[index + 1] if index + 1 < len(parts) else ""})
    return {"crumbs": crumbs, "label": aria_label}


def _home() -> str:
    try:
        return reverse("home")
    except NoReverseMatch:
        return "/"


@register.inclusion_tag(f"{_PARTS}tabs.html")
def tabs(items: Sequence[Any], label: str = "表示の切替え") -> dict[str, Any]:
    """Views of one thing, side by side; each is an address of its own."""
    return {"items": items, "label": label}


@register.inclusion_tag(f"{_PARTS}steps.html")
def steps(items: Sequence[Any], label: str = "年間の流れ") -> dict[str, Any]:
    """The stages of a year or of one paper: what is done, where we are, what comes, with dates."""
    return {"items": items, "label": label}


@register.simple_tag(takes_context=True)
def query_with(context: Context, name: str, value: Any, drop: str = "") -> str:
    """Return ``?…`` of the present address with *name* set to *value* (removed when empty) and *drop* removed."""
    request = context.get("request")
    query = request.GET.copy() if request is not None else QueryDict(mutable=True)
    if drop:
        query.pop(drop, None)
    if value in (None, ""):
        query.pop(name, None)
    else:
        query[name] = str(value)
    encoded = query.urlencode()
    return f"?{encoded}" if encoded else "?"


@register.inclusion_tag(f"{_PARTS}pagination.html", takes_context=True)
def pagination(
    context: Context, page: Any, param: str = "page", label: str = "ページの移動"
) -> dict[str, Any]:
    """Links to the pages of a long list; nothing when there is only one."""
    paginator = page.paginator
    return {
        "request": context.get("request"),
        "page": page,
        "param": param,
        "label": label,
        "numbers": list(paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1))
        if paginator.num_pages > 1
        else [],
        "ellipsis": paginator.ELLIPSIS,
    }


# --- what there is ------------------------------------------------------------------------------------


@register.simple_tag
def status_tag(code: str, label: str, tone: str = "neutral") -> SafeString:
    """A small label of a state. The word carries the meaning, the colour repeats it; *code* is for tests and scripts."""
    return format_html('<span class="tag tag--{}" data-status="{}">{}</span>', _tone(tone), code, label)


@register.simple_tag(takes_context=True)
def data_table(context: Context, table: Any, caption: str = "") -> SafeString:
    """Draw a configured django-tables2 table with the product's template; *caption* wins over the table's own."""
    return render_to_string(
        table.template_name,
        {"table": table, "body": table_body(table), "caption": caption, "request": context.get("request")},
    )


@register.inclusion_tag(f"{_PARTS}plain_table.html")
def plain_table(
    header: Sequence[Any],
    rows: Sequence[Sequence[Any]],
    caption: str = "",
    row_header: bool = True,
    empty: str = "該当するものはありません。",
) -> dict[str, Any]:
    """A small table from lists. A column whose filled cells are all numbers is set flush right."""
    table_rows = [list(row) for row in rows]
    numeric = [
        _all_numbers([row[index] for row in table_rows if index < len(row)]) for index in range(len(header))
    ]
    return {
        "header": list(zip(header, numeric, strict=True)),
        "rows": [
            [(cell, numeric[at] if at < len(numeric) else False) for at, cell in enumerate(row)]
            for row in table_rows
        ],
        "caption": caption,
        "row_header": row_header,
        "empty": empty,
    }


def _all_numbers(cells: Sequence[Any]) -> bool:
    filled = [cell for cell in cells if cell not in (None, "", "—")]
    return bool(filled) and all(
        (isinstance(cell, int | float) and not isinstance(cell, bool))
        or str(cell).replace(",", "").replace(".", "").replace("%", "").strip().isdecimal()
        for cell in filled
    )


@register.simple_block_tag(end_name="endtable_region")
def table_region(content: str, caption: str) -> SafeString:
    """A labelled region around a hand-written ``<table class="table">`` that scrolls sideways on a phone."""
    return _part("table_region", {"content": content, "caption": caption})


@register.inclusion_tag(f"{_PARTS}filter_bar.html", takes_context=True)
def filter_bar(context: Context, form: forms.Form, label: str = "一覧の絞り込み") -> dict[str, Any]:
    """A GET form over a list. The sort order stays, the page number is dropped; 条件を消す appears when there is one."""
    request = context.get("request")
    kept = request.GET.getlist("sort") if request is not None else []
    active = form.is_bound and any(form.data.get(bound.html_name) for bound in form)
    return {
        "form": form,
        "label": label,
        "path": request.path if request is not None else "",
        "sorts": [] if "sort" in form.fields else kept,
        "active": active,
    }


@register.inclusion_tag(f"{_PARTS}export_links.html")
def export_links(label: str = "この一覧を出力", **urls: str) -> dict[str, Any]:
    """Links that take the list out as a file; *urls* by excel, csv, word, pdf, html."""
    kinds = {"excel": "Excel", "csv": "CSV", "word": "Word", "pdf": "PDF", "html": "HTML"}
    links = [{"label": name, "url": urls[kind]} for kind, name in kinds.items() if urls.get(kind)]
    return {"links": links, "label": label}


@register.inclusion_tag(f"{_PARTS}description_list.html")
def description_list(items: Sequence[Any]) -> dict[str, Any]:
    """Terms and their values: the head of a page about one thing. An empty value is drawn as a dash."""
    return {"items": items}


@register.inclusion_tag(f"{_PARTS}figure_card.html")
def figure_card(
    number: Any, label: str, url: str = "", unit: str = "", note: str = "", tone: str = "neutral"
) -> dict[str, Any]:
    """A number that opens the rows behind it."""
    return {"number": number, "label": label, "url": url, "unit": unit, "note": note, "tone": _tone(tone)}


@register.inclusion_tag(f"{_PARTS}progress.html")
def progress(value: int, maximum: int, label: str, unit: str = "件") -> dict[str, Any]:
    """How far work has come, in words and as a bar."""
    return {
        "value": value,
        "maximum": max(maximum, 1),
        "total": maximum,
        "percent": value * 100 // maximum if maximum else 0,
        "label": label,
        "unit": unit,
    }


@register.simple_block_tag(end_name="endempty_state")
def empty_state(content: str, title: str) -> SafeString:
    """What a page says when there is nothing yet, and what can be done about it."""
    return _part("empty_state", {"title": title, "content": _tidy(content)})


@register.inclusion_tag(f"{_PARTS}chart.html")
def chart(
    svg_url: str, alt: str, table: Mapping[str, Any] | None = None, caption: str = ""
) -> dict[str, Any]:
    """A drawn figure, what it says in words, and the figures behind it as a table."""
    return {"svg_url": svg_url, "alt": alt, "table": table, "caption": caption}


@register.inclusion_tag(f"{_PARTS}timeline.html")
def timeline(events: Sequence[Any], label: str = "経過") -> dict[str, Any]:
    """Who did what when, and what they said: the trail of a decision."""
    return {"events": events, "label": label}


@register.inclusion_tag(f"{_PARTS}diff.html")
def diff(rows: Sequence[Any], caption: str = "変更の内容") -> dict[str, Any]:
    """What was and what will be, line by line. A line that does not change says so."""
    return {"rows": rows, "caption": caption}


@register.inclusion_tag(f"{_PARTS}icon.html")
def icon(name: str) -> dict[str, Any]:
    """A small drawing in the colour of the text, hidden from screen readers."""
    return {"name": name}


@register.filter
def step_words(days: int) -> str:
    """Days from a due date in words: 「期限の7日前」「期限の日」「期限の3日後」."""
    if not days:
        return "期限の日"
    return f"期限の{days}日後" if days > 0 else f"期限の{-days}日前"


@register.filter
def era(day: date | None) -> str:
    """A date as offices write it (「平成26年7月1日」), '' for none."""
    return era_date(day) if day else ""
