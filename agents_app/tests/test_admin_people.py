"""Staff with rights on accounts don't get into those of superusers."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from agents_app.models import User
from agents_app.tests.factories import UserFactory

ADDRESSES = "admin:account_emailaddress"
FACTORS = "admin:mfa_authenticator"


@pytest.fixture
def as_helper(client: Client, db: None) -> Client:
    """Staff who may do everything with people, addresses and second factors, but no superuser."""
    helper = UserFactory(is_staff=True)
    models = ("emailaddress", "authenticator", "user")
    helper.user_permissions.set(Permission.objects.filter(content_type__model__in=models))
    client.force_login(helper)
    return client


def add_address(client: Client, user: User) -> None:
    body = {"user": user.pk, "email": "way-in@example.com", "verified": "on"}
    client.post(reverse(f"{ADDRESSES}_add"), body)


def test_a_superuser_gets_no_address_from_staff(as_helper: Client, staff: User) -> None:
    add_address(as_helper, staff)
    assert not EmailAddress.objects.filter(email="way-in@example.com").exists()


def test_others_do(as_helper: Client, owner: User) -> None:
    add_address(as_helper, owner)
    assert EmailAddress.objects.get(email="way-in@example.com").user == owner


def test_an_address_of_a_superuser_is_not_changed(as_helper: Client, staff: User) -> None:
    address = EmailAddress.objects.create(user=staff, email="boss@example.com")
    body = {"user": staff.pk, "email": "way-in@example.com", "verified": "on"}
    as_helper.post(reverse(f"{ADDRESSES}_change", args=[address.pk]), body)
    address.refresh_from_db()
    assert (address.email, address.verified) == ("boss@example.com", False)


@pytest.mark.parametrize("action", ["make_verified", "delete_selected"])
def test_nor_by_an_action_of_the_list(as_helper: Client, staff: User, action: str) -> None:
    address = EmailAddress.objects.create(user=staff, email="boss@example.com")
    body = {"action": action, "_selected_action": [address.pk], "post": "yes"}
    as_helper.post(reverse(f"{ADDRESSES}_changelist"), body)
    address.refresh_from_db()
    assert not address.verified


def test_the_second_factor_of_a_superuser_stays(as_helper: Client, staff: User) -> None:
    factor = Authenticator.objects.create(user=staff, type="totp", data={})
    as_helper.post(reverse(f"{FACTORS}_delete", args=[factor.pk]), {"post": "yes"})
    assert Authenticator.objects.filter(pk=factor.pk).exists()


def test_a_superuser_takes_it_away(as_staff: Client, staff: User) -> None:
    factor = Authenticator.objects.create(user=staff, type="totp", data={})
    as_staff.post(reverse(f"{FACTORS}_delete", args=[factor.pk]), {"post": "yes"})
    assert not Authenticator.objects.filter(pk=factor.pk).exists()


def test_a_superuser_is_not_deleted_by_staff(as_helper: Client, staff: User) -> None:
    as_helper.post(reverse("admin:agents_app_user_delete", args=[staff.pk]), {"post": "yes"})
    assert User.objects.filter(pk=staff.pk).exists()
