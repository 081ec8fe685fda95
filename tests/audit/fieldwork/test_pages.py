from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tenken.audit.fieldwork.operations import (
    PartText,
    Withholding,
    add_answer_file,
    ask_question,
    ask_to_explain,
    choose_lines,
    keep_table,
    reconcile_flag,
    save_answer,
    withhold,
    write_paper,
)
from tenken.audit.models import (
    AnswerPart,
    ChecklistLine,
    Question,
    Reconciliation,
    ReportItem,
    WorkingPaper,
)
from tenken.journal.models import PersonalDataAccess
from tests.audit.fieldwork.seed_tables import A33

pytestmark = pytest.mark.django_db
DUE = date(2026, 11, 20)
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"0" * 20


@pytest.fixture
def enter(client, city):
    def signed_in(role):
        client.force_login(city.people[role].account)
        return client

    return signed_in


@pytest.fixture
def question(city, engagement):
    return ask_question(
        by=city.by("auditor"),
        engagement=engagement,
        topic="入室キー",
        text="機器の詳細を教えて下さい。",
        due_on=DUE,
        materials=["機器一覧"],
    )


@pytest.fixture
def table(city, engagement):
    cells = [A33.heads, *A33.rows]
    return keep_table(
        by=city.by("auditor"), engagement=engagement, title="導入状況", source="A33", cells=cells
    )


@pytest.fixture
def full(city, engagement, question, table):
    """An audit with something of everything."""
    by = city.by("auditor")
    choose_lines(by=by, engagement=engagement, item_codes=["clear-desk.leave", "media.ledger"])
    row = reconcile_flag(by=by, table=table, row=4, column=2)
    ask_to_explain(by=by, reconciliation=row, due_on=DUE, version=1)
    write_paper(by=by, engagement=engagement, kind="interview", title="聞き取り", text="聞いた。")
    return engagement


LISTS = ("fieldwork", "checklist", "papers", "questions", "requests", "reconciliations", "tables")


@pytest.mark.parametrize("page", LISTS)
def test_auditors_read_every_list_with_few_queries(enter, full, page, django_assert_max_num_queries):
    client = enter("auditor")
    url = reverse(f"audits-{page}", args=[full.pk])
    client.get(url)
    with django_assert_max_num_queries(40):
        response = client.get(url)
    assert response.status_code == 200
    assert "監査の実施" in response.content.decode()


@pytest.mark.parametrize("page", LISTS)
def test_the_section_reads_what_is_addressed_to_it(enter, full, page):
    response = enter("section_manager").get(reverse(f"audits-{page}", args=[full.pk]))
    addressed = ("fieldwork", "questions", "requests", "reconciliations")
    assert response.status_code == (200 if page in addressed else 404)


@pytest.mark.parametrize("role", ["other_manager", "staff", "bureau_manager", "committee"])
@pytest.mark.parametrize("page", LISTS)
def test_others_read_nothing(enter, full, role, page):
    assert enter(role).get(reverse(f"audits-{page}", args=[full.pk])).status_code == 404


def test_question_lists_do_not_ask_once_a_row(
    enter, city, engagement, question, django_assert_max_num_queries
):
    for number in range(30):
        ask_question(by=city.by("auditor"), engagement=engagement, text=f"質問{number}", due_on=DUE)
    client = enter("auditor")
    with django_assert_max_num_queries(40):
        client.get(reverse("audits-questions", args=[engagement.pk]))
    client = enter("section_manager")
    with django_assert_max_num_queries(40):
        assert client.get(reverse("audits-my-questions")).status_code == 200


def test_lists_leave_as_files(enter, full, table):
    client = enter("auditor")
    for page in LISTS[1:]:
        assert client.get(reverse(f"audits-{page}", args=[full.pk]) + "?export=excel").status_code == 200
    assert client.get(reverse("audits-table", args=[table.pk]) + "?export=csv").status_code == 200


