"""An invented population of a province for tests and measurements: one seed, same people. Needs ``minzheng[bulk]``.

Incomes are skewed so that about one household in eight is poor; every word that a rule reads occurs with every kind of
value. Region codes are the unassigned 990101–990110. Nobody in it exists.
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

#: Counties of the invented province; only 990101 has values of its own in the rule set.
COUNTIES = tuple(f"9901{n:02d}" for n in range(1, 11))
CHUNK, PERSON_GROUP = 1_000_000, 250_000
_EPOCH = datetime.date(1970, 1, 1)
_RELATIONS = ("户主", "配偶", "子女", "父母", "其他")
_ABILITIES = ("能力完好", "轻度失能", "中度失能", "重度失能", "完全失能")
_BURIALS = ("其他", "骨灰撒海", "树葬", "花坛葬", "草坪葬", "格位存放", "墓位安葬")
_CIRCUMSTANCES = (
    "无特殊情形", "死亡", "宣告失踪", "查找不到", "残疾", "重病", "服刑在押", "强制隔离戒毒",
    "其他限制人身自由", "失去联系", "撤销监护资格", "遣送出境",
)  # fmt: skip
_KINDS = ("无", "视力", "听力", "言语", "肢体", "智力", "精神", "多重")


def generate(
    persons: int, folder: Path, *, seed: int = 1, on: datetime.date = datetime.date(2026, 9, 1)
) -> tuple[Path, Path]:
    """Write ``persons.parquet`` and ``households.parquet`` into a folder and return their paths.

    ``persons`` is exact. The same arguments give the same rows. Row groups hold whole households.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = folder / "persons.parquet", folder / "households.parquet"
    writers: list[Any] = []
    try:
        done = households = 0
        while done < persons:
            number = min(CHUNK, persons - done)
            tables = chunk(
                number, seed=seed * 1000 + done // CHUNK, on=on, first_person=done, first_household=households
            )
            if not writers:
                writers = [pq.ParquetWriter(p, t.schema) for p, t in zip(paths, tables, strict=True)]
            _write_whole(writers[0], tables[0])
            writers[1].write_table(tables[1], row_group_size=100_000)
            done, households = done + number, households + tables[1].num_rows
    finally:
        for writer in writers:
            writer.close()
    return paths


def _write_whole(writer: Any, table: pa.Table) -> None:
    """Row groups of about ``PERSON_GROUP`` that end where a household ends."""
    ids = table["household_id"].to_numpy()
    start = 0
    while start < len(ids):
        end = min(start + PERSON_GROUP, len(ids))
        end = len(ids) if end == len(ids) else int(np.searchsorted(ids, ids[end]))
        writer.write_table(table.slice(start, end - start), row_group_size=2 * PERSON_GROUP)
        start = end


def chunk(
    persons: int, *, seed: int, on: datetime.date, first_person: int = 0, first_household: int = 0
) -> tuple[pa.Table, pa.Table]:
    """One piece of the population as two tables, sorted by household."""
    random = np.random.default_rng(seed)
    size = random.choice([1, 2, 3, 4, 5, 6], persons, p=[0.18, 0.27, 0.27, 0.16, 0.08, 0.04])
    households = int(np.searchsorted(np.cumsum(size), persons)) + 1
    size = size[:households]
    size[-1] -= size.sum() - persons
    poor = random.random(households) < 0.16
    people = _people(random, size, poor, on)
    ids = {
        "household_id": first_household + np.repeat(np.arange(households), size),
        "person_id": first_person + np.arange(persons),
    }
    homes = {"household_id": first_household + np.arange(households)} | _homes(random, households, poor)
    return pa.table(ids | people), pa.table(homes)


def _fen(random: Any, share: Any, mean: float, spread: float, scale: Any, length: int) -> Any:
    """Amounts in 分 for a share of the rows, log-normal, 0 for the others."""
    amounts = random.lognormal(mean, spread, length) * scale
    return np.where(random.random(length) < share, amounts, 0).astype(np.int64)


