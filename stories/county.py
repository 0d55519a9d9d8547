"""Load the demo county into the test database: four hundred people, four named families among them; stories begin on
Monday 2 November 2026.
"""

from __future__ import annotations

import datetime
import tempfile
from pathlib import Path

from stories import stage

FIRST_DAY = datetime.date(2026, 11, 2)
PERSONS = 400


def load() -> None:
    """Generate and load; the working calendar too, or deadlines would be provisional."""
    from minzheng.demo.generate import generate
    from minzheng.demo.load import load as put
    from minzheng.kernel.calendar.services import load_shipped

    with stage.on(FIRST_DAY), tempfile.TemporaryDirectory() as folder:
        load_shipped()
        generate(persons=PERSONS, seed=1, as_of=FIRST_DAY, out=Path(folder) / "county")
        put(Path(folder) / "county", say=lambda sentence: None)
