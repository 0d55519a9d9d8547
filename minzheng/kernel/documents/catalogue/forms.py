"""Forms that are only printed and carry no number: home visit F01, close relatives F02, proof of service F03, catalogue of a volume F04."""

from __future__ import annotations

from minzheng.kernel.documents.catalogue.needs import CASE_NO, MATTER, Need, Notice

FORMS: tuple[Notice, ...] = (
    Notice(
        "F01",
        "入户调查表",
        "",
        "f01",
        (
            MATTER,
            CASE_NO,
            Need("address", "家庭住址", required=False),
            Need("members", "家庭成员", "rows", columns=(("name", "姓名"), ("relation", "与户主关系"))),
        ),
        permission="case.investigate",
        law="入户调查每组不少于两人，双方签字",
    ),
    Notice(
        "F02",
        "近亲属备案表",
        "",
        "f02",
        (MATTER, CASE_NO),
        permission="case.accept",
        law="《最低生活保障审核确认办法》第十一条：经办人员、村（居）委会成员近亲属单独登记备案",
    ),
    Notice(
        "F03",
        "送达回证",
        "",
        "f03",
        (
            MATTER,
            Need("document_title", "送达文书"),
            Need("document_no", "文号"),
            Need("agency", "送达机关"),
            Need("method", "送达方式", required=False),
            Need("acted_on", "办理日期", "date", required=False),
            Need("served_on", "送达日期", "date", required=False),
        ),
        permission="document.read",
        law="《中华人民共和国民事诉讼法》第八十七条（参照）：送达诉讼文书必须有送达回证",
    ),
    Notice(
        "F04",
        "卷内文件目录",
        "",
        "f04",
        (
            MATTER,
            Need("no", "档号"),
            Need("retention", "保管期限"),
            Need("destroy_after", "保管到"),
            Need("pages", "总页数", "count"),
            Need("rows", "卷内文件", "rows", columns=(("seq", "件号"), ("title", "题名"), ("date", "日期"))),
            Need("manifest", "目录封存 SM3"),
        ),
        permission="archive.read",
        law="《归档文件整理规则》（DA/T 22-2015）",
    ),
)
