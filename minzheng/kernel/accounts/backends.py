"""Django's authentication backend: password sign-in for `authenticate()`, and the user behind a session."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from minzheng.kernel.accounts import second_factor, signing
from minzheng.kernel.accounts.addresses import client_address
from minzheng.kernel.accounts.errors import SignInRefused
from minzheng.kernel.accounts.models import User


class AccountBackend(BaseBackend):
    def authenticate(
        self, request: HttpRequest | None, username: str = "", password: str = "", code: str = "", **kwargs: Any
    ) -> User | None:
        """The password alone is not enough for an account with a second factor."""
        address = client_address(request) if request is not None else ""
        try:
            user = signing.authenticate(username=username, password=password, address=address)
        except SignInRefused:
            return None
        return user if not second_factor.enrolled(user) or second_factor.check(user=user, code=code) else None

    def get_user(self, user_id: int) -> User | None:
        """The session's user; a switched-off account or a demo account without its demo is nobody at once."""
        user = User.objects.filter(pk=user_id).first()
        return user if user is not None and signing.usable(user) else None
