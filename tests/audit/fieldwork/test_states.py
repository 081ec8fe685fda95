from hypothesis import given
from hypothesis import strategies as st

from tenken.audit.fieldwork.states import question_after
from tenken.common.refusals import Stale

EVENTS = ("draft", "answer", "extend", "withdraw", "follow_up", "close")


@given(st.lists(st.sampled_from(EVENTS), max_size=40))
def test_answers_never_outnumber_rounds_and_a_withdrawn_question_stays(events):
    status, rounds, answers = "asked", 1, 0
    for event in events:
        try:
            following = question_after(status, event)
        except Stale:
            continue
        assert status != "withdrawn"
        rounds += event == "follow_up"
        answers += event == "answer"
        status = following
        assert answers == (rounds if status in ("answered", "closed") else rounds - 1)
