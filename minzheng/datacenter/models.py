"""One Django app: the models of the capability folders are gathered here."""

from minzheng.datacenter.matching.models import RecordedFact

__all__ = ["RecordedFact"]