def test_a_question_is_asked_answered_withheld_and_published(enter, city, engagement):
    client = enter("auditor")
    url = reverse("audits-question-new", args=[engagement.pk])
    assert client.post(url, {"text": "", "due_on": "x"}).status_code == 422
    sent = {"topic": "入室キー", "text": "機器は。", "due_on": "令和8年11月20日", "materials": "一覧\n図"}
    assert client.post(url, sent).status_code == 302
    question = Question.objects.get()
    assert question.requests.count() == 2
    page = reverse("audits-question", args=[question.pk])
    client = enter("section_manager")
    assert "回答する" in client.get(page).content.decode()
    answer = reverse("audits-question-answer", args=[question.pk])
    typed = {"version": "1", "part-1-heading": "メーカー", "part-1-text": "甲社", "part-2-text": "4台"}
    assert client.post(answer, {"version": "1", "part-1-text": "", "hand_in": "1"}).status_code == 422
    assert client.post(answer, typed | {"draft": "1"}).status_code == 302
    assert client.post(answer, typed | {"hand_in": "1"}).status_code == 409
    assert client.post(answer, typed | {"version": "2", "hand_in": "1"}).status_code == 302
    part = AnswerPart.objects.get(order=1)
    withheld = reverse("audits-answer-part-withheld", args=[part.pk])
    assert client.get(withheld).status_code == 200
    said = {"version": "3", "because": "防犯", "legal_ground": "条例第10条", "audience": "auditors"}
    assert client.post(withheld, said | {"because": ""}).status_code == 422
    assert client.post(withheld, said).status_code == 302
    client = enter("auditor")
    before = PersonalDataAccess.objects.count()
    assert "甲社" in client.get(page).content.decode()
    assert PersonalDataAccess.objects.count() == before + 1
    text = client.get(reverse("audits-questions-published", args=[engagement.pk])).content.decode()
    assert "「省略（防犯）」" in text
    assert "甲社" not in text
    for name in ("follow", "due", "withdraw"):
        assert client.get(reverse(f"audits-question-{name}", args=[question.pk])).status_code == 200
    close = reverse("audits-question-close", args=[question.pk])
    assert client.post(close, {"version": "4"}).status_code == 302


def test_a_withheld_file_is_sent_to_who_may_read_it_and_noted(enter, city, question):
    by = city.by("section_manager")
    file = add_answer_file(
        by=by, question=question, label="別紙1", name="図.txt", stream=BytesIO(b"secret"), version=1
    )
    url = reverse("audits-answer-file", args=[file.pk])
    assert enter("auditor").get(url).status_code == 404  # a draft
    save_answer(by=by, question=question, parts=[PartText("別紙のとおり")], version=2, hand_in=True)
    withhold(by=by, one=file, withholding=Withholding("防犯", "条例", "lead"), version=3)
    assert enter("auditor").get(url).content == b"secret"
    question.engagement.appointments.update(part="member")
    assert enter("auditor").get(url).status_code == 404
    assert enter("other_manager").get(url).status_code == 404
    assert enter("section_manager").get(url).status_code == 200


def test_the_checklist_is_saved_as_a_whole_and_an_item_proposed(enter, full):
    client = enter("auditor")
    url = reverse("audits-checklist", args=[full.pk])
    response = client.get(url)
    marks = {
        f"mark-{line['row'].pk}": line["mark"]
        for group in response.context["groups"]
        for line in group["lines"]
    }
    first, second = ChecklistLine.objects.order_by("order")
    bad = marks | {f"result-{first.pk}": "conforms", f"result-{second.pk}": "issue"}
    assert client.post(url, bad).status_code == 422
    assert not ChecklistLine.objects.exclude(result="").exists()
    assert client.post(url, bad | {f"note-{second.pk}": "台帳にない。"}).status_code == 302
    assert client.post(url, bad | {f"note-{second.pk}": "別の者"}).status_code == 409
    propose = reverse("audits-checklist-propose", args=[full.pk])
    assert client.post(propose, {"line": str(second.pk)}).status_code == 302
    assert ReportItem.objects.get().detail == "台帳にない。"
    assert client.get(reverse("audits-checklist-choose", args=[full.pk])).status_code == 200


