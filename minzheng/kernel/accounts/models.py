"""账号与任职. A right is one assignment: (user, role, organisation, region, from, to)."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from minzheng.kernel.base import Row, link
from minzheng.kernel.crypto.fields import BlindIndex, SealedText
from minzheng.kernel.ids import new_id


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **extra: object) -> User:
        user = self.model(username=username, **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A member of staff (user name + password) or a citizen (phone + one-time code)."""

    KINDS = [("staff", "工作人员"), ("citizen", "群众"), ("system", "系统")]

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    username = models.CharField("用户名", max_length=64, unique=True)
    name = models.CharField("姓名", max_length=60)
    kind = models.CharField("类别", max_length=10, choices=KINDS, default="staff")
    phone = SealedText("手机号", blank=True)
    phone_index = BlindIndex("phone", of="phone", null=True)
    person = link("kernel.Person", null=True, verbose_name="本人档案")
    is_active = models.BooleanField("启用", default=True)
    is_demo = models.BooleanField("示范数据", default=False)
    care_mode = models.BooleanField("大字版", default=False)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)

    objects = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = "账号"


class Assignment(Row):
    """任职: one role over one region for one period. Checks ask for ONE assignment that grants the permission there."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments")
    role = models.CharField("角色", max_length=40)
    organization = models.ForeignKey("kernel.Organization", on_delete=models.PROTECT, related_name="assignments")
    region_code = models.CharField("数据范围（区划）", max_length=12, db_index=True)
    post = models.CharField("岗位", max_length=60, blank=True)
    valid_from = models.DateField("自")
    valid_to = models.DateField("至", null=True, blank=True)
    granted_by = link("kernel.User", null=True, verbose_name="授予人")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "任职"
        indexes = [models.Index(fields=["user", "role"])]


class LoginCode(Row):
    """A one-time code sent to a citizen's phone; only its keyed digest is kept."""

    phone_index = models.BinaryField(max_length=16, db_index=True)
    digest = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "登录验证码"


class LoginAttempt(Row):
    """Every try to sign in, for lock-out per user and address and for the login history."""

    username = models.CharField(max_length=64, db_index=True)
    address = models.CharField(max_length=45)
    succeeded = models.BooleanField()
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = "登录记录"
