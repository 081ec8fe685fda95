"""Invented people: a name for every number, always the same, none of them anyone's."""

from __future__ import annotations

_FAMILY = """
佐藤 さとう/鈴木 すずき/髙橋 たかはし/田中 たなか/伊藤 いとう/渡邊 わたなべ/山本 やまもと/中村 なかむら/小林 こばやし/加藤 かとう/
𠮷田 よしだ/山田 やまだ/佐々木 ささき/山口 やまぐち/松本 まつもと/井上 いのうえ/木村 きむら/林 はやし/斎藤 さいとう/清水 しみず/
山﨑 やまざき/森 もり/池田 いけだ/橋本 はしもと/阿部 あべ/石川 いしかわ/山下 やました/中島 なかじま/石井 いしい/小川 おがわ/
前田 まえだ/岡田 おかだ/長谷川 はせがわ/藤田 ふじた/後藤 ごとう/近藤 こんどう/村上 むらかみ/遠藤 えんどう/青木 あおき/坂本 さかもと/
齊藤 さいとう/福田 ふくだ/太田 おおた/西村 にしむら/藤井 ふじい/金子 かねこ/岡本 おかもと/藤原 ふじわら/三浦 みうら/中野 なかの/
中川 なかがわ/原田 はらだ/松田 まつだ/竹内 たけうち/小野 おの/田村 たむら/中山 なかやま/和田 わだ/石田 いしだ/森田 もりた/
上田 うえだ/原 はら/内田 うちだ/柴田 しばた/酒井 さかい/宮﨑 みやざき/横山 よこやま/髙木 たかぎ/安藤 あんどう/宮本 みやもと/
大野 おおの/小島 こじま/谷口 たにぐち/今井 いまい/工藤 くどう/丸山 まるやま/増田 ますだ/杉山 すぎやま/濵田 はまだ
"""
_GIVEN = """
一郎 いちろう/恵子 けいこ/健太 けんた/由美 ゆみ/直樹 なおき/美穂 みほ/拓也 たくや/陽子 ようこ/浩二 こうじ/香織 かおり/
大輔 だいすけ/真由美 まゆみ/誠 まこと/久美子 くみこ/翔平 しょうへい/智子 ともこ/和也 かずや/裕子 ゆうこ/隆 たかし/彩 あや/
正樹 まさき/千春 ちはる/修 おさむ/明美 あけみ/亮 りょう/洋子 ようこ/康弘 やすひろ/里美 さとみ/悠斗 ゆうと/文子 ふみこ/
俊介 しゅんすけ/奈緒 なお/義之 よしゆき/幸恵 ゆきえ/健一 けんいち/美咲 みさき/博 ひろし/典子 のりこ/淳 じゅん/麻衣 まい/
達也 たつや/早苗 さなえ/雅人 まさと/綾子 あやこ/茂 しげる/千尋 ちひろ/哲也 てつや/順子 じゅんこ/聡 さとし/葵 あおい/
英樹 ひでき/紀子 のりこ/勇気 ゆうき/友香 ともか/豊 ゆたか/晴美 はるみ/慎吾 しんご/由紀 ゆき/伸一 しんいち/結衣 ゆい/
光 ひかる/瑞穂 みずほ/純一 じゅんいち/春香 はるか/昭夫 あきお/愛 あい/進 すすむ/佳奈 かな/武志 たけし/礼子 れいこ/瞳 ひとみ
"""


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    words = [word.split() for word in text.replace("\n", "").strip("/").split("/")]
    return tuple((kanji, kana) for kanji, kana in words)


FAMILY, GIVEN = _pairs(_FAMILY), _pairs(_GIVEN)


def name_of(number: int) -> tuple[str, str]:
    """Return (name, kana) of the *number*-th person. Names repeat only after all pairs were used."""
    family, family_kana = FAMILY[number % len(FAMILY)]
    given, given_kana = GIVEN[(number * 3 + number // len(FAMILY)) % len(GIVEN)]
    return f"{family} {given}", f"{family_kana} {given_kana}"