def test_a_paper_is_written_with_a_photograph_and_superseded(enter, engagement):
    client = enter("auditor")
    url = reverse("audits-paper-new", args=[engagement.pk])
    assert client.get(url).status_code == 200
    sent = {"kind": "photograph", "title": "書庫", "made_on": "2026-11-10"}
    photo = SimpleUploadedFile("書庫.png", PNG)
    assert client.post(url, sent | {"uploads": [photo]}).status_code == 302
    bad = SimpleUploadedFile("書庫.png", b"not a picture")
    assert client.post(url, sent | {"uploads": [bad]}).status_code == 422
    paper = WorkingPaper.objects.get()
    page = client.get(reverse("audits-paper", args=[paper.pk])).content.decode()
    assert paper.sha256 in page
    file = paper.files.get().file
    assert client.get(reverse("file-download", args=[file.pk, file.name])).status_code == 200
    again = reverse("audits-paper-supersede", args=[paper.pk])
    assert client.post(again, sent).status_code == 422
    assert client.post(again, sent | {"because": "説明を加えた", "text": "鍵なし"}).status_code == 302
    assert (
        enter("section_manager").get(reverse("file-download", args=[file.pk, file.name])).status_code == 404
    )


def test_a_table_is_pasted_flagged_settled_and_reconciled(enter, engagement):
    client = enter("auditor")
    url = reverse("audits-table-new", args=[engagement.pk])
    pasted = "\n".join("\t".join(row) for row in (A33.heads, *A33.rows))
    sent = {"title": "導入状況", "source": "A33"}
    assert client.post(url, sent).status_code == 422
    response = client.post(url, sent | {"cells": pasted}, follow=True)
    text = response.content.decode()
    assert "縦の計が合いません：128＋2,340＋70＋572＝3,110、記載は3,118 台。" in text
    table = engagement.tables.get()
    kinds = {f"kind-{n}": column["kind"] for n, column in enumerate(table.columns)}
    rows = {f"row-{n}": kind for n, kind in enumerate(table.row_kinds)}
    settle = reverse("audits-table-settle", args=[table.pk])
    assert client.post(settle, kinds | rows | {"version": "1", "formula-2": "Z"}).status_code == 422
    assert client.post(settle, kinds | rows | {"version": "1"}).status_code == 302
    reconcile = reverse("audits-table-reconcile", args=[table.pk])
    assert client.post(reconcile, {"row": "4", "column": "2"}).status_code == 302
    assert client.post(reconcile, {"row": "4", "column": "2"}).status_code == 409
    assert client.post(reconcile, {"row": "x", "column": "2"}).status_code == 422


def test_a_table_comes_as_a_file(enter, engagement):
    book = openpyxl.Workbook()
    for row in (A33.heads, *A33.rows):
        book.active.append(row)
    data = BytesIO()
    book.save(data)
    sent = {"title": "導入状況", "source": "A33", "file": SimpleUploadedFile("表.xlsx", data.getvalue())}
    assert enter("auditor").post(reverse("audits-table-new", args=[engagement.pk]), sent).status_code == 302
    assert engagement.tables.get().file.name == "表.xlsx"
    sent["file"] = SimpleUploadedFile("表.xlsx", b"PK no")
    assert enter("auditor").post(reverse("audits-table-new", args=[engagement.pk]), sent).status_code == 422


def test_a_difference_is_recorded_and_goes_its_way(enter, engagement):
    client = enter("auditor")
    url = reverse("audits-reconciliation-new", args=[engagement.pk])
    sent = {
        "subject": "台数",
        "figure-1-source": "別紙15",
        "figure-1-value": "３，１１８",
        "figure-2-source": "別紙11",
        "figure-2-value": "2,340",
    }
    assert client.post(url, sent | {"figure-1-value": "多数"}).status_code == 422
    assert client.post(url, sent).status_code == 302
    row = Reconciliation.objects.get()
    args = [row.pk]
    assert "778" in client.get(reverse("audits-reconciliation", args=args)).content.decode()
    ask = reverse("audits-reconciliation-ask", args=args)
    assert client.post(ask, {"version": "1", "due_on": "2026-11-20"}).status_code == 302
    client = enter("section_manager")
    explain = reverse("audits-reconciliation-explain", args=args)
    assert client.post(explain, {"version": "2", "text": "x", "calculation": "1+1=3"}).status_code == 422
    assert (
        client.post(explain, {"version": "2", "text": "予備を含む", "calculation": "1+1=2"}).status_code
        == 302
    )
    decide = reverse("audits-reconciliation-decide", args=args)
    assert client.get(decide).status_code == 403
    client = enter("secretariat")
    said = {"version": "3", "outcome": "accept", "because": "確認した"}
    assert client.post(decide, said).status_code == 302
    assert client.get(reverse("audits-reconciliation-reopen", args=args)).status_code == 200