def _texts(choices: tuple[str, ...], index: Any) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(index.astype(np.int8)), pa.array(list(choices)))


def _people(random: Any, size: Any, poor: Any, on: datetime.date) -> dict[str, Any]:
    n = int(size.sum())
    position = np.arange(n) - np.repeat(np.cumsum(size) - size, size)
    child = (position >= 2) & (random.random(n) < 0.55)
    old = ~child & (random.random(n) < 0.25)
    age = np.where(
        child, random.integers(0, 25, n), np.where(old, random.integers(60, 101, n), random.integers(20, 60, n))
    )
    born = (on - _EPOCH).days - (age * 365.2425).astype(np.int64) - random.integers(0, 365, n)
    scale = np.repeat(np.where(poor, 0.22, 1.0), size)
    disabled = random.random(n) < 0.065
    relation = np.select(
        [position == 0, (position == 1) & (random.random(n) < 0.7), child], [0, 1, 2], np.where(old, 3, 4)
    )
    works = (age >= 18) & (age < 62)
    minor = age < 18
    died = random.random(n) < 0.002
    death = (on - _EPOCH).days - random.integers(0, 90, n)
    cost = random.random(n) < 0.03
    return {
        "与户主关系": _texts(_RELATIONS, relation),
        "出生日期": pa.array(born.astype(np.int32)).cast(pa.date32()),
        "工资性收入_分": _fen(random, works * 0.7, 12.6, 0.6, scale, n),
        "经营净收入_分": _fen(random, 0.12, 11.5, 0.8, scale, n) - _fen(random, 0.02, 10.0, 0.5, 1.0, n),
        "财产净收入_分": _fen(random, 0.08, 9.5, 1.0, scale, n),
        "转移净收入_分": _fen(random, np.where(age >= 60, 0.9, 0.05), 11.0, 0.8, scale, n),
        "不计入收入_分": _fen(random, 0.05, 9.5, 0.6, 1.0, n),
        "就业成本_分": pa.array(_fen(random, 1, 9.8, 0.5, 1.0, n), mask=~(cost & works)),
        "残疾类别": _texts(_KINDS, np.where(disabled, random.integers(1, 8, n), 0)),
        "残疾等级": pa.array(np.where(disabled, random.integers(1, 5, n), 0).astype(np.int32)),
        "重病": random.random(n) < 0.015,
        "在校": (age >= 7) & (age < 23) & (random.random(n) < 0.9),
        "无劳动能力": random.random(n) < 0.02,
        "无赡养能力人": random.random(n) < np.where(age >= 60, 0.03, 0.005),
        "自理不能项数": pa.array(np.where(age > 75, random.integers(0, 7, n), 0).astype(np.int32)),
        "孤儿": minor & (random.random(n) < 0.004),
        "事实无人抚养": minor & (random.random(n) < 0.004),
        "死亡日期": pa.array(np.maximum(death, born).astype(np.int32), mask=~died).cast(pa.date32()),
        "户籍在本地": random.random(n) < 0.97,
        "长期共同居住": random.random(n) < 0.95,
        "单人户申请": random.random(n) < 0.01,
        "中学在读": (age >= 16) & (age < 20) & (random.random(n) < 0.8),
        "已确认特困": pa.array(random.random(n) < 0.5, mask=random.random(n) < 0.98),
        "特困申请": random.random(n) < 0.02,
        "特困另不计入收入_分": _fen(random, (age >= 80) * 0.6, 9.0, 0.4, 1.0, n),
        "供养方式": _texts(("分散供养", "集中供养"), random.random(n) < 0.3),
        "优抚对象": random.random(n) < 0.01,
        "领取失业保险金": works & (random.random(n) < 0.01),
        "艾滋病毒感染儿童": minor & (random.random(n) < 0.001),
        "待遇开始日": pa.array(
            ((on - _EPOCH).days - random.integers(0, 400, n)).astype(np.int32), mask=random.random(n) < 0.95
        ).cast(pa.date32()),
        **_old(random, age, on),
        **_buried(random, died),
        **_certified(random, disabled, age),
        **_raised(random, minor, on),
    }


