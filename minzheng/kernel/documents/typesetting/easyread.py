"""大字说明: a notice retold on one page for elders, in large print and plain sentences.

A second rendering of the same elements: every figure and date is taken from the notice as printed, nothing is computed
or added. Where the two differ the notice counts, and the page says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from minzheng.kernel.documents.catalogue import elements
from minzheng.kernel.documents.catalogue import notices as catalogue
from minzheng.kernel.documents.errors import DocumentError
from minzheng.kernel.documents.typesetting import rendering

if TYPE_CHECKING:
    from minzheng.kernel.documents.models import IssuedDocument

#: Reasons and tasks beyond this stay in the notice: one page must remain one page.
MOST_ROWS, MOST_CHARS = 3, 60


@dataclass(frozen=True)
class Easy:
    """``head``: the decision in a few words; ``lines``: what, how much, from when; ``todo``: what to do and by when."""

    head: str
    lines: list[str] = field(default_factory=list)
    why: list[str] = field(default_factory=list)
    todo: list[str] = field(default_factory=list)
    remedy_easy: list[str] = field(default_factory=list)


Retelling = Callable[[Mapping[str, Any]], Easy]


def _yuan(d: Mapping[str, Any], key: str = "amount") -> str:
    return f"{d[key]['figures']} 元"


def _why(d: Mapping[str, Any]) -> list[str]:
    return [_short(row["sentence"]) for row in d.get("reasons", ())[:MOST_ROWS]]


def _short(text: str) -> str:
    return text if len(text) <= MOST_CHARS else text[: MOST_CHARS - 8] + "……（见正式文书）"


def _accepted(d: Mapping[str, Any]) -> Easy:
    return Easy(
        f"您的{d['matter']}申请，我们收下了",
        [f"最迟 {d['due_on']} 告诉您结果。"],
        todo=["不用做什么。工作人员会上门看看家里情况。", f"想问进度，就说编号 {d['case_no']}。"],
    )


def _supplement(d: Mapping[str, Any]) -> Easy:
    missing = [f"{row['name']}：{row['how']}" for row in d["missing"]]
    return Easy(
        "还差一点材料", [f"请在 {d['due_on']} 前补齐。"], todo=[_short(one) for one in missing[: MOST_ROWS + 2]]
    )


def _refused(head: str) -> Retelling:
    def retell(d: Mapping[str, Any]) -> Easy:
        others = [f"您可以申请：{row['title']}。" for row in d.get("next_benefits", ())[:MOST_ROWS]]
        return Easy(head.format(**d), why=_why(d), todo=others or ["家里情况有变化，可以再来申请。"])

    return retell


def _confirmed(d: Mapping[str, Any]) -> Easy:
    if d.get("recognised"):
        return Easy(
            f"{d['matter']}通过了",
            [f"从 {d['first_month']} 起有效。", "凭这份通知书，可以申请看病、上学、住房等方面的帮助。"],
            todo=["家里人口、收入、财产有变化，要告诉乡镇（街道）。"],
        )
    return Easy(
        f"同意给您家{d['matter']}",
        [f"每月 {_yuan(d)}。", f"从 {d['first_month']} 起，按月打到账户上。", f"保障 {d['persons']} 人。"],
        todo=["家里人口、收入、财产有变化，要告诉乡镇（街道）。"],
    )


def _adjusted(d: Mapping[str, Any]) -> Easy:
    return Easy(
        "您家每月的钱有调整",
        [f"原来每月 {_yuan(d, 'old_amount')}。", f"现在每月 {_yuan(d)}。", f"从 {d['from_month']} 起。"],
        why=_why(d),
        todo=["不用做什么。"],
    )


def _stopped(d: Mapping[str, Any]) -> Easy:
    return Easy(
        f"{d['matter']}停止发放",
        [f"从 {d['stop_month']} 起停发。", f"最后发放的是 {d['last_month']}。"],
        why=_why(d),
        todo=["家里情况又有变化，可以再来申请。"],
    )


def _claimed(d: Mapping[str, Any]) -> Easy:
    todo = [f"请在 {d['repay_due_on']} 前退回。", d["repay_way"]]
    if d.get("instalments"):
        first = d["instalments"][0]
        todo.append(f"分 {len(d['instalments'])} 期退，第一期 {first['amount']} 元，{first['due_on']} 前。")
    else:
        todo.append("一次退有困难，可以申请分几次退。")
    return Easy("有多领的钱，要退回", [f"一共 {_yuan(d)}"], why=_why(d), todo=[_short(one) for one in todo])


def _fine_told(d: Mapping[str, Any]) -> Easy:
    return Easy(
        "准备罚款，还没有决定",
        [f"准备罚 {_yuan(d, 'fine')}"],
        why=_why(d),
        todo=[
            f"有话要说，请在 {d['statement_due_on']} 前告诉我们。",
            f"要求开听证会，请在 {d['hearing_due_on']} 前提出。",
        ],
    )


def _fined(d: Mapping[str, Any]) -> Easy:
    return Easy(
        "决定罚款",
        [f"罚款 {_yuan(d, 'fine')}"],
        why=_why(d),
        todo=[f"请在 {d['pay_due_on']} 前缴纳。", _short(d["pay_way"])],
    )


def _tapering(d: Mapping[str, Any]) -> Easy:
    return Easy(
        f"再发 {d['months']} 个月，然后停发",
        [f"每月 {_yuan(d)}。", f"从 {d['from_month']} 到 {d['to_month']}。"],
        why=_why(d),
        todo=["这几个月里收入又少了，请告诉乡镇（街道）。"],
    )


def _referred(d: Mapping[str, Any]) -> Easy:
    services = "、".join(row["title"] for row in d["services"])
    return Easy(
        "您的事转给别的单位办", [f"办理：{_short(services)}", f"单位：{d['to_agency']}", f"联系：{d['contact']}"],
        todo=["不用跑，等他们联系您。"],
    )  # fmt: skip


def _invited(d: Mapping[str, Any]) -> Easy:
    return Easy(
        "请您参加评估",
        [f"时间：{d['when']}", f"地点：{d['place']}"],
        todo=[f"请准备：{_short(one)}" for one in d.get("bring", ())[:MOST_ROWS]],
    )


def _graded(d: Mapping[str, Any]) -> Easy:
    return Easy(
        f"评估结果：{d['grade']}",
        [f"有效期到 {d['valid_until']}。"],
        todo=[f"不同意的，请在 {d['objection_due_on']} 前提出，换人再评一次。"],
    )


def _mismatch(d: Mapping[str, Any]) -> Easy:
    rows = [_short(f"{row['person']}，{row['item']}：{row['found']}") for row in d["findings"][:MOST_ROWS]]
    return Easy(
        "查到的和您说的不一样",
        rows,
        todo=[f"查得不对的，请在 {d['objection_due_on']} 前告诉我们，带上能说明的材料。"],
    )


def _extended(d: Mapping[str, Any]) -> Easy:
    return Easy("办理要多等一些日子", [f"最迟 {d['due_on']} 告诉您结果。"], why=_why(d))


def _suspended(d: Mapping[str, Any]) -> Easy:
    return Easy(
        f"{d['matter']}暂停发放",
        [f"从 {d['from_month']} 起暂停，不是停发。"],
        why=_why(d),
        todo=[_short(one) for one in d["to_do"][:MOST_ROWS]],
    )


def _resumed(d: Mapping[str, Any]) -> Easy:
    return Easy(
        f"{d['matter']}恢复发放",
        [f"每月 {_yuan(d)}。", f"从 {d['from_month']} 起。", _short(d["back_pay"])],
        why=_why(d),
    )


RETOLD: dict[str, Retelling] = {
    "N01": _accepted,
    "N02": _supplement,
    "N03": _refused("您的{matter}申请，没有受理"),
    "N04": _mismatch,
    "N06": _confirmed,
    "N07": _refused("您的{matter}申请，没有通过"),
    "N08": _adjusted,
    "N09": _stopped,
    "N10": _claimed,
    "N11": _fine_told,
    "N11J": _fined,
    "N12": _tapering,
    "N13": _referred,
    "N14": _refused("您的{matter}申请，不再办了"),
    "N15": _invited,
    "N15R": _graded,
    "G01": _extended,
    "G02": _suspended,
    "G03": _resumed,
}


def page(code: str, fields: Mapping[str, Any]) -> Easy:
    """The retelling of a notice's stored elements; DocumentError for notices that have none."""
    retell = RETOLD.get(code)
    if retell is None:
        raise DocumentError(f"《{catalogue.notice(code).suffix}》没有大字说明，请看正式文书。")
    notice = catalogue.notice(code)
    try:
        told = retell(elements.printed(notice, fields))
    except KeyError as error:
        raise DocumentError(f"这份文书缺少要素 {error}，排不出大字说明，请看正式文书。") from error
    if fields.get("remedy"):
        told.remedy_easy.append(_remedy(str(fields["remedy"])))
    return told


def _remedy(said: str) -> str:
    """The notice's own words and time limits, a little shorter."""
    return said.replace("不服本决定的", "不同意的").replace("直接向有管辖权的", "向")


def pdf(document: IssuedDocument) -> bytes:
    """The page as PDF, typeset anew each time from the stored elements."""
    if document.destroyed_at is not None:
        raise DocumentError("这份文书保管期满，内容已经依法销毁，只留目录。")
    fields = document.fields | {
        "title": document.title,
        "document_no": document.number,
        "verify_code": document.verify_code,
    }
    return rendering.render(
        catalogue.NOTICES[document.code],
        fields,
        issued_on=document.issued_on.isoformat(),
        layout="easy",
        more=asdict(page(document.code, document.fields)),
    )
