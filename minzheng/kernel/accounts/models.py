"""账号与任职. A right is one assignment: (user, role, organisation, region, from, to)."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac

from minzheng.kernel.base import RegionRow, Row, link
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
    # Where a member of staff's account was made: who administers that place sees it before it has any post.
    region_code = models.CharField("建立地区", max_length=12, blank=True, default="", db_index=True)
    # NULL on accounts older than this column: their age counts from the day they were made.
    password_changed_at = models.DateTimeField("口令修改时间", null=True, blank=True)
    must_change_password = models.BooleanField("下次登录须改口令", default=False)
    second_factor_at = models.DateTimeField("动态码启用时间", null=True, blank=True)
    # Raised to end every session of the account at once; part of the session's hash.
    session_epoch = models.PositiveIntegerField("会话批次", default=0)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)

    objects = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = "账号"

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """A session stands as long as the password and the epoch under which it began. Epoch 0 gives the hash that
        sessions had before there were epochs."""
        marked = self.password + (f":{self.session_epoch}" if self.session_epoch else "")
        salt = "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash"
        return salted_hmac(salt, marked, secret=secret, algorithm="sha256").hexdigest()


class Assignment(Row):
    """任职: one role over one region for one period. Checks ask for ONE assignment that grants the permission there.

    `kind`: one's own post; a deputy's (代理: in the name of `on_behalf_of`, during `leave`); a loan (借调: somebody of the
    upper-level organisation `lent_by`). Deputies and loans always have an end, which takes effect by its date alone."""

    OWN, DEPUTY, LOAN = "own", "deputy", "loan"
    KINDS = [(OWN, "任职"), (DEPUTY, "代理"), (LOAN, "借调")]

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments")
    role = models.CharField("角色", max_length=40)
    organization = models.ForeignKey("kernel.Organization", on_delete=models.PROTECT, related_name="assignments")
    region_code = models.CharField("数据范围（区划）", max_length=12, db_index=True)
    post = models.CharField("岗位", max_length=60, blank=True)
    valid_from = models.DateField("自")
    valid_to = models.DateField("至", null=True, blank=True)
    granted_by = link("kernel.User", null=True, verbose_name="授予人")
    kind = models.CharField("性质", max_length=8, choices=KINDS, default=OWN)
    on_behalf_of = link("kernel.Assignment", null=True, verbose_name="所代理的任职")
    lent_by = link("kernel.Organization", null=True, verbose_name="借出机构")
    leave = link("kernel.Leave", null=True, related_name="assignments", verbose_name="休假")
    reason = models.CharField("事由", max_length=200, blank=True)
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
    outcome = models.CharField("结果", max_length=12, blank=True)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = "登录记录"


class PasswordUsed(Row):
    """An earlier password of an account (only its hash), so that it is not taken again."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="passwords_used")
    encoded = models.CharField("口令散列", max_length=128)
    at = models.DateTimeField("启用时间", auto_now_add=True)

    class Meta:
        verbose_name = "用过的口令"


class SecondFactor(Row):
    """动态码 (RFC 6238): one sealed secret per account. `last_step` is the time step of the last code that was taken: the
    same code, or an earlier one, is refused."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="second_factor")
    secret = SealedText("密钥")
    confirmed_at = models.DateTimeField("启用时间", null=True, blank=True)
    last_step = models.BigIntegerField("最近一次时间步", default=0)
    created_at = models.DateTimeField("生成时间", auto_now_add=True)

    class Meta:
        verbose_name = "动态码"


class RecoveryCode(Row):
    """恢复码: signs in once without the device; only its keyed digest is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.BinaryField(max_length=32)
    created_at = models.DateTimeField("生成时间", auto_now_add=True)
    used_at = models.DateTimeField("使用时间", null=True, blank=True)

    class Meta:
        verbose_name = "恢复码"


class Leave(RegionRow):
    """休假: who is away from when to when, and who stands in. It has effect once `state` is approved; the deputy's posts
    are assignments that point here."""

    STATES = [
        ("asked", "待确认"),
        ("approved", "已确认"),
        ("refused", "不同意"),
        ("cancelled", "已撤回"),
        ("ended", "已销假"),
    ]

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="leaves")
    deputy = models.ForeignKey(User, on_delete=models.PROTECT, related_name="stands_in")
    starts_on = models.DateField("开始")
    ends_on = models.DateField("结束")
    reason = models.CharField("事由", max_length=200)
    state = models.CharField("状态", max_length=10, choices=STATES, default="asked")
    asked_by = link("kernel.User", null=True, verbose_name="申请人")
    decided_by = link("kernel.User", null=True, verbose_name="确认人")
    decided_at = models.DateTimeField("确认时间", null=True, blank=True)
    answer = models.CharField("确认意见", max_length=200, blank=True)
    handed_over_at = models.DateTimeField("办件移交时间", null=True, blank=True)
    handed_over = models.PositiveIntegerField("移交办件数", default=0)
    handed_back_at = models.DateTimeField("办件交还时间", null=True, blank=True)
    handed_back = models.PositiveIntegerField("交还办件数", default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "休假"
        indexes = [models.Index(fields=["user", "starts_on"], name="leave_user_start")]
