"""Join each quantity of a paragraph to its subject, clause by clause, remembering what the sentence spoke of before."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from minzheng.business.bureau.plans.parsing import lists, subjects, units
from minzheng.business.bureau.plans.parsing import vocabulary as words
from minzheng.business.bureau.plans.parsing.quantities import Quantity, adjacent
from minzheng.business.bureau.plans.parsing.subjects import Found, Memory

_SEPARATOR = re.compile(r"[、和及与]|以及|并")
_STARTS_LIST = re.compile(r"^\s*(?:[、和及与]|以及)")
_ENDS_LIST = re.compile(r"(?:[、和及与]|以及)\s*$")
_LABELLED = re.compile(
    r"^(?P<head>.{2,}?)(?:分别)?(?:提高到|提高至|达到|提升到|提升至|增加到|调整为|调整到|为|是|:)(?P<label>[\u4e00-\u9fff“”()]{1,10})$"
)
_NOT_A_NOUN = re.compile(
    rf"^\s*(?:$|[(、,;。:]|{words.PREDICATE.pattern}|用于|扶持|支持|助力|(?:提高|增加|提升|扩大|增长|压缩|缩短|压减|调整|降低|下降|减少|上升|拓展|扩增)(?:到|至|为|了)|同比|环比|比上年|较|并|已|均|全部|左右|以[上下内]|计|合计|不等|作为|建设|开工)"
)
#: 救助资金, 培训基地: the verb is part of a noun and is not shared with the list.
_NOUN_ITSELF = re.compile(r"资金|标准|金$|金额|款|对象|活动|机构|中心|站|水平|人员$|基地|项目|设施|床位")
_TOPIC = re.compile(r"^(.{2,24}?)(?:实现|达到|完成|取得|保持|稳步|不断|基本|全面|更加|日益|持续|得到|趋于|连续)")


@dataclass(frozen=True)
class Clause:
    start: int
    end: int


@dataclass(frozen=True)
class Resolved:
    """A quantity with its subject, the sentence around it, and what the sentence says of area and time."""

    quantity: Quantity
    found: Found
    sentence: Clause
    clause: Clause
    strive: bool
    scope: str
    deadline: str


def resolve(text: str, found: list[Quantity]) -> list[Resolved]:
    """``text``: one paragraph in its reading form; ``found``: its quantities."""
    shape = _shape(text)
    result: list[Resolved] = []
    for sentence in _split(shape, 0, len(text), "。;!?\n"):
        memory = Memory()
        for clause in _split(shape, sentence.start, sentence.end, ",:—"):
            inside = [quantity for quantity in found if clause.start <= quantity.start < clause.end]
            outer = [quantity for quantity in inside if not _bracket(text, clause, quantity)]
            pairs = _clause(text, clause, outer, memory)
            pairs += _bracketed(text, clause, [quantity for quantity in inside if quantity not in outer], memory)
            if not inside:
                _remember(text[clause.start : clause.end], memory)
            result += [_placed(text, quantity, subject, sentence, clause) for quantity, subject in pairs]
    return sorted(result, key=lambda item: item.quantity.start)


def _shape(text: str) -> str:
    """The text with everything inside quotation marks and brackets blotted out, so that it does not divide clauses."""
    shape = list(text)
    for pattern in (r"“[^“”\n]{1,60}”", r"《[^《》\n]*》", r"\([^()\n]*\)", r"\d,\d{3}(?!\d)"):
        for match in re.finditer(pattern, text):
            for position in range(match.start() + 1, match.end() - 1):
                shape[position] = "□"
    return "".join(shape)


def _split(shape: str, start: int, end: int, marks: str) -> Iterator[Clause]:
    begin = start
    for position in range(start, end):
        if shape[position] in marks:
            if position > begin:
                yield Clause(begin, position)
            begin = position + 1
    if end > begin:
        yield Clause(begin, end)


def _bracket(text: str, clause: Clause, quantity: Quantity) -> Clause | None:
    opening = text.rfind("(", clause.start, quantity.start)
    if opening < 0 or text.rfind(")", opening, quantity.start) >= 0:
        return None
    closing = text.find(")", quantity.start)
    return Clause(opening + 1, closing if closing >= 0 else clause.end)


def _bracketed(text: str, clause: Clause, inside: list[Quantity], memory: Memory) -> list[tuple[Quantity, Found]]:
    pairs: list[tuple[Quantity, Found]] = []
    for quantity in inside:
        bracket = _bracket(text, clause, quantity)
        assert bracket is not None
        comma = max(text.rfind(mark, bracket.start, quantity.start) for mark in ",;、:")
        own = Clause(
            max(bracket.start, comma + 1),
            min([bracket.end, *(p for p in (text.find(mark, quantity.word_end) for mark in ",;、") if p >= 0)]),
        )
        pairs += _clause(text, own, [quantity], replace(memory))
    return pairs


def _clause(text: str, clause: Clause, inside: list[Quantity], memory: Memory) -> list[tuple[Quantity, Found]]:
    if not inside:
        return []
    runs = list(adjacent(inside, text))
    frames = _frames(text, clause, runs)
    pairs: list[tuple[Quantity, Found]] = []
    shared = ""
    for index, (run, (whole, right)) in enumerate(zip(runs, frames, strict=True)):
        left = words.PER_PREFIX.sub("", whole) if run[0].is_money else whole
        label = _STARTS_LIST.sub("", left)
        labelled = (
            _LABELLED.match(left)
            if not right.strip() and index + 1 < len(runs) and _STARTS_LIST.match(frames[index + 1][0])
            else None
        )
        if index and shared and _STARTS_LIST.match(left) and len(label) <= 10:
            founds = [Found(lists.of_class(shared, subjects.clean(label)), "并列：共用前面的名词")] * len(run)
        elif labelled and not words.LIGHT_AT_START.match(labelled["label"]):
            shared = subjects.clean(subjects.trimmed(labelled["head"]))
            founds = [Found(lists.of_class(shared, subjects.clean(labelled["label"])), "并列：共用前面的名词")] * len(
                run
            )
        else:
            founds = _run(run, left, right, memory)
        founds = _with_verb(founds, left, index, memory)
        pairs += zip(run, founds, strict=True)
        memory.subject = founds[-1].subject
        memory.recent = (*memory.recent, *(found.subject for found in founds))[-4:]
        if founds[0].rule in ("数量前的名词", "城乡和分别") or not memory.topic:
            memory.topic = subjects.topic_of(founds[0].subject)
    return _with_tail(pairs, runs, frames)


def _frames(text: str, clause: Clause, runs: list[list[Quantity]]) -> list[tuple[str, str]]:
    """For each run the words before it and behind it that are its own."""
    begins, ends = [clause.start], []
    for run, following in itertools.pairwise(runs):
        start, end = run[-1].word_end, max(run[-1].word_end, following[0].word_start)
        between = text[start:end]
        marks = list(_SEPARATOR.finditer(re.sub(r"\([^()]*\)|“[^”]*”", lambda match: "□" * len(match[0]), between)))
        if _STARTS_LIST.match(between):
            ends.append(start)
            begins.append(start)
        elif marks:
            ends.append(start + marks[-1].start())
            begins.append(start + marks[-1].end())
        else:
            ends.append(clause.end)
            begins.append(start)
    ends.append(clause.end)
    return [
        (text[begin : max(begin, run[0].word_start)], text[run[-1].word_end : max(end, run[-1].word_end)])
        for run, begin, end in zip(runs, begins, ends, strict=True)
    ]


def _run(run: list[Quantity], left: str, right: str, memory: Memory) -> list[Found]:
    quantity = run[0]
    if len(run) > 1:
        return _several(run, left, right, memory)
    base = lists.of_base(left)
    if base and (quantity.is_share or quantity.bare_unit == "倍"):
        return [Found(subjects.clean(subjects.trimmed(base[0])), "占某基数的份额", base=subjects.clean(base[1]))]
    own = subjects.clean(subjects.trimmed(_STARTS_LIST.sub("", left)))
    own = "" if words.VERB_ONLY.match(own) else own
    noun = not _NOT_A_NOUN.match(right) or (
        quantity.bare_unit in units.TIMES
        and quantity.comparator == "<="
        and bool(re.match(r"\s*[\u4e00-\u9fff]", right))
    )
    if noun or (right.strip() and not _STARTS_LIST.match(right) and not right.lstrip().startswith("(") and not own):
        found = subjects.of_right(left, right, quantity)
        if found.subject:
            return [found]
    return [subjects.of_left(_STARTS_LIST.sub("", left), quantity, memory)]


def _several(run: list[Quantity], left: str, right: str, memory: Memory) -> list[Found]:
    base = lists.of_base(left)
    phrase = base[0] if base else re.sub(r"分别.*$", "", left) if "分别" in left else left
    single = subjects.of_left(phrase, run[0], memory)
    core = subjects.trimmed(_bare(phrase))
    names = lists.split_subject(core, len(run))
    if run[-1].bare_unit != run[0].bare_unit and not _NOT_A_NOUN.match(right) and subjects.clean(core):
        # 4大类、36个子项目: the last one has a noun of its own
        return [*([single] * (len(run) - 1)), subjects.of_right("", right, run[-1])]
    bare = not subjects.clean(core) or bool(words.VERB_ONLY.match(core))
    if names is None and "分别" not in left and bare and len(right.strip()) > 1 and not right.startswith("("):
        return [subjects.of_right(left, right, run[0])] * len(run)
    before = memory.pair or (
        memory.recent[-len(run) :] if "分别" in left and len(set(memory.recent)) >= len(run) else ()
    )
    if names is None and len(before) == len(run):
        own = subjects.clean(subjects.trimmed(_bare(left)))
        short = own.endswith(("水平", "标准", "金额", "人数"))
        heads = [re.sub(r"(?:保障)?(?:标准|水平|金额)$", "", name) if short else name for name in before]
        return [Found(head + own, "城乡和分别：承前一对") for head in heads]
    if names is None:
        return [single] * len(run)
    standard = re.match(r"的?(标准|额度)", right)
    cleaned = [subjects.clean(name) + (standard[1] if standard else "") for name in names]
    memory.pair = tuple(cleaned)
    of = lists.split_subject(base[1], len(run)) if base else None
    bases = of or [base[1] if base else ""] * len(run)
    return [
        Found(name, "城乡和分别", base=subjects.clean(of_what)) for name, of_what in zip(cleaned, bases, strict=True)
    ]


def _bare(phrase: str) -> str:
    return subjects.without_comparators(phrase)


def _with_verb(founds: list[Found], left: str, index: int, memory: Memory) -> list[Found]:
    """A verb with content (培训) is shared by the members of its list: 培训院长300名、护理员4万名."""
    own = words.CONTENT.match(founds[0].subject)
    if own and _NOUN_ITSELF.match(founds[0].subject[own.end() :]):
        own = None
    verb = founds[0].verb or (own[0] if own else "")
    if index == 0:
        memory.verb = verb if verb != founds[0].subject else ""
    elif not verb and memory.verb and (_STARTS_LIST.match(left) or not left.strip()):
        verb = memory.verb
    if not verb:
        return founds
    return [
        found if found.subject.startswith(verb) else replace(found, subject=verb + found.subject, verb=verb)
        for found in founds
    ]


def _with_tail(
    pairs: list[tuple[Quantity, Found]], runs: list[list[Quantity]], frames: list[tuple[str, str]]
) -> list[tuple[Quantity, Found]]:
    """``7条市级界线、24条县级界线的联检工作``: the tail of the last member belongs to all."""
    if len(runs) < 2 or any(not right.strip() for _, right in frames):
        return pairs
    last = re.sub(r"(?:工作|任务)$", "", frames[-1][1].strip())
    ranked = re.match(r"^[\u4e00-\u9fff]{1,3}级(?P<noun>[\u4e00-\u9fff]{2,})$", last)
    if ranked and any(
        re.fullmatch(r"[\u4e00-\u9fff]{1,3}级", found.subject) for _, found in pairs
    ):  # 1个国家级、3个省级示范点
        return [
            (
                quantity,
                replace(found, subject=found.subject + ranked["noun"])
                if re.fullmatch(r"[\u4e00-\u9fff]{1,3}级", found.subject)
                else found,
            )
            for quantity, found in pairs
        ]
    tail = lists.shared_tail(last)
    if not tail:
        predicate = words.PREDICATE.search(last)
        tail = last[predicate.start() :] if predicate and 0 < predicate.start() <= 6 else ""
    if not tail:
        return pairs
    tail = subjects.clean(tail)
    result = []
    for quantity, found in pairs:
        subject = re.sub(rf"(?:的|等)?{re.escape(tail)}$", "", found.subject)
        fits = found.rule in ("数量后的名词", "份额后的主语") and len(subject) <= 16
        result.append((quantity, replace(found, subject=subject + tail) if fits else found))
    return result


def _remember(clause: str, memory: Memory) -> None:
    match = _TOPIC.match(subjects.trimmed(clause, verbs=False))
    if match:
        memory.topic = memory.topic or subjects.clean(match[1])
    elif words.LIGHT_AT_START.match(clause) and len(clause) <= 20:
        memory.topic = memory.topic or subjects.topic_of(clause)


def _placed(text: str, quantity: Quantity, found: Found, sentence: Clause, clause: Clause) -> Resolved:
    before = text[sentence.start : quantity.start]
    own = text[clause.start : quantity.end]
    lead = re.split(r"[,:]", before, maxsplit=1)[0]
    scope = found.place or _last(words.SCOPES, own) or (words.SCOPES.match(lead.lstrip()) or [""])[0]
    deadline = _last(words.TIMES, own) or (words.TIMES.match(lead.lstrip()) or [""])[0]
    strive = bool(words.STRIVE.search(own)) or bool(
        re.search(r"(?:力争|争取|力求)[^,;。\d]{0,10}(?:\d{4}年)?[^,;。\d]{0,4},[^,;。]*$", before)
    )
    deadline = "" if deadline.startswith("每") else re.sub(r"^(?:力争|计划|预计)|,$", "", deadline)
    return Resolved(quantity, found, sentence, clause, strive, scope, deadline)


def _last(pattern: re.Pattern[str], text: str) -> str:
    found = ""
    for match in pattern.finditer(text):
        found = match[0]
    return found
