"""The text of a sentence as people edit it, and back.

In the editor every token stands in 【】: 城乡低保对象【1234人】，比去年同期增加【12人】。 A number is locked: its words can be moved or
left out, not changed. Whoever has to print another one writes 【1234人→1240人｜补报6人】: the reason is kept and shown. A
number without an indicator is written with its source, 【35家｜养老机构台账】. Digits outside of 【】 are refused, except dates
and names in 《》 or “”."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from minzheng.business.bureau.summaries.documents import DIGIT, MARK, Tokens, words_of
from minzheng.kernel.cases.errors import Refused

_BRACKET = re.compile(r"【([^【】]*)】")
_FREE = re.compile(
    r"20\d\d年(?:\d{1,2}月(?:\d{1,2}日)?)?(?:上半年|下半年|底)?|\d{1,2}月\d{1,2}日|《[^《》]*\d[^《》]*》|“[^“”]*\d[^“”]*”"
)
#: A number that somebody puts in needs this many characters of reason or source at least.
LEAST = 4
Keys = Mapping[str, dict[str, Any]]


def shown(text: str, tokens: Keys) -> str:
    """A sentence for the editor."""
    return MARK.sub(lambda match: f"【{words_of(tokens[match[1]])}】", text)


def read(text: str, *, own: list[str], tokens: Tokens, who: str, on: str) -> str:
    """The sentence with its marks again. ``own``: tokens that it had before, which are looked for first. Raises Refused."""
    text = " ".join(text.split())
    left = list(own)
    found = _BRACKET.sub(lambda match: _token(match[1].strip(), left, tokens, who, on), text)
    plain = MARK.sub("", found)
    if "【" in plain or "】" in plain:
        raise Refused(f"“{text[:20]}…”里的【】没有成对：请补上另一半。")
    found = _marked(found, tokens)
    rest = DIGIT.search(MARK.sub("□", found))
    if rest:
        around = MARK.sub("…", found)
        at = around.find(rest[0])
        raise Refused(
            f"“{around[max(0, at - 8) : at + 8]}”里的数没有出处：平台有指标的请用原来的【数】，没有的请写成【数｜出处】，如【35家｜养老机构台账】。"
        )
    return found


def _marked(text: str, tokens: Tokens) -> str:
    """Dates and names with digits become tokens of their own."""
    parts, at = [], 0
    for match in MARK.finditer(text):
        parts += [_named(text[at : match.start()], tokens), match[0]]
        at = match.end()
    return "".join((*parts, _named(text[at:], tokens)))


def _named(text: str, tokens: Tokens) -> str:
    def put(match: re.Match[str]) -> str:
        kind = "name" if match[0][0] in "《“" else "date"
        return tokens.put({"kind": kind, "words": match[0], "source": "人工写入的日期或名称", "url": ""})

    return _FREE.sub(put, text)


def _token(inside: str, left: list[str], tokens: Tokens, who: str, on: str) -> str:
    words, _, reason = (part.strip() for part in inside.partition("｜"))
    old, arrow, new = (part.strip() for part in words.partition("→"))
    key = _known(old, left, tokens)
    if key is not None and not arrow:
        return f"{{{key}}}"
    if key is None and arrow:
        raise Refused(f"本文没有“{old}”这个数，不能改：请照编辑框里的【】写。")
    if len(reason) < LEAST:
        if key is None and not reason:
            raise Refused(
                f"【{inside}】改动了锁定的数：要另写一个数请写成【原数→新数｜理由】；新加的数请写成【数｜出处】。"
            )
        raise Refused(f"【{inside}】的理由或出处太短：请写清楚为什么或者据什么（至少 {LEAST} 个字）。")
    if key is None:
        return tokens.put({"kind": "manual", "words": words, "source": reason, "url": "", "by": who, "at": on})
    return _overridden(key, new, reason, tokens, who, on)


def _overridden(key: str, words: str, reason: str, tokens: Tokens, who: str, on: str) -> str:
    token = tokens.found[key]
    if token["kind"] in ("quote", "name", "date"):
        raise Refused(f"“{words_of(token)[:20]}”是原文引用，不能改数：请删去这一句，另写一句。")
    if not words:
        raise Refused("“→”后面请写新的数。")
    bare = {name: value for name, value in token.items() if name != "override"}
    return tokens.put(bare | {"override": {"words": words, "reason": reason, "by": who, "at": on}})


def _known(words: str, left: list[str], tokens: Tokens) -> str | None:
    """The token that reads so: of this sentence first, then of the whole text."""
    for key in left:
        if words_of(tokens.found[key]) == words:
            left.remove(key)
            return key
    return next((key for key, token in tokens.found.items() if words_of(token) == words), None)
