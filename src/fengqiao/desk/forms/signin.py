"""Signing in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from fengqiao.accounts.models import Person


class SigninForm(forms.Form):
    """Name and password; whether the name exists is never told."""

    username = forms.CharField(
        label=_("账号"),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = forms.CharField(
        label=_("密码"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.person: Person | None = None

    def clean(self) -> dict[str, Any]:
        """Ask the sign-in backends; ten wrong tries lock the pair of name and address for an hour."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("username") and given.get("password"):
            found = authenticate(self.request, username=given["username"], password=given["password"])
            if not isinstance(found, Person):
                raise forms.ValidationError(_("账号或密码不对，请再核对一次"), code="wrong")
            self.person = found
        return given
