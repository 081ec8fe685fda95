from datetime import date
from io import BytesIO

import pytest

from tenken.audit.fieldwork.operations import (
    PartText,
    Withholding,
    add_answer_file,
    ask_question,
    change_answer_due,
    close_question,
    decline_evidence,
    disclose,
    follow_up,
    hand_in_evidence,
    remove_answer_file,
    save_answer,
    withdraw_question,
    withhold,
)
from tenken.audit.fieldwork.queries.questions import (
    find_question,
    questions_and_answers,
    questions_of,
    questions_to,
    read_question,
)
from tenken.audit.fieldwork.seeing import sight_of
from tenken.audit.models import AnswerPart, EvidenceRequest
from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.journal.models import Payload
from tenken.notices.models import Notice

pytestmark = pytest.mark.django_db
DUE = date(2026, 11, 20)


@pytest.fixture
def question(city, engagement):
    return ask_question(
        by=city.by("auditor"),
        engagement=engagement,
        topic="入室キーシステム",
        text="機器の詳細を教えて下さい。",
        due_on=DUE,
        materials=["機器一覧", "", "配置図"],
    )


def answered(city, question):
    by = city.by("section_manager")
    parts = [PartText("甲社製", "機器メーカー等"), PartText("4台", "台数")]
    return save_answer(by=by, question=question, parts=parts, version=question.version, hand_in=True)


def test_a_question_gets_its_number_its_requests_and_a_mail(city, engagement, question):
    second = ask_question(by=city.by("secretariat"), engagement=engagement, text="次に", due_on=DUE)
    assert (str(question), str(second)) == ("Q1", "Q2")
    assert [str(row) for row in question.requests.all()] == ["R-1", "R-2"]
    assert Notice.objects.filter(kind="audit.question").exists() == bool(city.people["section_manager"].email)


def test_a_number_is_never_given_again(city, engagement, question):
    withdraw_question(by=city.by("auditor"), question=question, reason="重複", version=1)
    assert str(ask_question(by=city.by("auditor"), engagement=engagement, text="次に", due_on=DUE)) == "Q2"


@pytest.mark.parametrize("role", ["section_manager", "ciso", "bureau_manager", "staff"])
def test_only_auditors_ask(city, engagement, role):
    with pytest.raises(Denied):
        ask_question(by=city.by(role), engagement=engagement, text="x", due_on=DUE)


def test_a_question_says_what_is_wrong_with_it(city, engagement):
    with pytest.raises(Invalid) as refused:
        ask_question(by=city.by("auditor"), engagement=engagement, text=" ", due_on=date(2026, 11, 1))
    assert {one.field for one in refused.value.problems} == {"text", "due_on"}


def test_rounds_go_on_under_the_same_number(city, engagement, question):
    with pytest.raises(Stale):
        follow_up(by=city.by("auditor"), question=question, text="さらに", due_on=DUE, version=1)
    question = answered(city, question)
    following = follow_up(
        by=city.by("auditor"), question=question, text="さらに", due_on=DUE, version=question.version
    )
    assert str(following) == "Q1-2"
    question = save_answer(
        by=city.by("deputy"),
        question=question,
        parts=[PartText("以上です。")],
        version=question.version + 1,
        hand_in=True,
    )
    question = close_question(by=city.by("auditor"), question=question, version=question.version)
    assert question.status == "closed"
    printed = questions_and_answers(engagement, published=False)
    assert [(one.number, one.answer_number, len(one.parts)) for one in printed.questions[0].rounds] == [
        ("Q1", "A1", 2),
        ("Q1-2", "A1-2", 1),
    ]


def test_an_answer_is_a_draft_of_its_section_until_handed_in(city, engagement, question):
    by = city.by("section_manager")
    question = save_answer(by=by, question=question, parts=[PartText("途中")], version=1)
    row, sight = find_question(city.by("auditor"), question.pk)
    assert read_question(row, sight).last.parts == ()
    row, sight = find_question(by, question.pk)
    assert [part.text for part in read_question(row, sight).last.parts] == ["途中"]
    with pytest.raises(Stale):
        save_answer(by=by, question=question, parts=[PartText("古い")], version=1)
    question = answered(city, question)
    with pytest.raises(Stale):
        save_answer(by=by, question=question, parts=[PartText("あと")], version=question.version)


def test_an_empty_answer_is_refused_unless_a_file_says_it(city, question, engagement):
    by = city.by("section_manager")
    with pytest.raises(Invalid):
        save_answer(by=by, question=question, parts=[], version=1, hand_in=True)
    add_answer_file(
        by=by, question=question, label="別紙 1-5", name="図.txt", stream=BytesIO(b"a"), version=1
    )
    question.refresh_from_db()
    save_answer(by=by, question=question, parts=[], version=question.version, hand_in=True)
    assert (
        questions_and_answers(engagement, published=True).questions[0].rounds[0].annexes[0].name == "図.txt"
    )


def test_a_file_is_taken_back_only_before_the_answer(city, question):
    by = city.by("section_manager")
    row = add_answer_file(
        by=by, question=question, label="別紙", name="図.txt", stream=BytesIO(b"a"), version=1
    )
    question.refresh_from_db()
    remove_answer_file(by=by, file=row, version=question.version)
    question.refresh_from_db()
    answered(city, question)
    question.refresh_from_db()
    with pytest.raises(Stale):
        remove_answer_file(by=by, file=row, version=question.version)


