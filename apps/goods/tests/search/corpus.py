"""Texts and words of all kinds of characters, to compare two ways of searching them."""

import random
import unicodedata

TEXTS = [
    "有机牛排 200g×3 片",
    "谷饲西冷牛排\n原切 200g*3 (冷冻)",
    "牛肉牛肉牛肉",
    "牛 排",
    "排牛",
    "鲜",
    "NFC橙汁 100% 鲜榨_无添加",
    "nfc orange juice",
    "ＮＦＣ１００％",
    "Crème brûlée, ÀÉÎõü",
    "STRASSE straße",
    "a+b-c*d",
    "+牛排 -鸡肉",
    "\"quoted\" 'single' `tick`",
    "(a) <b> [c] {d} ~@",
    "C:\\temp\\new",
    "50%_off",
    "tom & jerry; drop table--",
    "1 2 3",
    "1234567890",
    "０１２３",
    "①②③ Ⅳ ㈠ ㎏",
    "😀😁 🍎苹果🍏",
    "👨\u200d👩\u200d👧 👍🏽",
    "𠮷野家 𩸽",
    "㐀㐁 龘靐齉",
    "⼀一 ⺀⺁",
    "x\xa0y\u3000z",
    "tab\there",
    "zero\u200bwidth \ufeff",
    "é é",
    "ｶﾞ ガ が",
    "ÆæŒœ Øø Łł ĳ ŉ ǆ",
    "ΑΒΓ αβγ ς σ",
    "Привет ЁЖ",
    "שלום عربى",
    "한국어 한",
    "ไทย हिन्दी",
    "--",
    "...",
    "*D+ *W1:10 OR AND NOT",
    "a OR b",
    "aaaa",
    "abab",
    "\x01\x02",
    "|pipe|",
    "$€¥ ©®™",
    "..",
    "家庭装 有机 胡萝卜 沙地水果胡萝卜 1.5kg 100003",
    "x" * 500,
    "长" * 300 + "尾",
    "%%",
    "__",
    "\\\\",
    "\\%",
]

_ALPHABETS = [
    "牛羊鸡鲜果肉排有机礼盒",
    "abcABCáÁａＡ",
    "012３①",
    " \xa0\u3000",
    "+-*\"()<>~@%_\\'&|;:,.!?#$^=[]{}/`",
    "😀😁𠮷",
    "ßsSéeEøoO",
    "⼀一⺀",
    "\n\t\u200b",
]


def texts(number: int, seed: int) -> list[str]:
    """Return TEXTS and as many made ones."""
    chance = random.Random(seed)
    made = []
    for _ in range(number):
        alphabets = chance.sample(_ALPHABETS, chance.randint(1, 4))
        made.append("".join(
            chance.choice(chance.choice(alphabets)) for _ in range(chance.randint(1, 30))
        ))  # fmt: skip
    return [*TEXTS, *made]


def words(texts: list[str], number: int, seed: int) -> list[str]:
    """Return words: every character of the texts, pieces of them, written otherwise, and others."""
    chance = random.Random(seed)
    found = {character for text in texts for character in text}
    while len(found) < number:
        text = chance.choice(texts)
        start = chance.randrange(len(text))
        piece = text[start : start + chance.choice((1, 2, 2, 3, 4, 8, 200))]
        found.add(chance.choice(_WRITTEN)(piece))
        found.add(piece[::-1])
        found.add("".join(chance.choice(chance.choice(_ALPHABETS)) for _ in range(2)))
    return sorted(word for word in found if word)


_WRITTEN = [
    str,
    str.upper,
    str.lower,
    str.swapcase,
    lambda text: unicodedata.normalize("NFKC", text),
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
]
