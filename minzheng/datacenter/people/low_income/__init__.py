"""低收入人口数据库: who belongs to which class since when and by what, and what makes a person's situation special."""

from minzheng.datacenter.people.low_income.selectors import classes_of

__all__ = ["classes_of"]
