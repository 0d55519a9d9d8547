"""Derive the shipped working-day calendar, one file a year, from the package `chinesecalendar` (MIT).

For maintainers; a bureau loads a new year's notice itself with `minzheng calendar import`. The package follows the
State Council's yearly notices from 2004 on. Numbers of the notices were checked for 2016 to 2026; earlier years are
named by their title only.

    python scripts/derive_calendar.py

Writes `minzheng/kernel/calendar/data/<year>.json`. A notice may reach into the last days of the December before it
(元旦): those days stand in the file of the notice's year.
"""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta
from importlib import metadata
from pathlib import Path

from chinese_calendar import constants

TARGET = Path(__file__).resolve().parent.parent / "minzheng" / "kernel" / "calendar" / "data"
NOTICES = {
    2016: "国办发明电〔2015〕18号",
    2017: "国办发明电〔2016〕17号",
    2018: "国办发明电〔2017〕12号",
    2019: "国办发明电〔2018〕15号、国办发明电〔2019〕3号",
    2020: "国办发明电〔2019〕16号、国办发明电〔2020〕1号",
    2021: "国办发明电〔2020〕27号",
    2022: "国办发明电〔2021〕11号",
    2023: "国办发明电〔2022〕16号",
    2024: "国办发明电〔2023〕7号",
    2025: "国办发明电〔2024〕12号",
    2026: "国办发明电〔2025〕7号",
}


def main() -> int:
    found = {day: ("休", name) for day, name in constants.holidays.items()}
    found |= {day: ("班", name) for day, name in constants.workdays.items()}
    titles = {one.value: one.chinese for one in constants.Holiday}
    years: dict[int, list[list[str]]] = {}
    for day, (kind, name) in sorted(found.items()):
        # Weekends inside a holiday are named too; a working Monday to Friday needs no row.
        if kind == "班" and day.weekday() < 5:
            raise ValueError(f"{day} is named as a working day but is one anyway")
        years.setdefault(year_of_notice(day), []).append([day.isoformat(), kind, titles[name]])
    TARGET.mkdir(parents=True, exist_ok=True)
    for year, days in years.items():
        (TARGET / f"{year}.json").write_text(as_text(year, days), encoding="utf-8")
    print(f"{min(years)}–{max(years)}: {sum(map(len, years.values()))} days", file=sys.stderr)
    return 0


def year_of_notice(day: date) -> int:
    return (day + timedelta(days=7)).year


def as_text(year: int, days: list[list[str]]) -> str:
    told = {
        "year": year,
        "source": f"国务院办公厅关于{year}年部分节假日安排的通知",
        "notice_no": NOTICES.get(year, ""),
        "derived_from": f"Python package chinesecalendar {metadata.version('chinesecalendar')}, MIT licence",
    }
    head = json.dumps(told, ensure_ascii=False, indent=1)[:-2]
    rows = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in days)
    return f'{head},\n "days": [\n  {rows}\n ]\n}}\n'


if __name__ == "__main__":
    sys.exit(main())
