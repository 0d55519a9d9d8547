"""把示范县装进测试库：四百人，其中有四户有名有姓的人家；故事从 2026 年 11 月 2 日（星期一）开始。"""

from __future__ import annotations

import datetime
import tempfile
from pathlib import Path

from stories import stage

FIRST_DAY = datetime.date(2026, 11, 2)
PERSONS = 400


def load() -> None:
    """生成并装入；工作日历也装上，期限才不是暂定的。"""
    from minzheng.demo.generate import generate
    from minzheng.demo.load import load as put
    from minzheng.kernel.calendar.services import load_shipped

    with stage.on(FIRST_DAY), tempfile.TemporaryDirectory() as folder:
        load_shipped()
        generate(persons=PERSONS, seed=1, as_of=FIRST_DAY, out=Path(folder) / "county")
        put(Path(folder) / "county", say=lambda sentence: None)