def _old(random: Any, age: Any, on: datetime.date) -> dict[str, Any]:
    """Ability, where they live and what they bought of care; the ability grows worse with age."""
    n = len(age)
    worse = np.clip((age - 60) / 60, 0, 0.7)
    level = np.where(random.random(n) < worse, random.integers(1, 5, n), 0)
    buys = np.where(level > 1, 0.3, 0)
    return {
        "能力等级": _texts(_ABILITIES, level),
        "能力评估日期": pa.array(
            ((on - _EPOCH).days - random.integers(0, 500, n)).astype(np.int32), mask=random.random(n) < 0.5
        ).cast(pa.date32()),
        "别处已领高龄津贴": (age >= 75) & (random.random(n) < 0.01),
        "生存认证逾期": (age >= 75) & (random.random(n) < 0.02),
        "入住养老机构": (age >= 60) & (random.random(n) < 0.04),
        "住院": random.random(n) < 0.01,
        "空巢独居": (age >= 60) & (random.random(n) < 0.3),
        "养老服务方式": _texts(("居家", "机构"), random.random(n) < 0.3),
        "养老服务价格_分": _fen(random, buys, 11.0, 0.7, 1.0, n),
        "本月居家已用消费补贴_分": _fen(random, buys, 10.0, 0.6, 1.0, n),
        "本月机构已用消费补贴_分": _fen(random, buys, 10.0, 0.6, 1.0, n),
    }


def _certified(random: Any, disabled: Any, age: Any) -> dict[str, Any]:
    """The disability certificate's state and what excludes its subsidies."""
    n = len(age)
    return {
        "残疾人证状态": _texts(
            ("有效", "过期", "冻结", "注销"), disabled * random.choice(4, n, p=[0.94, 0.03, 0.02, 0.01])
        ),
        "多重含智力精神": disabled & (random.random(n) < 0.3),
        "需长期照护": random.random(n) < 0.95,
        "工伤生活护理费": disabled & (random.random(n) < 0.01),
        "脱贫人口": random.random(n) < 0.04,
        "其他困难残疾人": disabled & (random.random(n) < 0.05),
        "老年生活类补贴_分": _fen(random, (age >= 60) * 0.05, 9.6, 0.4, 1.0, n),
        "老年护理类补贴_分": _fen(random, (age >= 60) * 0.05, 9.6, 0.4, 1.0, n),
        "长护险护理待遇_分": _fen(random, (age >= 60) * 0.03, 10.5, 0.5, 1.0, n),
    }


def _raised(random: Any, minor: Any, on: datetime.date) -> dict[str, Any]:
    """What became of the parents of children; nine in ten have both."""
    n = len(minor)
    worried = minor & (random.random(n) < 0.1)
    columns: dict[str, Any] = {}
    for parent in ("父亲", "母亲"):
        columns[f"{parent}情形"] = _texts(_CIRCUMSTANCES, np.where(worried, random.integers(0, 12, n), 0))
        columns[f"{parent}情形月数"] = pa.array(np.where(worried, random.integers(0, 13, n), 0).astype(np.int32))
        columns[f"{parent}残疾等级"] = pa.array(np.where(worried, random.integers(0, 5, n), 0).astype(np.int32))
        columns[f"{parent}残疾类别"] = _texts(_KINDS, np.where(worried, random.integers(0, 8, n), 0))
    adopted = -random.integers(0, 90, n)
    return columns | {
        "集中养育": worried & (random.random(n) < 0.2),
        "困境儿童类别": _texts(("无", "重点困境", "一般困境"), worried * random.integers(0, 3, n)),
        "监护状况": _texts(("正常", "监护缺失", "监护不当"), worried * random.integers(0, 3, n)),
        "收养登记日": pa.array(
            ((on - _EPOCH).days + adopted).astype(np.int32),
            mask=~(minor & (random.random(n) < 0.003)),
        ).cast(pa.date32()),
        "登记特困月额_分": _fen(random, worried * 0.1, 11.2, 0.2, 1.0, n),
    }


