"""工作台账: entries of all books in one table, their values as JSON typed by the book's declaration.

A declaration may change with a release. What it said when an entry was written stays as a `RegisterShape`, so that old
entries keep their labels and the names of their options."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import RegionRow, Row, link


class RegisterShape(Row):
    """A book's fields as they were declared at some time; `sha` is the SM3 of `fields`.

    `fields`: [{"name", "label", "type", "options": {code: name}}] in order, derived ones included."""

    book = models.CharField("台账", max_length=40)
    sha = models.CharField("声明SM3", max_length=64)
    fields = models.JSONField("栏目", default=list)
    since = models.DateTimeField("启用时间", auto_now_add=True)

    class Meta:
        verbose_name = "台账栏目"
        constraints = [models.UniqueConstraint(fields=["book", "sha"], name="register_shape_book_sha")]


class RegisterEntry(RegionRow):
    """One line of a book. `region_code` is its organisation's; `on` the day that it counts for.

    `values`: {field: text, whole number (money in fen), true/false, list of codes}, empty ones left out; days are ISO texts.
    `search`: title and texts in one, for the search box. `origin`: SM3 of the line it was imported from. A line entered by
    mistake is voided, never deleted."""

    book = models.CharField("台账", max_length=40)
    no = models.CharField("编号", max_length=40, unique=True)
    org = link("kernel.Organization", verbose_name="单位")
    org_name = models.CharField("单位名称", max_length=80)
    on = models.DateField("日期")
    title = models.CharField("名称", max_length=200)
    values = models.JSONField("内容", default=dict)
    state = models.CharField("状态", max_length=24)
    search = models.TextField("检索", blank=True)
    shape = models.ForeignKey(RegisterShape, on_delete=models.PROTECT, related_name="+", verbose_name="栏目")
    version = models.PositiveIntegerField("版本", default=1)
    moved_on = models.DateField("进入现状态的日期", null=True)
    made_by = link("kernel.User", null=True, verbose_name="登记人")
    made_name = models.CharField("登记人姓名", max_length=60, blank=True)
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    changed_at = models.DateTimeField("更改时间", auto_now=True)
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    origin = models.CharField("来源行SM3", max_length=64, blank=True)

    class Meta:
        verbose_name = "台账记录"
        indexes = [
            models.Index(fields=["book", "region_code", "on"], name="register_entry_place"),
            models.Index(fields=["book", "state"], name="register_entry_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["book", "org", "origin"], condition=~models.Q(origin=""), name="register_entry_origin"
            )
        ]


class RegisterChange(Row):
    """One thing done to an entry. `before`/`after`: the values that changed, by field; "on" and "org" among them."""

    KINDS = [
        ("create", "登记"),
        ("import", "导入"),
        ("edit", "更正"),
        ("move", "办理"),
        ("attach", "添加附件"),
        ("detach", "移除附件"),
        ("void", "作废"),
    ]

    entry = models.ForeignKey(RegisterEntry, on_delete=models.CASCADE, related_name="changes")
    seq = models.PositiveIntegerField("顺序")
    kind = models.CharField("事由", max_length=10, choices=KINDS)
    at = models.DateTimeField("时间", auto_now_add=True)
    by = link("kernel.User", null=True, verbose_name="经办人")
    by_name = models.CharField("经办人姓名", max_length=60, blank=True)
    from_state = models.CharField("原状态", max_length=24, blank=True)
    to_state = models.CharField("新状态", max_length=24, blank=True)
    before = models.JSONField("更改前", default=dict)
    after = models.JSONField("更改后", default=dict)
    note = models.CharField("说明", max_length=400, blank=True)

    class Meta:
        verbose_name = "台账更改"
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["entry", "seq"], name="register_change_seq")]


class RegisterFile(Row):
    """A photograph or paper of an entry; `field` is the file field it was given in, "" when it was added later."""

    entry = models.ForeignKey(RegisterEntry, on_delete=models.CASCADE, related_name="files")
    attachment = link("kernel.Attachment", verbose_name="附件")
    field = models.CharField("栏目", max_length=40, blank=True)
    added_name = models.CharField("添加人", max_length=60, blank=True)
    added_at = models.DateTimeField("添加时间", auto_now_add=True)
    removed_at = models.DateTimeField("移除时间", null=True, blank=True)

    class Meta:
        verbose_name = "台账附件"
        ordering = ["added_at", "pk"]


class RegisterImport(RegionRow):
    """One file taken in. `refused`: [{"line", "why", "cells": {heading: text}}]."""

    book = models.CharField("台账", max_length=40)
    org = link("kernel.Organization", verbose_name="单位")
    file_name = models.CharField("文件名", max_length=120)
    rows = models.PositiveIntegerField("行数")
    taken = models.PositiveIntegerField("导入")
    same = models.PositiveIntegerField("已有")
    refused = models.JSONField("退回的行", default=list)
    by = link("kernel.User", null=True, verbose_name="导入人")
    by_name = models.CharField("导入人姓名", max_length=60, blank=True)
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = "台账导入"
