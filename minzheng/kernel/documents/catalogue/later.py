"""Notices beside the decision: referral N13, assessment N15 and its report N15R, agreements N17 and N18."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from minzheng.kernel.documents.catalogue.needs import BASIS, BASIS_OPTIONAL, FACTS, ID, MATTER, PHONE, Need, Notice

_SUPPORT = "《特困人员认定办法》（民发〔2021〕43号）；《特困人员供养服务机构管理办法》"


def period_in_order(start: str, end: str, what: str) -> Any:
    """A check that the period does not end before it begins. Values are ISO dates."""

    def check(fields: Mapping[str, Any]) -> str:
        if str(fields[end]) >= str(fields[start]):
            return ""
        return f"{what}的截止日期 {fields[end]} 早于起始日期 {fields[start]}，请核对。"

    return check


def custodian_is_another(fields: Mapping[str, Any]) -> str:
    """Whoever keeps the passbook is not its holder."""
    same = fields["custodian"] == fields["holder"]
    return "代管人不能是存折持有人本人。" if same else ""


NOTICES: tuple[Notice, ...] = (
    Notice(
        "N13",
        "转介告知单",
        "转",
        "n13",
        (
            MATTER,
            ID,
            FACTS,
            BASIS_OPTIONAL,
            Need("to_agency", "接收单位", law="转介须写明由谁办理"),
            Need(
                "services",
                "转介的事项",
                "rows",
                columns=(("title", "名称"), ("why", "为什么转介")),
                law="《社会救助暂行办法》第四条：一门受理、协同办理；转办须告知本人",
            ),
            Need(
                "consented_on", "本人同意日期", "date", law="《个人信息保护法》第二十三条：向其他单位提供须告知并同意"
            ),
            Need("shared", "一并转去的材料", "texts", required=False),
            Need("contact", "接收单位联系方式"),
            Need("reply_due_on", "接收单位答复截止", "date", required=False),
            PHONE,
        ),
        permission="case.accept",
        law="《社会救助暂行办法》第四条",
    ),
    Notice(
        "N15",
        "评估通知书",
        "评",
        "n15",
        (
            MATTER,
            ID,
            BASIS,
            Need("purpose", "评估目的", law="评估结果用于何处须告知"),
            Need("when", "评估时间"),
            Need("place", "评估地点"),
            Need("assessors", "评估人员", "texts", law="评估人员不少于两人；有权申请回避"),
            Need("bring", "请准备", "texts", required=False),
            PHONE,
        ),
        permission="case.investigate",
        law="GB/T 42195-2022《老年人能力评估规范》；评估前应当告知",
    ),
    Notice(
        "N15R",
        "评估报告",
        "评报",
        "n15r",
        (
            MATTER,
            ID,
            FACTS,
            BASIS,
            Need("assessed_on", "评估日期", "date"),
            Need("place", "评估地点"),
            Need("assessors", "评估人员", "texts"),
            Need("scores", "评估结果", "rows", columns=(("label", "项目"), ("value", "结果"))),
            Need("grade", "评估等级", law="评估结论须写明等级"),
            Need("valid_until", "有效期至", "date"),
            Need("objection_due_on", "提出异议截止日期", "date", law="对结果有异议的可以申请复评"),
            PHONE,
        ),
        permission="case.investigate",
        law="GB/T 42195-2022《老年人能力评估规范》",
        checks=(period_in_order("assessed_on", "valid_until", "评估"),),
    ),
    Notice(
        "N17",
        "委托照料服务协议",
        "照",
        "n17",
        (
            MATTER,
            ID,
            BASIS,
            Need("principal", "委托方（乡镇、街道）"),
            Need("carer", "受托方（照料人）", law=_SUPPORT),
            Need("carer_phone", "照料人电话"),
            Need("level", "照料等级", law="按生活自理能力确定"),
            Need("address", "照料地点"),
            Need("services", "照料内容", "texts", law=_SUPPORT),
            Need("fee_fen", "照料护理费（每月）", "fen"),
            Need("pay_way", "付费方式"),
            Need("valid_from", "协议开始日期", "date"),
            Need("valid_until", "协议结束日期", "date"),
            Need("village", "见证的村（居）委会"),
            PHONE,
        ),
        permission="case.accept",
        law=_SUPPORT,
        checks=(period_in_order("valid_from", "valid_until", "协议"),),
    ),
    Notice(
        "N18",
        "代管存折协议备案表",
        "代",
        "n18",
        (
            MATTER,
            Need("holder", "存折持有人"),
            ID,
            Need("account", "发放账号", law="印出时只留末四位"),
            Need("custodian", "代管人", law="《最低生活保障审核确认办法》第二十六条：代管须签书面协议并报县级备案"),
            Need("custodian_relation", "代管人与持有人的关系"),
            Need("custodian_phone", "代管人电话"),
            Need("reason", "代管原因", law="限于无民事行为能力、限制民事行为能力等确有困难的"),
            Need("duties", "代管人的义务", "texts"),
            Need("valid_from", "代管开始日期", "date"),
            Need("valid_until", "代管结束日期", "date"),
            Need("filed_with", "备案机关"),
            BASIS_OPTIONAL,
            PHONE,
        ),
        permission="case.accept",
        law="《最低生活保障审核确认办法》第二十六条",
        checks=(period_in_order("valid_from", "valid_until", "代管"), custodian_is_another),
    ),
)
