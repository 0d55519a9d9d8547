"""`minzheng match run` on plain files: what is found and how, that it adds up, that it refuses in sentences, that a power
cut leaves the old results or the new ones, and that it distrusts a join which loses rows."""

import csv
import datetime
import json
import os
import shutil
import signal
import subprocess
import sys
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from minzheng.datacenter.linkage.tests import same_number
from minzheng.datacenter.matching.bulk import join, publishing, recount, run, staging
from minzheng.datacenter.matching.bulk.cli import run as command
from minzheng.datacenter.matching.bulk.errors import CheckFailed, MatchRefused
from minzheng.kernel.subjects.idcard import check_digit

DAY = datetime.date(2026, 11, 22)


def number(born, serial):
    body = f"990101{born}{serial:03}"
    return body + check_digit(body)


def wrong(id_no, at=10):
    """One digit mistyped."""
    return id_no[:at] + str((int(id_no[at]) + 1) % 10) + id_no[at + 1 :]


ZHAO, QIAN, SUN, LI, WU = (number("19600203", 10 + at) for at in range(5))
PEOPLE = [
    ("一家", 1, ZHAO, "赵大山"), ("一家", 2, QIAN, "钱小红"), ("二家", 3, SUN, "孙建国"), ("三家", 4, wrong(LI), "李秀英"),
    ("四家", 5, WU, "吴国庆"), ("四家", 6, "", "周无号"),
]  # fmt: skip


def write_people(path, rows=PEOPLE, **replaced):
    columns = dict(zip(("family_id", "person_id", "id_no", "name"), map(list, zip(*rows, strict=True)), strict=True))
    columns |= {"county": ["990101000000"] * len(rows)} | replaced
    pq.write_table(pa.table({name: values for name, values in columns.items() if values is not None}), path)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """People, vehicles, wages and deaths. Cars: Zhao's as it is, Qian's under another name, one of the invalid number next to
    Sun's under his name and one under another, Li's whose own number is wrong, and a stranger's."""
    root = tmp_path_factory.mktemp("核对")
    write_people(root / "A.parquet")
    cars = [
        (ZHAO, "赵大山"), (QIAN, "冯别人"), (wrong(SUN), "孙建国"), (wrong(SUN), "别姓人"), (LI, "李秀英"),
        (number("19700101", 5), "郑某某"), (ZHAO[:6] + ZHAO[8:17], "赵大山"),
    ]  # fmt: skip
    days = ["2019-05-01", "2026-08-03", "2026-09-01", "2026-09-01", "2020-01-01", "2020-01-01", "2018-01-01"]
    pq.write_table(pa.table({
        "id_no": [id_no for id_no, _ in cars], "name": [name for _, name in cars],
        "plate": [f"示A{at:05}" for at in range(len(cars))], "kind": ["小型轿车"] * len(cars), "state": ["正常"] * len(cars),
        "register_date": pa.array([datetime.date.fromisoformat(day) for day in days]), "value": [81234.5] * len(cars),
    }), root / "车辆.parquet")  # fmt: skip
    months = [f"2026-{month:02}" for month in range(1, 11)] + ["2025-11", "2025-12", "2024-03"]
    pq.write_table(pa.table({
        "身份证号": [WU] * 13, "姓名": ["吴国庆"] * 13, "month": months, "income": pa.array([Decimal("120001.00")] * 13),
        "item": ["正常工资薪金"] * 13,
    }), root / "个税.parquet")  # fmt: skip
    pq.write_table(
        pa.table({"id_no": [SUN], "name": ["孙建国"], "death_date": ["2026-07-08"], "record_kind": ["注销户口"]}),
        root / "死亡.parquet",
    )
    return root


@pytest.fixture(scope="module")
def done(folder):
    files = staging.parse(
        [f"vehicle={folder}/车辆.parquet", f"death={folder}/死亡.parquet", f"income_tax={folder}/个税.parquet"]
    )
    totals = run.run(folder / "A.parquet", staging.materials(files), folder / "out", run.asked(on=DAY, memory="512MB"))
    return totals, folder / "out"