def test_material_is_handed_in_on_its_page(enter, question):
    row = question.requests.get()
    client = enter("section_manager")
    url = reverse("audits-request", args=[row.pk])
    assert client.post(url, {"version": "1"}).status_code == 422
    file = SimpleUploadedFile("一覧.txt", b"1")
    assert client.post(url, {"version": "1", "uploads": [file]}).status_code == 302
    page = client.get(url).content.decode()
    assert "一覧.txt" in page
    assert client.get(reverse("audits-request-decline", args=[row.pk])).status_code == 200


def test_retention_is_the_secretariats(enter, full):
    client = enter("secretariat")
    url = reverse("audits-retention")
    assert client.get(url).status_code == 200
    assert client.post(url, {"version": "0", "years": "0"}).status_code == 422
    assert client.post(url, {"version": "0", "years": "１０"}).status_code == 302
    assert enter("auditor").get(url).status_code == 403


def _filled(content: bytes, change) -> SimpleUploadedFile:
    book = openpyxl.load_workbook(BytesIO(content))
    sheet = book.worksheets[0]
    top = next(row[0].row for row in sheet.iter_rows() if "回答" in [cell.value for cell in row])
    columns = {cell.value: cell.column for cell in sheet[top]}
    change(sheet, top, columns)
    out = BytesIO()
    book.save(out)
    return SimpleUploadedFile("質問票.xlsx", out.getvalue())


def test_the_workbook_goes_out_comes_back_and_is_refused_when_stale(enter, city, question):
    client = enter("section_manager")
    content = client.get(reverse("audits-questions-workbook")).content

    def fill(sheet, top, columns):
        sheet.cell(top + 1, columns["回答"], "甲社製")
        sheet.cell(top + 1, columns["省略する理由"], "防犯")
        sheet.cell(top + 1, columns["根拠"], "条例第10条")
        for name in ("監査", "番号", "版"):
            sheet.cell(top + 2, columns[name], sheet.cell(top + 1, columns[name]).value)
        sheet.cell(top + 2, columns["回答"], "4台")
        sheet.cell(top + 2, columns["提出"], "○")

    upload = reverse("audits-questions-upload")
    response = client.post(upload, {"file": _filled(content, fill)})
    assert response.status_code == 200
    assert not AnswerPart.objects.exists()
    shown = {"token": response.context["token"], "shown": response.context["found"].digest}
    assert client.post(reverse("audits-questions-confirm"), shown).status_code == 302
    question.refresh_from_db()
    assert question.status == "answered"
    assert [(part.text, part.is_withheld) for part in AnswerPart.objects.order_by("order")] == [
        ("甲社製", True),
        ("4台", False),
    ]
    assert client.post(upload, {"file": _filled(content, fill)}).status_code == 422


def test_a_workbook_says_where_it_is_wrong(enter, city, question):
    client = enter("section_manager")
    content = client.get(reverse("audits-questions-workbook")).content

    def spoil(sheet, top, columns):
        sheet.cell(top + 1, columns["回答"], "=1+1")
        sheet.cell(top + 1, columns["省略する理由"], "防犯")
        sheet.cell(top + 1, columns["提出"], "はい")
        sheet.cell(top + 1, columns["版"], sheet.cell(top + 1, columns["版"]).value)

    response = client.post(reverse("audits-questions-upload"), {"file": _filled(content, spoil)})
    assert response.status_code == 422
    text = " ".join(map(str, response.context["problems"]))
    assert "数式は取り込めません" in text
    assert "「根拠」" in text
    assert "「提出」" in text
    other = enter("other_manager").post(reverse("audits-questions-upload"), {"file": _filled(content, spoil)})
    assert "あなたの課公所にありません" in " ".join(map(str, other.context["problems"]))


@pytest.mark.parametrize("asked", ["²", "9" * 5_000, "-1", "x"])
def test_what_is_no_key_in_the_address_of_a_new_paper_is_refused(enter, engagement, asked):
    response = enter("auditor").get(reverse("audits-paper-new", args=[engagement.pk]), {"line": asked})
    assert response.status_code == 422
