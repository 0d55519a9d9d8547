"""One invented set of elements for every notice: what a policy officer previews and what the tests print."""

from __future__ import annotations

from typing import Any

_COMMON: dict[str, Any] = {
    "matter": "最低生活保障",
    "id_no": "990101195203141527",
    "applied_on": "2026-11-02",
    "phone": "0990-8801234",
}
_BASIS = ["《社会救助暂行办法》（国务院令第649号）第九条", "《最低生活保障审核确认办法》（民发〔2021〕57号）"]
_CALCULATION = [
    {"label": "保障标准", "value": "869.00 元", "note": "示范县城市，每人每月"},
    {"label": "家庭月收入", "value": "2,056.30 元", "note": ""},
    {"label": "月保障金额", "value_fen": 141970, "note": "869.00 × 4 − 2,056.30"},
]

_FINE: dict[str, Any] = _COMMON | {
    "facts": "当事人隐瞒小型轿车一辆和经营收入，自 2026 年 1 月至 6 月骗取保障金。",
    "evidence": ["机动车登记信息", "营业收入流水", "当事人询问笔录"],
    "reasons": [("R05", "隐瞒家庭财产和收入，骗取救助款物。")],
    "basis": ["《社会救助暂行办法》（国务院令第649号）第六十八条"],
    "calculation": [("非法获取的金额", "3,476.00 元"), ("倍数", "1.5"), ("罚款金额", "5,214.00 元")],
    "obtained_fen": 347600,
    "fine_fen": 521400,
    "times": "1.5",
}