def rows(path, *names):
    return [tuple(row[name] for name in names) for row in pq.read_table(path).to_pylist()]


def test_每一行来源数据只算一次而且合计相符(done):
    totals, out = done
    # Zhao twice (also by his old 15 digits), Wu's 13 months, Sun's death; in doubt: Qian's number under another name, the slip
    # in Sun's number, Li's own
    assert (totals.matched, totals.review) == (2 + 13 + 1, 3)
    assert totals.rows == 7 + 13 + 1 == totals.matched + totals.review + totals.unmatched
    assert totals.families == 4 == pq.read_table(out / "families.parquet").num_rows


def test_命中写明怎样找到的而错一位的要有姓名相符并且待复核(done):
    _, out = done
    found = sorted(rows(out / "hits.parquet", "person_id", "source", "code", "review"))
    assert found == [
        (1, "vehicle", "E1", False), (1, "vehicle", "E1", False), (2, "vehicle", "E2", True), (3, "death", "E1", False),
        (3, "vehicle", "R1", True), (4, "vehicle", "R1", True), (5, "income_tax", "E1", False),
    ]  # fmt: skip
    car = next(row for row in pq.read_table(out / "hits.parquet").to_pylist() if row["code"] == "E2")
    assert car["batch"] == "车辆.parquet" and car["row_no"] == 2 and car["on_date"] == datetime.date(2026, 8, 3)
    assert car["amount_fen"] == 8_123_450 and "2026-08-03" in car["title"]


def test_各户合计只含已认定的而收入是最近十二个月的月均(done):
    _, out = done
    homes = {row["family_id"]: row for row in pq.read_table(out / "families.parquet").to_pylist()}
    assert (homes["一家"]["vehicles"], homes["一家"]["review"], homes["一家"]["persons"]) == (2, 1, 2)
    assert (homes["二家"]["vehicles"], homes["二家"]["review"]) == (0, 1)
    assert (homes["三家"]["vehicles"], homes["三家"]["review"], homes["三家"]["alarms"]) == (0, 1, 0)
    # twelve months up to October of 120 001 元: the one of 2024 is out; income counts as the month's average
    assert homes["四家"]["income_wage_fen"] == homes["四家"]["income_fen"] == 12_000_100


def test_预警说明事由来源和日期(done):
    _, out = done
    told = {
        (home, code): sentence for home, code, sentence in rows(out / "alerts.parquet", "family_id", "code", "sentence")
    }
    assert {"death", "same_id_other_name", "vehicles"} == {code for _, code in told}, (
        "a doubtful new car makes no alert"
    )
    assert told["一家", "vehicles"] == "机动车达到提示数：合计 2 项（提示线 1 项）"
    assert told["一家", "same_id_other_name"].endswith("证件号码相同，姓名不同，请核实是不是本人")


def test_同一号码两个姓名_与名册匹配同一规则(tmp_path):
    rows, old = same_number.CASES, ZHAO[:6] + ZHAO[8:17]
    write_people(tmp_path / "A.parquet", [("一家", 1, ZHAO, same_number.OURS)])
    pq.write_table(pa.table({
        "id_no": [old if is_old else ZHAO for _, is_old, _, _ in rows], "name": [name for name, _, _, _ in rows],
        "death_date": ["2026-07-08"] * len(rows), "record_kind": ["注销户口"] * len(rows),
    }), tmp_path / "死亡.parquet")  # fmt: skip
    files = staging.materials(staging.parse([f"death={tmp_path}/死亡.parquet"]))
    run.run(tmp_path / "A.parquet", files, tmp_path / "out", run.asked(on=DAY))
    found = {row["row_no"]: row for row in pq.read_table(tmp_path / "out" / "hits.parquet").to_pylist()}
    assert [(found[at + 1]["code"], not found[at + 1]["review"]) for at in range(len(rows))] == [
        row[2:] for row in rows
    ]
    assert found[3]["note"] == "姓名部分遮盖，可见的字相同" and found[1]["note"] == ""


