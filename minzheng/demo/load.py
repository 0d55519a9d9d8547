"""Load the demo county: the old goes and the new comes in one transaction; on any error it is as if nothing happened."""

from __future__ import annotations

import csv
import datetime
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from minzheng.demo import (
    applications,
    checked,
    doubles,
    exchanges,
    funds,
    indicators,
    lake,
    monitoring,
    payruns,
    projects,
    registers,
    relief,
    replace,
    samples,
    simulations,
    statistics,
    summaries,
    supervision,
)
from minzheng.demo.awards_in_force import load_awards
from minzheng.demo.copying import Row, copy, sealer
from minzheng.demo.errors import DemoError, NotDemo
from minzheng.demo.files import DELIVERED, SOURCES, read_meta, read_rows
from minzheng.demo.places import AREA, SOURCE
from minzheng.demo.staff import PASSWORD
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.audit import services as audit
from minzheng.kernel.crypto.fields import BlindIndex
from minzheng.kernel.documents import vault
from minzheng.kernel.ids import new_id
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.regions import selectors as regions
from minzheng.kernel.regions.models import Region
from minzheng.kernel.subjects import idcard
from minzheng.kernel.subjects.models import Household, HouseholdMember, Person, PersonNameChar
from minzheng.kernel.subjects.names import name_characters

Say = Callable[[str], None]
SINCE = datetime.date(2020, 1, 1)
_ANALYZE = (Person, PersonNameChar, Household, HouseholdMember)


