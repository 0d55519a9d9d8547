"""Table of commands: name → ``module:attribute`` of the implementation, what it needs, one sentence of help.

A command whose module does not exist yet is not shown; a new command is one more line here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec


@dataclass(frozen=True)
class Entry:
    """``needs``: nothing (no Django), django (models but no connection) or database; ``bare``: subcommands that need
    nothing, whatever the others need; ``database_with``: subcommand → the option without which it needs no connection."""

    target: str
    needs: str
    help: str
    bare: tuple[str, ...] = ()
    database_with: Mapping[str, str] = field(default_factory=dict)

    @property
    def module(self) -> str:
        return self.target.partition(":")[0]

    @property
    def attribute(self) -> str:
        return self.target.partition(":")[2]

    def exists(self) -> bool:
        try:
            return find_spec(self.module) is not None
        except ModuleNotFoundError:
            return False


COMMANDS: dict[str, Entry] = {
    "serve": Entry("minzheng.site.serve:serve", "nothing", "启动平台：数据库、网页、后台任务"),
    "doctor": Entry("minzheng.site.doctor.cli:doctor", "nothing", "检查安装与配置是否完好"),
    "policy": Entry("minzheng.policy.cli:policy", "nothing", "政策规则：解释、用例、检查"),
    "demo": Entry("minzheng.demo.cli:demo", "database", "示范县：生成、装入、演示账号"),
    "audit": Entry("minzheng.kernel.oversight.cli:audit", "database", "审计链：校验、封存、打印链头"),
    "pages": Entry("minzheng.kernel.openapi.cli:pages", "database", "全部页面、导出与接口的清单"),
    "regions": Entry("minzheng.kernel.regions.cli:regions", "database", "行政区划：装入、查询"),
    "import": Entry("minzheng.kernel.exchange.cli:imports", "database", "导入存量数据：试算、入库"),
    "parameters": Entry("minzheng.kernel.standards.cli:parameters", "database", "本地参数：待确认清单、导出"),
    "simulation": Entry(
        "minzheng.datacenter.simulation.cli:simulation", "database", "测算：标准和规则的变化对在册家庭的影响"
    ),
    "people": Entry("minzheng.datacenter.people.cli:people", "database", "疑似重复人员的查找、低收入人口数据库的更新"),
    "lake": Entry("minzheng.datacenter.lake.cli:lake", "database", "数据湖：来源、模板、入湖、批次、核对"),
    "sampling": Entry("minzheng.datacenter.sampling.cli:sampling", "database", "抽样检查：样本量、清单、由种子复算"),
    "exchange": Entry("minzheng.datacenter.exchange.cli:exchange", "database", "数据交换：单位、收发、报送、模拟对端"),
    "match": Entry(
        "minzheng.datacenter.matching.cli:match",
        "database",
        "匹配：两张名册互相匹配、成批核对",
        bare=("link",),
        database_with={"run": "--lake"},
    ),
    "funds": Entry("minzheng.datacenter.funding.cli:funds", "database", "资金：导入指标、余额、预测"),
    "indicators": Entry(
        "minzheng.datacenter.indicators.cli:indicators", "database", "指标：目录、查数、计算、冻结、更正"
    ),
    "monitor": Entry("minzheng.datacenter.monitoring.cli:monitor", "database", "动态监测：运行、监测项清单"),
    "init": Entry("minzheng.site.setup.cli:init", "database", "首次设置：区划、机构、三员、密钥、日历"),
    "calendar": Entry("minzheng.kernel.calendar.cli:calendar", "database", "工作日历：装入、计算期限"),
    "cases": Entry("minzheng.kernel.cases.cli:cases", "database", "办件：由动作重放核对"),
    "awards": Entry("minzheng.kernel.cases.cli:awards", "database", "待遇：由冻结的依据复算"),
    "ledger": Entry("minzheng.kernel.ledger.cli:ledger", "database", "账：由分录重新核对、余额"),
    "payrun": Entry("minzheng.kernel.payruns.cli:payrun", "database", "发放：生成批次、复核、审批、报盘、回盘、关账"),
    "jobs": Entry("minzheng.kernel.jobs.cli:jobs", "database", "后台任务：执行、查看"),
    "crypto": Entry("minzheng.site.safekeeping.recovery:crypto", "database", "密钥：查看、更换、托管、演练、恢复"),
    "backup": Entry("minzheng.site.safekeeping.cli:backup", "database", "备份：数据库、文件与审计锚定，加密成一个文件"),
    "restore": Entry("minzheng.site.safekeeping.cli:restore", "django", "由备份恢复，或演练恢复"),
    "accounts": Entry("minzheng.kernel.accounts.cli:accounts", "database", "账号与岗位"),
    "documents": Entry("minzheng.kernel.documents.cli:documents", "django", "文书：目录、样张"),
    "docs": Entry("minzheng.site.reference:docs", "django", "由代码生成 docs/reference"),
    "new": Entry("minzheng.site.scaffold:new", "nothing", "新建业务文件夹骨架"),
    "deploy": Entry("minzheng.site.deploy.cli:deploy", "nothing", "部署文件：systemd、反向代理、报警规则"),
    "summary": Entry(
        "minzheng.business.bureau.summaries.cli:summary", "database", "工作总结：由指标生成，输出 Word、PDF、Markdown"
    ),
    "plan": Entry(
        "minzheng.business.bureau.plans.cli:plan",
        "database",
        "工作计划：读要点、总结、规划，导入，量准确率",
        bare=("parse", "bench"),
    ),
    "stats": Entry("minzheng.datacenter.statistics.cli:stats", "database", "统计报表：取数、核对、上报、封存、年鉴"),
    "duty": Entry("minzheng.business.bureau.supervision.cli:duty", "database", "督查督办：清单、到期提醒、通报"),
    "projects": Entry(
        "minzheng.business.bureau.projects.cli:projects", "database", "项目库：导入、模板、清单、合计核对、提醒"
    ),
    "register": Entry(
        "minzheng.business.bureau.registers.cli:register", "database", "工作台账：列表、到期和次数、导入"
    ),
    "manage": Entry("minzheng.site.manage_command:manage", "nothing", "Django 管理命令"),
}