def test_结果和临时文件里没有证件号码(folder, done, monkeypatch):
    numbers = [id_no.encode() for _, _, id_no, _ in PEOPLE if id_no] + [LI.encode(), SUN[:17].encode()]
    seen = []

    def look(work):
        made = staged(work)
        seen.extend(path.read_bytes() for path in work.rglob("*") if path.is_file())
        return made

    staged = staging.materials(staging.parse([f"vehicle={folder}/车辆.parquet"]))
    run.run(folder / "A.parquet", look, folder / "again", run.asked(on=DAY))
    seen += [path.read_bytes() for path in (done[1], folder / "again") for path in path.iterdir()]
    assert len(seen) >= 8 and not any(one in content for one in numbers for content in seen)
    assert not list(folder.glob(".again*"))


def test_运行留下自检(done):
    told = json.loads((done[1] / "run.json").read_text())
    checks = told["checks"]
    assert checks["held"] and checks["engine"]["memory_limit"] == "488.2 MiB"
    assert checks["canaries"]["vehicle"] == {"planted": 36, "found": 36}
    assert len(checks["ranges"]["vehicle"]["joined"]) == 8 and sum(checks["ranges"]["vehicle"]["joined"]) == 3
    assert checks["rows"]["income_tax"] == {"promised": 13, "read": 13}
    assert told["persons_without_id"] == 1


@pytest.mark.parametrize("lost", ["row", "canary", "file"])
def test_丢了行的联接不发布结果(folder, monkeypatch, lost):
    """A join that drops a row, a planted person that is not found, a file shorter than its manifest says."""
    out = folder / "distrust"
    files = staging.parse([f"vehicle={folder}/车辆.parquet"])
    run.run(folder / "A.parquet", staging.materials(files), out, run.asked(on=DAY))
    before = (out / "run.json").read_bytes()
    sql = join.matched_sql
    kept = {"row": "s.row_no <> 1", "canary": "s.row_no <> -3", "file": "true"}[lost]
    monkeypatch.setattr(join, "matched_sql", lambda *args: sql(*args).replace(" WHERE ", f" WHERE {kept} AND (") + ")")
    if lost == "file":
        counted = recount.by_range
        monkeypatch.setattr(recount, "by_range", lambda *args: recount.Counted(6, counted(*args).hits))
    with pytest.raises(CheckFailed, match="自检没有通过") as caught:
        run.run(folder / "A.parquet", staging.materials(files), out, run.asked(on=DAY))
    assert caught.value.exit_code == 1 and not caught.value.found["held"]
    assert (out / "run.json").read_bytes() == before


BAD = {
    "没有这一列": ({"county": None}, "缺少列“county”"),
    "号码是数字": ({"id_no": [1] * 6}, "列“id_no”应当是文字"),
    "编号是小数": ({"person_id": [0.5] * 6}, "列“person_id”应当是整数或文字"),
    "同一个人两行": ({"person_id": [1, 2, 3, 2, 5, 6]}, "person_id“2”出现了不止一次（第 2、4 行）"),
    "编号是空的": ({"family_id": ["a", "b", None, "c", "d", "e"]}, "第 3 行的“family_id”是空的"),
}


@pytest.mark.parametrize("what", BAD)
def test_人员文件不对的说明哪里不对(folder, tmp_path, what):
    replaced, sentence = BAD[what]
    path = write_people(tmp_path / "A.parquet", **replaced)
    with pytest.raises(MatchRefused, match=sentence):
        run.run(
            path,
            staging.materials(staging.parse([f"vehicle={folder}/车辆.parquet"])),
            tmp_path / "out",
            run.asked(on=DAY),
        )
    assert not (tmp_path / "out").exists() and len(list(tmp_path.iterdir())) == 1


