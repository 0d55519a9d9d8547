"""More of everything in the data centre's lists: batches, links, checks of caseloads, requests, exchanges, samples, alerts.

Each is another row like the town's first one, about somebody else and with another partner where the list shows it."""

from __future__ import annotations

import datetime
from importlib import import_module
from typing import Any

from django.db import models

from minzheng.kernel import clock
from minzheng.kernel.subjects.models import Person

VILLAGE = "990101001001"


def _first(name: str) -> Any:
    """The town's own row: the oldest."""
    module, model = name.rsplit(".", 1)
    rows: models.Manager[Any] = getattr(import_module(f"minzheng.datacenter.{module}"), model).objects
    found = rows.order_by("pk").first()
    assert found is not None, f"测试县里没有 {name}"
    return found


def more(again: Any, n: int) -> None:
    """One more of each list's rows."""
    person = Person.objects.create(name=f"行人{n}", birth_date=datetime.date(1960, 1, 1), region_code=VILLAGE)
    _lake(again, n)
    _matching(again, person, n)
    _exchange(again, n)
    _sampling(again, person, n)
    _monitoring(again, person, n)


def _lake(again: Any, n: int) -> None:
    sources = ("death", "vehicle", "pension", "prison")
    again(_first("lake.models.LakeBatch"), no=f"batch-{n}", source=sources[n % 4])
    again(_first("lake.models.LakeLink"), title=f"库{n}", source=sources[n % 4])


def _matching(again: Any, person: Person, n: int) -> None:
    again(_first("matching.models.MatchRequest"), no=f"HD-9-{n}", client_no=f"函{n}")
    run = again(_first("matching.bulk.models.MatchRun"), no=f"PH-9-{n}")
    home = again(_first("matching.bulk.models.MatchFamily"), run=run, payee_name=person.name)
    for name in ("MatchAlert", "MatchReview"):
        again(_first(f"matching.bulk.models.{name}"), run=run, family=home, person=person, person_name=person.name)
    again(_first("matching.bulk.models.MatchLeftOut"), run=run, person=person, person_name=person.name)


def _exchange(again: Any, n: int) -> None:
    partner = again(_first("exchange.models.ExchangePartner"), code=f"partner-{n}", title=f"单位{n}")
    message = again(_first("exchange.models.ExchangeMessage"), partner=partner, message_id=f"M-{n}", nonce=f"nonce-{n}")
    again(_first("exchange.models.ExchangeRequest"), no=f"JH-9-{n}", partner=partner, message=message)
    run = again(_first("exchange.models.PushRun"), no=f"BS-9-{n}", partner=partner)
    again(_first("exchange.models.PushRow"), partner=partner, run=run, key=f"K-{n}")
    again(_first("exchange.models.ExchangeQuarantine"), partner=partner, name=f"{n}.json")


def _sampling(again: Any, person: Person, n: int) -> None:
    sample = again(_first("sampling.models.Sample"), no=f"CY-9-{n}", title=f"抽样{n}")
    again(_first("sampling.models.SampleUnit"), sample=sample, name=person.name)


def _monitoring(again: Any, person: Person, n: int) -> None:
    again(_first("monitoring.models.Alert"), no=f"YJ-9-{n}", person=person, person_name=person.name)
    again(_first("monitoring.models.MonitorRun"), asked_at=clock.now())
    again(_first("monitoring.models.MonitorSwitch"), monitor=f"monitor.{n}")