def test_others_sections_neither_see_nor_answer(city, question, engagement):
    for role in ("other_manager", "ciso", "bureau_manager", "staff"):
        by = city.by(role)
        with pytest.raises(Missing):
            find_question(by, question.pk)
        assert not questions_of(engagement, sight_of(by, engagement)).exists()
        assert question not in questions_to(by)
        with pytest.raises(Denied):
            save_answer(by=by, question=question, parts=[PartText("x")], version=1)
    assert [*questions_to(city.by("section_manager"))] == [question]


def test_what_is_withheld_is_read_by_few_and_published_with_its_reason(city, engagement, question):
    question = answered(city, question)
    part = AnswerPart.objects.get(round__question=question, order=1)
    withhold(
        by=city.by("section_manager"),
        one=part,
        withholding=Withholding("防犯上の支障", "条例第10条第3号", "lead", "顔認証装置です。"),
        version=question.version,
    )
    part.refresh_from_db()
    lead = read_question(*find_question(city.by("auditor"), question.pk))
    assert (lead.last.parts[0].text, lead.withheld_read) == ("甲社製", 1)
    printed = questions_and_answers(engagement, published=True)
    [first] = printed.questions[0].rounds
    assert first.parts[0].text == "顔認証装置です。\n「省略（防犯上の支障）」"
    assert (first.parts[1].text, printed.omitted, first.answered_by) == ("4台", 1, "")
    assert "甲社製" not in repr(printed)
    engagement.appointments.update(part="member")
    member = read_question(*find_question(city.by("auditor"), question.pk))
    assert member.last.parts[0].hidden
    assert "甲社製" not in member.last.parts[0].text
    question.refresh_from_db()
    disclose(by=city.by("secretariat"), one=part, reason="公開済み", version=question.version)
    assert "甲社製" in repr(questions_and_answers(engagement, published=True))


def test_withholding_needs_reason_and_ground(city, question):
    question = answered(city, question)
    part = AnswerPart.objects.get(round__question=question, order=1)
    with pytest.raises(Invalid) as refused:
        withhold(
            by=city.by("auditor"), one=part, withholding=Withholding("", "", "all"), version=question.version
        )
    assert {one.field for one in refused.value.problems} == {"because", "legal_ground", "audience"}
    with pytest.raises(Denied):
        withhold(
            by=city.by("other_manager"), one=part, withholding=Withholding("a", "b"), version=question.version
        )


def test_more_time_is_given_with_its_reason(city, question):
    question = change_answer_due(
        by=city.by("auditor"), question=question, due_on=date(2026, 12, 1), reason="繁忙期", version=1
    )
    assert question.rounds.get().due_on == date(2026, 12, 1)


def test_material_is_handed_in_or_cannot_be_had(city, question):
    first, second = question.requests.all()
    by = city.by("section_manager")
    decline_evidence(by=by, request=first, reason="作成していない", version=1)
    row = EvidenceRequest.objects.get(pk=first.pk)
    assert (row.status, row.reason) == ("not_available", "作成していない")
    row = hand_in_evidence(by=by, request=row, uploads=[("一覧.txt", BytesIO(b"1"))], version=2)
    assert (row.status, row.reason) == ("received", "")
    with pytest.raises(Denied):
        hand_in_evidence(
            by=city.by("other_manager"), request=second, uploads=[("a.txt", BytesIO(b"1"))], version=1
        )
    with pytest.raises(Invalid):
        hand_in_evidence(by=by, request=second, uploads=[("a.exe", BytesIO(b"MZ"))], version=1)
    second.refresh_from_db()
    assert second.status == "requested"


def test_the_journal_says_that_it_was_answered_and_not_what(city, question):
    by = city.by("section_manager")
    draft = save_answer(by=by, question=question, parts=[PartText("下書きの言葉")], version=question.version)
    answered(city, draft)
    said = "".join(Payload.objects.values_list("body", flat=True))
    assert "下書きの言葉" not in said
    assert "甲社製" not in said
    assert "機器メーカー等" in said


def test_what_is_withheld_stays_so_when_it_is_worded_anew_or_moved(city, question):
    by = city.by("section_manager")

    def saved(*texts):
        question.refresh_from_db()
        save_answer(
            by=by, question=question, parts=[PartText(one) for one in texts], version=question.version
        )
        rows = AnswerPart.objects.filter(round__question=question).order_by("order")
        return [(row.text, row.audience) for row in rows]

    saved("甲社製", "4台")
    question.refresh_from_db()
    part = AnswerPart.objects.get(text="甲社製")
    withhold(by=by, one=part, withholding=Withholding("防犯", "条例第10条", "lead"), version=question.version)
    assert saved("甲社製のもの", "4台") == [("甲社製のもの", "lead"), ("4台", "")]
    assert saved("はじめに", "甲社製のもの", "4台") == [
        ("はじめに", ""),
        ("甲社製のもの", "lead"),
        ("4台", ""),
    ]
    assert saved("はじめに", "4台") == [("はじめに", ""), ("4台", "")]