def test_来源文件不对的说明哪里不对(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copy(folder / "车辆.parquet", "good.parquet")
    table = pq.read_table("good.parquet")
    pq.write_table(table.drop(["plate"]), "short.parquet")
    pq.write_table(table.slice(0, 0), "none.parquet")
    pq.write_table(table.set_column(0, "id_no", [list(range(7))]), "ints.parquet")
    pq.write_table(table.append_column("车牌号", table["plate"]), "twice.parquet")
    for name in ("torn", "zero"):
        with open(f"{name}.parquet", "wb") as target:
            target.write(b"" if name == "zero" else (tmp_path / "good.parquet").read_bytes()[:-200])
    refused = {
        "vehicle=short.parquet": "缺少列“plate（号牌号码）”", "vehicle=none.parquet": "没有一行数据", "vehicle=ints.parquet": "应当是文字",
        "vehicle=twice.parquet": "“plate”和“车牌号”是同一项", "vehicle=torn.parquet": "不是可以读的 Parquet", "vehicle=zero.parquet": "空文件",
        "vehicle=missing.parquet": "找不到", "spaceship=good.parquet": "没有代码为“spaceship”的数据来源", "good.parquet": "写成 来源代码=文件",
    }  # fmt: skip
    for files, sentence in refused.items():
        found = CliRunner().invoke(command, ["--applicants", f"{folder}/A.parquet", "--files", files, "--out", "out"])
        assert isinstance(found.exception, MatchRefused) and sentence in str(found.exception), (files, found.exception)
        assert found.exception.exit_code == 2
    both = CliRunner().invoke(command, ["--applicants", f"{folder}/A.parquet", "--out", "out"])
    assert "二者选一" in str(both.exception) and not os.path.exists("out")


def test_没有号码和错了几位的_凭姓名和县列为待复核_和名册匹配一样(tmp_path):
    """Q1: two digits wrong, name and birth date agree. Q2: no number, name and county agree; without a county only where the
    name leads to one county. Nobody else's, and never in a sum."""
    other = wrong(wrong(ZHAO, 15), 3)
    people = [
        ("一家", 1, ZHAO, "赵大山"),
        ("二家", 2, QIAN, "钱小红"),
        ("三家", 3, SUN, "钱小红"),
        ("四家", 4, "", "周无号"),
    ]
    write_people(tmp_path / "A.parquet", people, county=["990101", "990101", "990102", "990101"])
    rows = [
        (other, "赵大山", "990101000000"), ("", "赵大山", "990101"), ("无", "赵大山", "990109"), ("", "赵大山", None),
        ("", "钱小红", "990102"), ("", "钱小红", None), ("", "周无号", "990101"), (other, "吴国庆", "990101"),
        (wrong(QIAN), "钱小红", "990101"), ("", "赵*", "990101"), ("", "赵大川", "990101"),
    ]  # fmt: skip
    pq.write_table(pa.table({
        "id_no": [row[0] for row in rows], "name": [row[1] for row in rows], "county": [row[2] for row in rows],
        "death_date": ["2026-07-08"] * len(rows), "record_kind": ["注销户口"] * len(rows),
    }), tmp_path / "死亡.parquet")  # fmt: skip
    files = staging.materials(staging.parse([f"death={tmp_path}/死亡.parquet"]))
    totals = run.run(tmp_path / "A.parquet", files, tmp_path / "out", run.asked(on=DAY))
    hits = pq.read_table(tmp_path / "out" / "hits.parquet").to_pylist()
    assert sorted((one["row_no"], one["person_id"], one["code"]) for one in hits) == [
        (1, 1, "Q1"), (2, 1, "Q2"), (4, 1, "Q2"), (5, 3, "Q2"), (7, 4, "Q2"), (9, 2, "R1"),
    ]  # fmt: skip
    assert all(one["review"] for one in hits) and (totals.matched, totals.review, totals.unmatched) == (0, 6, 5)
    assert not pq.read_table(tmp_path / "out" / "alerts.parquet").num_rows
    told = json.loads((tmp_path / "out" / "run.json").read_text())
    assert told["sources"][0]["crowded"] == 1, "two of one name in two counties: nobody"


def test_读不出来的单元格写明行号和原因_行照样参加(folder, tmp_path):
    table = pa.table({
        "id_no": [ZHAO, "3.30102E+17", SUN, ZHAO[:15] + "000", ""], "name": ["赵大山", "钱小红", "孙建国", "赵大山", ""],
        "plate": ["示A1", "示A2", None, "示A4", "示A5"], "kind": ["小型轿车"] * 5, "state": ["正常", "正常", "飞了", "正常", "正常"],
        "register_date": ["2019-05-01", "去年", "2020-01-01", "2020-01-01", "2020-01-01"], "value": ["8.1万", "1", "2", "3", "4"],
    })  # fmt: skip
    pq.write_table(table, tmp_path / "车.parquet")
    words = [
        "--applicants",
        f"{folder}/A.parquet",
        "--files",
        f"vehicle={tmp_path}/车.parquet",
        "--out",
        f"{tmp_path}/out",
        "--json",
    ]
    done = CliRunner().invoke(command, words)
    totals = json.loads(done.stdout)
    assert totals == {"rows": 5, "matched": 2, "unmatched": 2, "review": 1, "families": 4}
    listed = (tmp_path / "out" / "rejects.csv").read_text("utf-8-sig").splitlines()
    said = sorted((int(row[2]), row[3], row[4]) for row in csv.reader(listed[1:]))
    assert listed[0].startswith("来源,文件,行号,列,原因,怎么改,原来的内容") and said == [
        (1, "购置价格", "不是能认的金额。"), (2, "公民身份号码", "号码被表格软件按数字存过，末几位已经丢失。"),
        (2, "初次登记日期", "不是能认的日期。"), (3, "号牌号码", "必填的一项是空的。"), (3, "机动车状态", "不是代码表里的词或代码。"),
        (4, "公民身份号码", "号码被表格软件按数字存过，末几位已经丢失。"), (5, "公民身份号码", "身份证号和姓名都是空的。"),
    ]  # fmt: skip
    assert not any(ZHAO[:15] in line for line in listed)
    assert f"{len(said)} 个单元格读不出来" in done.stderr
    again = CliRunner().invoke(command, [*words[:3], f"vehicle={folder}/车辆.parquet", *words[4:]])
    assert again.exit_code == 0 and not (tmp_path / "out" / "rejects.csv").exists(), (
        "a clean run leaves no list of the last"
    )


def test_输出文件夹里别人的文件留着而别人的文件夹不动(folder, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "notes.txt").write_text("别人的")
    files = staging.materials(staging.parse([f"death={folder}/死亡.parquet"]))
    run.run(folder / "A.parquet", files, out, run.asked(on=DAY))
    run.run(folder / "A.parquet", files, out, run.asked(on=DAY))
    assert {path.name for path in out.iterdir()} == {*publishing.FILES, "notes.txt"}
    (out / "folder").mkdir()
    with pytest.raises(MatchRefused, match="里有别的文件夹“folder”"):
        run.run(folder / "A.parquet", files, out, run.asked(on=DAY))


KILLED = """
import sys, time
from pathlib import Path
from minzheng.datacenter.matching.bulk import publishing
out, moment = Path(sys.argv[1]), sys.argv[2]
exchange = publishing._exchange
def stop():
    print("here", flush=True); time.sleep(60)
def slowly(one, other):
    if moment == "before": stop()
    exchange(one, other)
    if moment == "after": stop()
publishing._exchange = slowly
with publishing.draft(out) as folder:
    for name in publishing.FILES: (folder / name).write_text("new")
    if moment == "middle": stop()
"""


@pytest.mark.parametrize(("moment", "left"), [("middle", "old"), ("before", "old"), ("after", "new")])
def test_断电时留下旧结果或新结果(tmp_path, moment, left):
    """A real SIGKILL while writing, just before and just after the exchange; the next run clears what was left."""
    out = tmp_path / "out"
    with publishing.draft(out) as folder:
        for name in publishing.FILES:
            (folder / name).write_text("old")
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(out), moment], stdout=subprocess.PIPE, env=os.environ)
    assert process.stdout.readline() == b"here\n"
    publishing.sweep(out)
    assert len(list(tmp_path.iterdir())) == 2, "the draft of a run that lives stays"
    process.send_signal(signal.SIGKILL)
    assert process.wait(10) == -signal.SIGKILL
    assert {path.name: path.read_text() for path in out.iterdir()} == dict.fromkeys(publishing.FILES, left)
    assert len(list(tmp_path.iterdir())) == 2
    publishing.sweep(out)
    assert list(tmp_path.iterdir()) == [out]
