"""Invented people for simulated deliveries: whole columns at once, ID numbers of area 990101 (assigned to no place)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from minzheng.datacenter.sources.errors import SourceRefused
from minzheng.kernel.subjects.idcard import CHECK_DIGITS, WEIGHTS

AREA = "990101"
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
GIVEN = (
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂春华玉萍红鹏辉斌建国志文波云莲真环雪荣爱妹香月莺媛瑞凡佳嘉琼勤珍贞莉"
    "锦青倩婷娴瑾颖瑶怡雁蓓荷丹蓉眉君琴蕊薇菁梦岚苑婕馨韵融园艺咏卿聪澜纯毓悦昭冰羽希宁欣飘育竹凝晓欢枫芸菲寒亚宜可舒影"
    "思清飞岩峰弘松林柏栋梁海河江湖泉溪微惟为卫慧惠会绘晖徽巍俊峻骏均钧捐敬靖镜境淑书殊叔树生福根土水金木长大小二三"
)
_SEQUENCES = 999
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class People:
    """Columns of equal length: `id_no` (18 characters), `name`, `sex` (True = man), `birth` (days since 1970)."""

    id_no: pa.Array
    name: pa.Array
    male: npt.NDArray[np.bool_]
    birth: Ints

    def take(self, rows: Ints) -> People:
        return People(
            self.id_no.take(pa.array(rows)), self.name.take(pa.array(rows)), self.male[rows], self.birth[rows]
        )


def invent(count: int, rng: np.random.Generator, ages: tuple[int, int], today: datetime.date) -> People:
    """`count` different people whose age on `today` lies within `ages` (both included). Raises SourceRefused when so
    many different numbers do not exist in the area."""
    last = np.datetime64(today).astype(np.int64) - ages[0] * 365.25
    days = int((ages[1] - ages[0] + 1) * 365.25) - 2
    room = days * _SEQUENCES
    if count > room * 0.9:
        raise SourceRefused(
            f"示范区划里 {ages[0]}–{ages[1]} 岁只编得出约 {room} 个不同的证件号码，要 {count} 个太多；请减少行数。"
        )
    picked = np.sort(rng.choice(room, count, replace=False)) if count else np.zeros(0, np.int64)
    rng.shuffle(picked)
    birth = int(last) - 1 - picked // _SEQUENCES
    sequence = picked % _SEQUENCES + 1
    return People(_numbers(birth, sequence), _names(count, rng), sequence % 2 == 1, birth)


def _numbers(birth: Ints, sequence: Ints) -> pa.Array:
    """18 characters each: area, date, sequence, check character (MOD 11-2), all rows at once."""
    day = birth.astype("datetime64[D]")
    year = day.astype("datetime64[Y]").astype(np.int64) + 1970
    month = day.astype("datetime64[M]").astype(np.int64) % 12 + 1
    of_month = (day - day.astype("datetime64[M]")).astype(np.int64) + 1
    rest = (year * 10_000 + month * 100 + of_month) * 1000 + sequence
    digits = np.empty((len(birth), 18), np.uint8)
    digits[:, :6] = [int(one) for one in AREA]
    for place in range(11):
        digits[:, 16 - place] = rest // 10**place % 10
    checks = np.frombuffer(CHECK_DIGITS.encode(), np.uint8)
    total = digits[:, :17].astype(np.int32) @ np.array(WEIGHTS, np.int32) % 11
    digits[:, :17] += ord("0")
    digits[:, 17] = checks[total]
    return (
        pa.Array.from_buffers(pa.binary(18), len(birth), [None, pa.py_buffer(digits.tobytes())])
        .cast(pa.binary())
        .cast(pa.string())
    )


def _names(count: int, rng: np.random.Generator) -> pa.Array:
    weights = 1 / (np.arange(len(SURNAMES)) + 3)
    surname = rng.choice(len(SURNAMES), count, p=weights / weights.sum())
    first, second = rng.integers(0, len(GIVEN), count), rng.integers(0, len(GIVEN), count)
    second_text = pc.if_else(pa.array(rng.random(count) < 0.82), _chars(GIVEN, second), "")
    return pc.binary_join_element_wise(_chars(SURNAMES, surname), _chars(GIVEN, first), second_text, "")


def _chars(alphabet: str, index: Ints) -> pa.Array:
    return pa.array(list(alphabet)).take(pa.array(index))


def given_people(people: pa.Table | str | Path, count: int, rng: np.random.Generator) -> People:
    """People of a table or file (columns `id_no`, `name`), drawn without repeating until all have been used."""
    table = people if isinstance(people, pa.Table) else _read(Path(people))
    missing = {"id_no", "name"} - set(table.column_names)
    if missing or not table.num_rows:
        raise SourceRefused(f"人员表要有 id_no 和 name 两列、至少一行；缺：{'、'.join(sorted(missing)) or '行'}。")
    rounds = -(-count // table.num_rows)
    rows = np.concatenate([rng.permutation(table.num_rows) for _ in range(max(rounds, 1))])[:count]
    return listed(table.take(pa.array(rows)))


def listed(table: pa.Table) -> People:
    """The people of a table in its order; sex and birth date are read from the number where it has 18 characters."""
    number = table["id_no"].combine_chunks().cast(pa.string())
    name = table["name"].combine_chunks().cast(pa.string())
    seventeenth = pc.fill_null(pc.utf8_slice_codeunits(number, 16, 17), "0")
    male = pc.is_in(seventeenth, pa.array(list("13579"))).to_numpy(zero_copy_only=False)
    day = pc.strptime(pc.utf8_slice_codeunits(number, 6, 14), format="%Y%m%d", unit="s", error_is_null=True)
    birth = pc.fill_null(day.cast(pa.date32()).cast(pa.int32()), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    return People(number, name, male, birth)


def _read(path: Path) -> pa.Table:
    try:
        if path.suffix == ".parquet":
            return pq.read_table(path, columns=["id_no", "name"])
        text = pa.csv.ConvertOptions(column_types={"id_no": pa.string(), "name": pa.string()})
        return pa.csv.read_csv(path, convert_options=text)
    except (OSError, pa.ArrowInvalid, KeyError) as error:
        raise SourceRefused(
            f"人员文件 {path} 读不出来（{error}）；要 Parquet 或 UTF-8 的 CSV，有 id_no 和 name 两列。"
        ) from error
