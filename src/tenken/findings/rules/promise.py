"""Does a text that says 措置済 only promise? Pure; words of document 002."""

from __future__ import annotations

import re
from typing import Final

# What is done later, in the words offices use; a past form (検討した, 要求し議決された, 実施した) is no promise.
_PROMISE: Final = re.compile(
    r"予定"
    r"|て(?:い|ゆ)く(?:。|、|$|こと|もの|とともに|予定|方針)|ていきます"
    r"|見込み|見込んで|めど|目途"
    r"|予算[^。]{0,40}?要求(?!し(?:、|た|議決)|済)"
    r"|検討(?!した|しました|済|の結果|結果|委員会|会(?!う))"
    r"|(?:今後|次年度|来年度|翌年度|令和[元0-9０-９]{1,2}年度(?:中|末|内)?(?:に|から|より|までに))"
    r"[^。]{0,60}?(?:する|行う|図る|努める|進める|改める|設ける)(?:。|$|こと|予定)"
)
_BUDGET: Final = re.compile(r"予算|議決|業者選定|入札|契約予定")


def promise_words(text: str) -> tuple[str, ...]:
    """Return the words of *text* that speak of what is still to come, in their order, each once; () when none does.

    What is found is asked about, never decided: whoever reports the measure says whether it promises.
    """
    found = (" ".join(match.group().split()).rstrip("。、") for match in _PROMISE.finditer(text))
    return tuple(dict.fromkeys(word if len(word) <= 24 else f"{word[:23]}…" for word in found))


def speaks_of_money(text: str) -> bool:
    """Tell whether *text* names a budget, so that its stage is asked for."""
    return _BUDGET.search(text) is not None