class Loader:
    """One load of one folder. `ids` maps the folder's numbers (P…, H…, office codes) to row ids."""

    def __init__(self, folder: Path, say: Say) -> None:
        self.folder, self.say = folder, say
        self.meta = read_meta(folder)
        self.as_of = datetime.date.fromisoformat(str(self.meta["as_of"]))
        self.now = timezone.now()
        self.ids: dict[str, int] = {}
        self.names: dict[str, str] = {}
        self.indexes: dict[str, bytes] = {}
        self.regions_of: dict[str, str] = {}

    def rows(self, table: str) -> Iterator[dict[str, str]]:
        """The table's rows; anything that is not of the demo county is refused with file and line."""
        for line, row in enumerate(read_rows(self.folder, table), start=2):
            code, number = row.get("region_code", ""), row.get("id_no", "")
            if not code.startswith(AREA) and code:
                raise self._foreign(table, line, f"区划代码 {code} 不在示范县（{AREA}）")
            if number and number not in self.indexes and not (number.startswith(AREA) and idcard.is_valid(number)):
                raise self._foreign(table, line, f"证件号码的地区码不是 {AREA} 或校验位不对")
            yield row

    def _foreign(self, table: str, line: int, why: str) -> DemoError:
        path = self.folder / f"{table}.csv"
        return DemoError(f"{path} 第 {line} 行：{why}。这里只装虚构数据，请用 demo generate 重新生成。")

    def run(self) -> dict[str, int]:
        replace.lock()
        replace.refuse_if_real_data_is_touched()
        self.files, self.batches = replace.stored_files(), lake.stored()
        self.removed = replace.remove()
        if self.removed:
            self.say("已换下旧的示范数据")
        counts: dict[str, int] = {}
        steps = (
            ("区划", self.load_regions), ("机构", self.load_organizations), ("人员", self.load_persons),
            ("家庭", self.load_households), ("账号", self.load_logins), ("外部数据", self.load_facts),
            ("待遇", lambda: load_awards(self)), ("办件", lambda: applications.load_cases(self)),
            ("测算", lambda: simulations.load_simulations(self, counts["待遇"])),
            ("批量核对", lambda: checked.load_checks(self)),
            ("待发", lambda: payruns.reopen(self)), ("资金指标", lambda: funds.load_funds(self)),
            ("发放批次", lambda: payruns.load_payruns(self)),
            ("抽样", lambda: samples.load_samples(self)), ("数据交换", lambda: exchanges.load_exchange(self)),
            ("低收入人口", lambda: doubles.load_low_income(self)), ("疑似重复", lambda: doubles.load_doubles(self)),
            ("预警", lambda: monitoring.load_alerts(self)), ("实物救助", lambda: relief.load_relief(self)),
            ("项目库", lambda: projects.load_projects(self)),
            ("督办任务", lambda: supervision.load_supervision(self)),
            ("工作台账", lambda: registers.load_registers(self)),
            ("指标", lambda: indicators.load_indicators(self)),
            ("统计报表", lambda: statistics.load_statistics(self)),
            ("计划和总结", lambda: summaries.load_summaries(self)),
        )  # fmt: skip
        for number, (title, step) in enumerate(steps, start=1):
            counts[title] = step()
            self.say(f"{number}／{len(steps)} {title} {counts[title]}")
        return counts

    def load_regions(self) -> int:
        def rows() -> Iterator[Row]:
            for row in read_rows(self.folder, "regions"):
                if not row["code"].startswith("99"):
                    raise self._foreign("regions", 0, f"区划代码 {row['code']} 不是未分配的代码")
                urban = None if row["is_urban"] == "" else row["is_urban"] == "1"
                yield (
                    new_id(), row["code"], row["name"], row["full_name"], int(row["level"]), row["parent_code"], SINCE,
                    SOURCE, urban,
                )  # fmt: skip

        names = ("id", "code", "name", "full_name", "level", "parent_code", "valid_from", "source", "is_urban")
        return copy(Region, names, rows())

    def load_organizations(self) -> int:
        def rows() -> Iterator[Row]:
            for row in self.rows("organizations"):
                pk = self.ids[row["code"]] = new_id()
                parent = self.ids[row["parent_code"]] if row["parent_code"] else None
                yield (
                    pk, row["region_code"], row["code"], row["name"], row["kind"], parent, row["document_prefix"], SINCE
                )  # fmt: skip

        names = ("id", "region_code", "code", "name", "kind", "parent", "document_prefix", "valid_from")
        return copy(Organization, names, rows())

    def load_persons(self) -> int:
        id_no, phone, address, health = (sealer(Person, name) for name in ("id_no", "phone", "address", "health"))

        def rows() -> Iterator[Row]:
            for row in self.rows("persons"):
                pk = self.ids[row["no"]] = new_id()
                self.names[row["no"]] = row["name"]
                index = self.indexes[row["id_no"]] = BlindIndex.of_value("id_no", row["id_no"])
                yield (
                    pk, row["region_code"], row["name"], row["sex"], row["birth_date"], "idcard",
                    id_no(pk, row["id_no"]), index, phone(pk, row["phone"]),
                    row["region_code"], address(pk, row["address"]), health(pk, checked_json(row["health"])),
                    row["death_date"] or None, True, self.now,
                )  # fmt: skip
                self.regions_of[row["no"]] = row["region_code"]

        names = (
            "id", "region_code", "name", "sex", "birth_date", "id_type", "id_no", "id_index", "phone", "hukou_region",
            "address", "health", "death_date", "is_demo", "created_at",
        )  # fmt: skip
        count = copy(Person, names, rows())
        copy(PersonNameChar, ("char", "person", "region_code"), self._characters())
        return count

    def _characters(self) -> Iterator[Row]:
        for number, name in self.names.items():
            for char in name_characters(name):
                yield char, self.ids[number], self.regions_of[number]

    def load_households(self) -> int:
        address = sealer(Household, "address")

        def rows() -> Iterator[Row]:
            for row in self.rows("households"):
                pk = self.ids[row["no"]] = new_id()
                self.regions_of[row["no"]] = row["region_code"]
                number = f"{row['region_code']}D{row['no'][1:]}"
                yield (
                    pk, row["region_code"], number, self.ids[row["head_no"]], row["is_urban"] == "1",
                    address(pk, row["address"]), True, self.now,
                )  # fmt: skip

        names = ("id", "region_code", "no", "head", "is_urban", "address", "is_demo", "created_at")
        count = copy(Household, names, rows())
        members = (
            "id",
            "household",
            "person",
            "relation",
            "valid_from",
            "lives_together_since",
            "recorded_at",
            "reason",
        )
        copy(HouseholdMember, members, self._members())
        return count

    def _members(self) -> Iterator[Row]:
        for row in self.rows("members"):
            household, person, since = self.ids[row["household_no"]], self.ids[row["person_no"]], row["valid_from"]
            yield new_id(), household, person, row["relation"], since, since, self.now, "建档"

    def load_logins(self) -> int:
        count, password = 0, make_password(PASSWORD)
        for row in self.rows("logins"):
            count += 1
            citizen = bool(row["phone"])
            user = User(
                username=row["username"], name=row["name"], kind="citizen" if citizen else "staff", phone=row["phone"],
                person_id=self.ids[row["person_no"]] if citizen else None, is_demo=True,
                password=make_password(None) if citizen else password,
            )  # fmt: skip
            try:
                with transaction.atomic():
                    user.save(force_insert=True)
            except IntegrityError:
                raise NotDemo(
                    f"用户名“{row['username']}”已被真实账号使用：请先改名，或换一个数据库装示范数据。"
                ) from None
            if not citizen:
                Assignment.objects.create(
                    user=user, role=row["role"], organization_id=self.ids[row["organization_code"]],
                    region_code=row["region_code"], post=row["post"], valid_from=SINCE,
                )  # fmt: skip
        return count

    def load_facts(self) -> int:
        """What departments deliver goes into the lake, file by file; returns the rows."""
        count = 0
        for code in SOURCES:
            table, line = f"{DELIVERED}/{code}", 1
            for line, row in enumerate(read_rows(self.folder, table), start=2):
                if row["id_no"] and not row["id_no"].startswith(AREA):
                    raise self._foreign(table, line, f"证件号码的地区码不是 {AREA}")
            if line > 1:
                count += lake.deliver(code, self.folder / f"{table}.csv", self.as_of)
        return count


