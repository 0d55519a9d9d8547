"""Errors of accounts and signing in. Each carries one Chinese sentence for the screen; none reveals whether an account exists."""

from __future__ import annotations


class AccountError(Exception):
    """A request about accounts that cannot be met; the text says what is wrong and what to do."""


class SignInRefused(AccountError):
    """Wrong user name, password or code, or a switched-off account: always the same sentence."""


class LockedOut(SignInRefused):
    """Too many tries for this user name from this address."""


class RoleRefused(AccountError):
    """A post that this person must not hold, or not there, or not then."""


class WeakPassword(AccountError):
    """A password that breaks the rules; the sentence names every broken rule."""