SPECIMENS: dict[str, dict[str, Any]] = {
    "N01": _COMMON
    | {"case_no": "990101-DB-2026-1", "accepted_on": "2026-11-03", "due_on": "2026-12-15", "materials": ["身份证"]},
    "N02": _COMMON | {"missing": [{"name": "授权书", "how": "请本人在手机上签署"}], "due_on": "2026-11-17"},
    "N03": _COMMON
    | {"facts": "户籍和居住地都在外县。", "reasons": [("R04", "不属于本机关受理范围。")], "basis": _BASIS},
    "N04": _COMMON
    | {
        "findings": [
            {"person": "王建国", "item": "机动车", "declared": "无", "found": "小型轿车 1 辆", "as_of": "2026-11-05"}
        ],
        "objection_due_on": "2026-11-20",
    },
    "N05": {
        "matter": "最低生活保障",
        "rows": [{"applicant": "周*兰", "persons": 4, "amount_fen": 141970}],
        "place": "桃源村村务公开栏",
        "posted_on": "2026-11-09",
        "ends_on": "2026-11-16",
        "phone": "0990-8801234",
    },
    "N06": _COMMON
    | {
        "facts": "家庭月收入 2,056.30 元，人均低于标准。",
        "basis": _BASIS,
        "persons": 4,
        "amount_fen": 141970,
        "first_month": "2026-12-01",
        "calculation": _CALCULATION,
        "award_no": "990101-DB-456",
        "payee": "周䶮兰",
        "account": "6217001234567890123",
        "next_review_on": "2027-11-30",
        "members": [
            {"name": "周䶮兰", "relation": "户主", "id_no": "990101195203141527"},
            {"name": "王㛃", "relation": "子", "id_no": "99010120140101123X", "note": "未成年人"},
            {"name": "古丽巴哈尔·买买提𬭎", "relation": "其他", "id_no": "990101194001011234"},
        ],
    },
    "N07": _COMMON
    | {
        "facts": "名下有小型轿车 1 辆。",
        "reasons": [("R02", "家庭财产超过规定：有一辆机动车。")],
        "basis": _BASIS,
        "calculation": [("家庭月收入", "2,056.30 元"), ("财产条件", "不符合")],
        "next_benefits": [{"title": "最低生活保障边缘家庭", "why": "收入低于标准的 1.5 倍。"}],
    },
    "N14": _COMMON
    | {"facts": "经书面告知仍未签署授权书。", "reasons": [("R06", "拒绝授权，无法核对。")], "basis": _BASIS},
    "N16": _COMMON
    | {
        "relation": "配偶",
        "applicant": "周䶮兰",
        "scope": ["户籍", "银行存款"],
        "valid_from": "2026-11-02",
        "valid_until": "2027-11-01",
        "signed_on": "2026-11-02",
        "method": "本人手机签署",
    },
    "F01": {
        "matter": "最低生活保障",
        "case_no": "990101-DB-2026-1",
        "address": "桃源村三组",
        "members": [{"name": "周䶮兰", "relation": "户主", "id_no": "990101195203141527"}],
    },
    "F02": {"matter": "最低生活保障", "case_no": "990101-DB-2026-1", "village": "桃源村"},
    "F05": {
        "matter": "最低生活保障",
        "no": "990101-HD-2026-000012（第 1 版）",
        "client": "990101-DB-2026-1",
        "as_of": "2026-11-05",
        "valid_until": "2027-02-03",
        "scope": ["户籍、婚姻、死亡登记", "机动车登记"],
        "people": [{"name": "周䶮兰", "relation": "户主"}, {"name": "王㛃", "relation": "子"}],
        "rows": [
            {
                "person": "全家",
                "title": "机动车辆",
                "source": "公安",
                "day": "2026-10-31",
                "codes": "E1",
                "declared": "0",
                "value": "1",
                "result": "超出",
                "notes": "小型轿车，2019-03-02 初次登记",
            },
            {
                "person": "周䶮兰",
                "title": "工资性收入",
                "source": "税务",
                "day": "2026-09-30",
                "codes": "E1",
                "declared": "1,200.00",
                "value": "1,200.00",
                "result": "未超出",
                "notes": "",
            },
        ],
        "hits": [{"person": "王㛃", "label": "王㛃疑似车辆：小型轿车（证件号码改正一处后一致）"}],
        "missing": ["银行存款"],
        "queries": [
            {"source": "机动车登记", "asked": "2026-11-05 09:30", "answered": "2026-11-05 09:30", "state": "已答复"}
        ],
        "statement": "仅供本事项参考，不作为唯一依据。",
        "asked_by": "林晓云",
        "signed_by": "陈同事",
        "sha": "9f" * 32,
    },
    "N08": _COMMON
    | {
        "facts": "经复核，长女十月就业，每月工资 1,200.00 元，其他成员收入没有变化。",
        "reasons": [("", "家庭收入增加，按差额计算的保障金相应减少。")],
        "basis": _BASIS,
        "calculation": _CALCULATION,
        "old_amount_fen": 141970,
        "amount_fen": 66770,
        "from_month": "2026-12-01",
        "persons": 3,
        "next_review_on": "2027-11-30",
    },
    "N09": _COMMON
    | {
        "facts": "家庭人均月收入 1,738.00 元，超过当地保障标准 869.00 元。",
        "reasons": [("R01", "家庭人均收入超过当地保障标准，并且达到标准的两倍，不能给予渐退期。")],
        "basis": _BASIS,
        "calculation": _CALCULATION,
        "old_amount_fen": 141970,
        "stop_month": "2026-12-01",
        "last_month": "2026-11-01",
        "next_benefits": [{"title": "临时救助", "why": "遇到突发困难时可以申请。"}],
    },
    "N10": _COMMON
    | {
        "facts": "成员王秀英于 2026 年 8 月 3 日去世，自九月起保障人数应为 3 人，九月、十月仍按 4 人发放。",
        "reasons": [("", "成员去世后没有及时报告，多发了两个月的差额。")],
        "basis": _BASIS,
        "lines": [
            {"month": "2026年9月", "paid_fen": 141970, "due_fen": 66770, "over_fen": 75200},
            {"month": "2026年10月", "paid_fen": 141970, "due_fen": 66770, "over_fen": 75200},
        ],
        "amount_fen": 150400,
        "from_month": "2026-09-01",
        "to_month": "2026-10-01",
        "repay_due_on": "2026-12-21",
        "repay_way": "到柳溪镇便民服务中心民政窗口办理，或者转账到示范县财政局专户（开户行和账号见窗口公示）",
        "instalments": [
            {"due_on": "2026-12-21", "amount_fen": 75200},
            {"due_on": "2027-01-21", "amount_fen": 75200},
        ],
    },
    "N11": _FINE | {"statement_due_on": "2026-11-26", "hearing_due_on": "2026-11-26"},
    "N11J": _FINE
    | {
        "prior_no": "示民罚告〔2026〕1号",
        "heard": "当事人在期限内没有提出陈述、申辩，也没有要求听证。",
        "pay_due_on": "2026-12-07",
        "pay_way": "凭本决定书到示范县农村商业银行各网点缴纳",
    },
    "N12": _COMMON
    | {
        "facts": "长子于 2026 年 10 月就业，家庭人均月收入 1,100.00 元。",
        "reasons": [("", "家庭人均收入超过当地保障标准，没有达到标准的两倍。")],
        "basis": _BASIS,
        "calculation": _CALCULATION,
        "old_amount_fen": 141970,
        "amount_fen": 141970,
        "from_month": "2026-12-01",
        "to_month": "2027-05-01",
        "months": 6,
    },
    "N13": _COMMON
    | {
        "facts": "家庭人均收入略高于低保标准，长子患病，医疗支出较大。",
        "basis": _BASIS,
        "to_agency": "示范县医疗保障局",
        "services": [{"title": "医疗救助", "why": "今年自付医疗费 32,000.00 元，可能符合医疗救助条件。"}],
        "consented_on": "2026-11-20",
        "shared": ["身份信息", "本次核对报告的结论"],
        "contact": "0990-8805678（医疗救助窗口）",
        "reply_due_on": "2026-12-04",
    },
    "N15": _COMMON
    | {
        "basis": ["GB/T 42195-2022《老年人能力评估规范》"],
        "purpose": "确定是否给予失能护理补贴和补贴的档次",
        "when": "2026年11月28日（星期六）上午 9 时",
        "place": "桃源村三组家中",
        "assessors": ["陈医生（评估员）", "刘护士（评估员）"],
        "bring": ["身份证", "近半年的病历和检查单", "平时照料您的家人在场"],
    },
    "N15R": _COMMON
    | {
        "basis": ["GB/T 42195-2022《老年人能力评估规范》"],
        "facts": "评估时神志清楚，右侧肢体活动不便，进食、穿衣需要部分帮助。",
        "assessed_on": "2026-11-28",
        "place": "桃源村三组家中",
        "assessors": ["陈医生（评估员）", "刘护士（评估员）"],
        "scores": [
            ("自理能力", "22 分"),
            ("基础运动能力", "9 分"),
            ("精神状态", "16 分"),
            ("感知觉与社会参与", "9 分"),
            ("总分", "56 分"),
        ],
        "grade": "能力中度受损",
        "valid_until": "2028-11-27",
        "objection_due_on": "2026-12-28",
    },
    "N17": _COMMON
    | {
        "matter": "特困人员救助供养",
        "basis": ["《特困人员认定办法》（民发〔2021〕43号）"],
        "principal": "柳溪镇人民政府",
        "carer": "李春梅",
        "carer_phone": "0990-8809876",
        "level": "半护理",
        "address": "桃源村三组家中",
        "services": ["每天查看两次，协助吃饭、喝水、吃药", "每周打扫卫生、换洗衣被", "生病时陪同就医、住院照料"],
        "fee_fen": 54000,
        "pay_way": "次月 10 日前打到乙方账户",
        "valid_from": "2026-12-01",
        "valid_until": "2027-11-30",
        "village": "桃源村村民委员会",
    },
    "N18": _COMMON
    | {
        "holder": "周䶮兰",
        "account": "6217001234567890123",
        "custodian": "桃源村村民委员会",
        "custodian_relation": "居住地村民委员会",
        "custodian_phone": "0990-8801111",
        "reason": "持有人为限制民事行为能力人，没有其他监护人",
        "duties": ["每次取款由两人办理，逐笔记账", "取款只用于持有人的生活和看病", "每季度公布一次收支"],
        "valid_from": "2026-12-01",
        "valid_until": "2027-11-30",
        "filed_with": "示范县民政局",
        "basis": ["《最低生活保障审核确认办法》（民发〔2021〕57号）第二十六条"],
    },
    "G01": _COMMON
    | {
        "case_no": "990101-DB-2026-1",
        "basis": _BASIS,
        "reasons": [("", "家庭成员在外省务工，需要发函核对。")],
        "old_due_on": "2026-12-15",
        "due_on": "2027-01-06",
    },
    "G02": _COMMON
    | {
        "facts": "2026 年 11 月的生存核验没有完成，多次联系没有联系上。",
        "basis": _BASIS,
        "reasons": [("", "没有按时完成生存核验。")],
        "amount_fen": 141970,
        "from_month": "2026-12-01",
        "to_do": ["本人或者家人带身份证到乡镇（街道）民政窗口核验", "行动不便的，打电话预约上门"],
    },
    "G03": _COMMON
    | {
        "basis": _BASIS,
        "reasons": [("", "已完成生存核验，暂停期间仍符合条件。")],
        "amount_fen": 141970,
        "from_month": "2027-01-01",
        "back_pay": "补发 2026 年 12 月的 1,419.70 元",
    },
    "G05": _COMMON
    | {
        "case_no": "990101-DB-2026-1",
        "to_agency": "柳溪镇人民政府",
        "applicant": "周䶮兰",
        "facts": "该办件应于 2026 年 11 月 10 日前提出初审意见，至今没有提出。",
        "demands": ["三个工作日内提出初审意见", "书面说明超期原因和责任人"],
        "overdue_since": "2026-11-10",
        "reply_due_on": "2026-11-25",
        "copies": ["示范县民政局办公室"],
    },
    "G06": _COMMON
    | {
        "case_no": "990101-DB-2026-1",
        "asked_on": "2026-11-20",
        "asked": "删除本人和家人的全部信息",
        "basis": ["《中华人民共和国个人信息保护法》第四十七条第二款"],
        "reasons": [("", "档案的法定保管期限还没有届满，期满前只能存储和采取必要的安全保护措施。")],
        "keep_until": "2036年11月30日",
    },
    "F03": {
        "matter": "最低生活保障",
        "document_title": "最低生活保障确认通知书",
        "document_no": "示民确〔2026〕1号",
        "agency": "示范县民政局",
        "method": "留置",
        "acted_on": "2026-11-21",
        "served_on": "2026-11-21",
        "witnesses": "村民委员会委员 孙大海",
        "place": "桃源村三组",
        "note": "本人在家，拒绝签收，文书留在住所并拍照。",
    },
    "F04": {
        "matter": "周䶮兰　最低生活保障　停发",
        "no": "990101-DB-2026-00001",
        "retention": "停发后10年",
        "destroy_after": "2036-12-31",
        "pages": 12,
        "rows": [
            {"seq": "1", "title": "申请表", "date": "2026-11-02", "pages": "1", "sha": "3f" * 32},
            {"seq": "2", "title": "身份证、户口簿", "date": "2026-11-02", "pages": "1", "sha": "7b" * 32},
            {
                "seq": "3",
                "title": "最低生活保障确认通知书（示民确〔2026〕1号）",
                "date": "2026-11-21",
                "pages": "2",
                "sha": "c4" * 32,
            },
        ],
        "manifest": "9a" * 32,
    },
    "F06": {
        "matter": "青石镇石桥村",
        "month": "2026年11月",
        "rows": [
            {
                "no": "1",
                "name": "周䶮兰",
                "item": "低保",
                "persons": "4",
                "amount": "1,419.70",
                "account": "尾号 8901",
                "state": "已到账",
                "note": "",
            },
            {
                "no": "2",
                "name": "王建国",
                "item": "低保",
                "persons": "2",
                "amount": "888.00",
                "account": "尾号 3321",
                "state": "退回",
                "note": "补发，2026年10月",
            },
        ],
        "sums": [{"item": "低保", "households": "2", "persons": "6", "amount": "2,307.70"}],
        "households": "2",
        "persons": "6",
        "total": "2,307.70",
        "capitals": "贰仟叁佰零柒元柒角",
    },
}
