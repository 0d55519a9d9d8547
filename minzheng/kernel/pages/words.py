"""What an audit line means, in words."""

from __future__ import annotations

from typing import Any

ACTIONS = {
    "read": "查看档案",
    "export": "导出",
    "crypto.rotate": "启用新密钥",
    "crypto.reseal": "用新密钥重新加密",
    "crypto.retire": "停用旧密钥",
    "crypto.escrow": "托管密钥",
    "crypto.drill": "密钥恢复演练",
    "crypto.recover": "恢复密钥",
    "backup.make": "备份",
    "backup.restore": "由备份恢复",
    "export.ask": "申请导出",
    "export.decide": "审批导出",
    "export.download": "下载导出文件",
    "read.list": "查看名单",
    "read.simulation": "测算时读取在册家庭",
    "simulation.ask": "提出测算",
    "person.search": "检索",
    "glass.try": "紧急查阅核对",
    "glass.open": "紧急查阅",
    "glass.review": "复核紧急查阅",
    "read.question": "群众询问查阅",
    "read.answer": "答复群众询问",
    "audit.head": "打印或导出链头",
    "audit.anchor": "重新锚定审计链",
    "auth.sign_in": "登录",
    "auth.sign_out": "退出",
    "auth.idle_out": "超时退出",
    "auth.refused": "登录未成功",
    "auth.locked_out": "登录被锁定",
    "person.search_id": "按身份证号检索",
    "accounts.create": "建立账号",
    "accounts.assign": "授予岗位",
    "accounts.end_assignment": "收回岗位",
    "accounts.enable": "启用账号",
    "accounts.disable": "停用账号",
    "accounts.reset_password": "重置口令",
    "accounts.change_password": "修改口令",
    "accounts.care_mode": "切换大字版",
    "accounts.unlock": "解除登录锁定",
    "accounts.second_factor_on": "启用动态码",
    "accounts.second_factor_off": "停用动态码",
    "accounts.reset_second_factor": "重置动态码",
    "accounts.recovery_codes": "重新生成恢复码",
    "accounts.recovery_code_used": "使用恢复码",
    "accounts.ask_leave": "申请休假",
    "accounts.leave": "确认休假与代理",
    "accounts.leave_refused": "不同意休假",
    "accounts.leave_cancelled": "撤回休假",
    "accounts.end_leave": "销假",
    "auth.choose_post": "切换岗位",
    "auth.step_up": "再次验证身份",
    "auth.step_up_refused": "再次验证未通过",
    "auth.code_refused": "动态码未通过",
    "auth.aged_out": "登录满时退出",
    "auth.sign_out_everywhere": "在所有设备上退出",
    "ledger.post": "记账",
    "relief.catalogue": "装入物资目录",
    "relief.goods": "修改物资目录",
    "relief.store": "登记物资库点",
    "relief.receive": "物资入库",
    "relief.out": "物资调出",
    "relief.transfer": "物资库间调拨",
    "relief.count": "提出盘点或报损",
    "relief.count_decide": "核准盘点或报损",
    "relief.plan": "建立物资发放批次",
    "relief.listed": "加入物资应领名单",
    "relief.unlisted": "移出物资应领名单",
    "relief.open": "开始发放物资",
    "relief.close": "结束发放物资",
    "relief.issue": "发放物资",
    "relief.take_back": "收回物资",
    "duty.propose": "督办立项",
    "duty.divide": "分解督办任务",
    "duty.assign": "交办督办任务",
    "duty.sign": "签收督办任务",
    "duty.feedback": "反馈督办任务",
    "duty.assist": "督办协办反馈",
    "duty.milestone": "督办节点完成",
    "duty.delegate": "督办任务分解到下级",
    "duty.close": "督办任务办结",
    "duty.send_back": "督办任务退回重办",
    "duty.ask_extension": "督办任务申请延期",
    "duty.grant_extension": "同意督办任务延期",
    "duty.refuse_extension": "不同意督办任务延期",
    "duty.transfer": "转办督办任务",
    "duty.pause": "中止督办任务",
    "duty.resume": "恢复督办任务",
    "duty.merge": "合并督办任务",
    "duty.absorb": "并入督办任务",
    "duty.remind": "催办督办任务",
    "duty.name_late": "通报督办任务逾期",
    "duty.announce": "通报督办任务办结",
    "duty.archive": "归档督办任务",
    "duty.drop": "督办任务撤项",
    "duty.bulletin": "印发督查通报",
    "duty.print": "打印督查通报",
    "duty.file": "查看督办佐证",
    "case.hand_over": "移交办件",
    "case.hand_back": "交还办件",
    "orgs.create": "建立机构",
    "orgs.change": "修改机构",
    "orgs.close": "撤销机构",
}
OBJECTS = {
    "person": "人员",
    "household": "家庭",
    "case": "办件",
    "award": "待遇",
    "paymentline": "发放明细",
    "ledgertransaction": "记账凭证",
    "goods": "救助物资",
    "store": "物资库点",
    "lot": "物资批次",
    "campaign": "物资发放批次",
    "receiver": "物资应领人员",
    "issue": "物资发放",
    "count": "物资盘点",
    "supervisedtask": "督办任务",
    "taskbulletin": "督查通报",
    "taskevidence": "督办佐证",
    "attachment": "材料",
    "issueddocument": "文书",
    "user": "账号",
    "assignment": "任职",
    "leave": "休假",
    "organization": "机构",
}
_PARTS = {
    "case": "办件",
    "cases": "办件",
    "awards": "待遇",
    "award": "待遇",
    "documents": "文书",
    "persons": "人员",
    "person": "人员",
    "household": "家庭",
    "households": "家庭",
    "jobs": "任务",
    "match": "核对",
    "demo": "示范数据",
}


def action_title(code: str) -> str:
    """The Chinese name of an action. An act of a case (``case.accept``) takes its name from the declared flows."""
    if code in ACTIONS:
        return ACTIONS[code]
    head, _, tail = code.partition(".")
    act = _act_titles().get(tail or head)
    if act:
        return act
    return f"{_PARTS[head]}：{tail}" if head in _PARTS and tail else code


def _act_titles() -> dict[str, str]:
    from minzheng.kernel.items import registry

    return {act.code: act.title for item in registry.all_items() for act in item.flow.acts}


def detail_text(row: Any) -> str:
    """The detail of a line as “key：value；…”."""
    return "；".join(f"{key}：{value}" for key, value in (row.detail or {}).items() if value not in ("", None, {}, []))