def _buried(random: Any, died: Any) -> dict[str, Any]:
    """Fees of the funerals of those who died."""
    n = len(died)
    days = np.where(died, random.integers(0, 8, n), 0)
    return {
        "遗体接运费_分": _fen(random, died * 0.9, 10.3, 0.4, 1.0, n),
        "遗体存放费_分": days * 8000,
        "遗体存放天数": pa.array(days.astype(np.int32)),
        "遗体火化费_分": _fen(random, died * 0.9, 10.6, 0.3, 1.0, n),
        "骨灰寄存费_分": _fen(random, died * 0.4, 9.2, 0.4, 1.0, n),
        "安葬方式": _texts(_BURIALS, random.integers(0, len(_BURIALS), n)),
        "本地常住": random.random(n) < 0.5,
        "无名遗体": died & (random.random(n) < 0.01),
        "已享受殡葬减免": died & (random.random(n) < 0.05),
    }


def _homes(random: Any, n: int, poor: Any) -> dict[str, Any]:
    receives = random.random(n) < 0.05
    return {
        "地区": _texts(COUNTIES, random.integers(0, len(COUNTIES), n)),
        "城乡": _texts(("城市", "农村"), (random.random(n) < 0.4)),
        "金融资产_分": (random.lognormal(13.2, 1.3, n) * np.where(poor, 0.3, 1)).astype(np.int64),
        "房屋套数": pa.array(random.choice([0, 1, 2, 3], n, p=[0.1, 0.78, 0.1, 0.02]).astype(np.int32)),
        "机动车辆": pa.array((random.random(n) < np.where(poor, 0.06, 0.35)).astype(np.int32)),
        "刚性支出年额_分": _fen(random, 0.2, 13.0, 0.9, 1.0, n),
        "在保": receives,
        "超标月数": pa.array(np.where(receives, random.integers(0, 12, n), 0).astype(np.int32)),
        "原月保障金_分": np.where(receives, random.lognormal(10.8, 0.5, n), 0).astype(np.int64),
        "医疗支出年额_分": _fen(random, 0.15, 13.5, 1.0, 1.0, n),
        "教育支出年额_分": _fen(random, 0.2, 12.9, 0.7, 1.0, n),
        "康复支出年额_分": _fen(random, 0.03, 12.5, 0.8, 1.0, n),
        "其他刚性支出年额_分": _fen(random, 0.03, 12.0, 0.8, 1.0, n),
        "已获救助捐助年额_分": _fen(random, 0.08, 12.2, 0.9, 1.0, n),
        "机动车辆最高价_分": _fen(random, 0.3, 16.0, 0.6, 1.0, n),
        "近一年转出财产_分": _fen(random, 0.01, 14, 1.0, 1.0, n),
        "市场主体": random.random(n) < 0.02,
        "申请临时救助": random.random(n) < 0.03,
        "救助类型": _texts(("急难型", "支出型"), random.random(n) < 0.5),
        "情况紧急": random.random(n) < 0.3,
        "需救助月数": pa.array(random.integers(1, 9, n).astype(np.int32)),
        "核定困难金额_分": _fen(random, 0.5, 12.8, 0.9, 1.0, n),
        "自付费用_分": _fen(random, 0.4, 14.0, 1.0, 1.0, n),
        "本年同原因已救助": random.random(n) < 0.05,
        "本年已获临时救助_分": _fen(random, 0.1, 12.5, 0.8, 1.0, n),
        "急难发生在本地": random.random(n) < 0.9,
        "已确认低保": pa.array(random.random(n) < 0.5, mask=random.random(n) < 0.97),
        "登记低保月额_分": pa.array(_fen(random, 1, 11.5, 0.6, 1.0, n), mask=random.random(n) < 0.97),
        "登记低保人数": pa.array(random.integers(1, 5, n).astype(np.int32)),
    }
