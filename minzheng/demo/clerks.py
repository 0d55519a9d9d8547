"""Who acts on which day: the clerks of the demo county and their office hours."""

from __future__ import annotations

import datetime
import io
from functools import cache

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw

from minzheng.kernel.accounts.actors import Actor, actor_of
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.calendar.selectors import add_working_days

_DAY = datetime.timedelta(days=1)


class Desk:
    """Who acts for a place, and when: working days only, never after `as_of`, some minutes apart."""

    def __init__(self, as_of: datetime.date) -> None:
        self.as_of = as_of
        self._users: dict[tuple[str, str], list[User]] = {}
        rows = Assignment.objects.filter(user__is_demo=True).select_related("user").order_by("pk")
        for row in rows:
            self._users.setdefault((row.role, row.region_code), []).append(row.user)
        self._actors: dict[int, Actor] = {}

    def actor(self, role: str, region_code: str, which: int = 0) -> Actor:
        """The `which`-th holder of a post over the township (or county) that `region_code` lies in."""
        for code in (region_code, region_code[:9] + "000", region_code[:6] + "000000"):
            users = self._users.get((role, code), [])
            if which < len(users):
                user = users[which]
                if user.pk not in self._actors:
                    self._actors[user.pk] = actor_of(user, on=self.as_of)
                return self._actors[user.pk]
        raise KeyError(f"{role} {region_code}")

    def day(self, start: datetime.date, working_days: int) -> datetime.date:
        """`working_days` after `start`; day 0 is `start` itself."""
        return start if working_days <= 0 else add_working_days(start, working_days).date

    def moment(self, day: datetime.date, step: int) -> datetime.datetime:
        """The `step`-th act of a day, from nine o'clock on."""
        minutes = datetime.timedelta(minutes=9 * 60 + 12 + 17 * step)
        return timezone.make_aware(datetime.datetime.combine(day, datetime.time()) + minutes)


@cache
def _picture() -> bytes:
    """A drawing that is plainly no photograph of anybody: coloured blocks with a frame."""
    image = Image.new("RGB", (480, 320), (238, 240, 244))
    draw = ImageDraw.Draw(image)
    draw.rectangle((12, 12, 468, 308), outline=(120, 130, 150), width=3)
    for row in range(6):
        draw.rectangle((40, 60 + 36 * row, 440 - 38 * (row % 3), 74 + 36 * row), fill=(190, 198, 212))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=70)
    return out.getvalue()


def photo(name: str) -> SimpleUploadedFile:
    """A fresh upload of the invented picture."""
    return SimpleUploadedFile(f"{name}.jpg", _picture(), content_type="image/jpeg")