def checked_json(text: str) -> str:
    """The JSON text of a cell, as it is; a broken one raises ValueError here and not when somebody opens the row."""
    if text:
        json.loads(text)
    return text


def load(folder: Path, *, say: Say = lambda _line: None) -> dict[str, Any]:
    """Replace the demonstration by this folder; returns {"persons", "seed", "as_of", "loaded", "removed"}.

    Raises DemoError (nothing is changed) when the folder is not a demo folder or real data would be touched."""
    try:
        loader = Loader(folder, say)
        with transaction.atomic():
            counts = loader.run()
            detail = {name: loader.meta[name] for name in ("persons", "seed", "as_of")}
            audit.record(actor=SYSTEM, action="demo.load", region_code=AREA.ljust(12, "0"), detail=detail)
    except IntegrityError as error:
        if "id_index" in str(error):
            raise NotDemo(f"数据库里已有证件号码以 {AREA} 开头的真实档案，不能装入示范数据：请换一个数据库。") from None
        raise
    except (KeyError, ValueError, csv.Error) as error:
        raise DemoError(f"{folder} 里的数据前后不一致（{error}）：请用 demo generate 重新生成。") from error
    finally:
        regions.forget()
    for name in loader.files:
        vault.drop(name)
    lake.drop(loader.batches)
    _analyze()
    return {**detail, "loaded": counts, "removed": loader.removed}


def unload(*, say: Say = lambda _line: None) -> dict[str, int]:
    """Take the demonstration out and leave everything else."""
    with transaction.atomic():
        replace.lock()
        replace.refuse_if_real_data_is_touched()
        files, batches = replace.stored_files(), lake.stored()
        removed = replace.remove()
        audit.record(actor=SYSTEM, action="demo.unload", region_code=AREA.ljust(12, "0"), detail=removed)
    regions.forget()
    for name in files:
        vault.drop(name)
    lake.drop(batches)
    say("示范数据已撤走")
    return removed


def _analyze() -> None:
    """Fresh statistics, so that the first searches already use the right index. Harmless where the role may not."""
    with connection.cursor() as cursor:
        for model in _ANALYZE:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")
