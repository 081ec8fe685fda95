from __future__ import annotations

import pytest

from tenken.common.refusals import Missing
from tenken.reports.catalogue import PAPERS, entry
from tenken.reports.paper1 import CODE, NUMBER
from tenken.reports.render import FORMS


def test_the_catalogue_holds_what_can_be_printed() -> None:
    assert entry(CODE).number == NUMBER
    assert len({paper.code for paper in PAPERS}) == len(PAPERS)
    assert all(set(paper.forms) <= set(FORMS) and paper.needs for paper in PAPERS)
    with pytest.raises(Missing, match="nothing"):
        entry("nothing")
