"""The staff's pages: users with mobile and social accounts, codes without the code."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from social_django.models import UserSocialAuth
from zeal import zeal_ignore

from apps.users.models import UserProfile, VerifyCode
from apps.users.tokens import token_make

from .wire import MOBILE, OTHER_MOBILE, PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _two_reads_of_one_table() -> Any:
    with zeal_ignore():  # the one who looks, and the one who is looked at
        yield


@pytest.fixture
def page(admin_client: Client) -> Any:
    def get(path: str, status: int = 200) -> str:
        response = admin_client.get(f"/admin/users/{path}")
        assert response.status_code == status
        return response.content.decode()

    return get


class TestUsers:
    def test_mobile_gender_and_social_accounts(self, page, buyer):
        UserSocialAuth.objects.create(user=buyer, provider="weixin", uid="an-openid")
        html = page(f"userprofile/{buyer.pk}/change/")
        for text in (MOBILE, "weixin", "an-openid", 'name="gender"', 'name="birthday"'):
            assert text in html
        for text in ("第三方登录", "平台账号", "绑定时间"):
            assert text in html
        assert "extra_data" not in html
        for query in ("", f"?q={MOBILE}", "?q=an-openid", "?social_auth__provider=weixin"):
            assert MOBILE in page(f"userprofile/{query}")
        assert MOBILE not in page("userprofile/?q=nobody")
        assert "以 第三方登录" in page("userprofile/")

    def test_an_identity_can_be_cut_off(self, admin_client, buyer):
        identity = UserSocialAuth.objects.create(user=buyer, provider="weixin", uid="an-openid")
        form = {
            "username": MOBILE, "mobile": MOBILE, "gender": "female", "name": "",
            "is_active": "on", "date_joined_0": "2026-11-23", "date_joined_1": "11:00",
            "social_auth-TOTAL_FORMS": 1, "social_auth-INITIAL_FORMS": 1,
            "social_auth-0-id": identity.pk, "social_auth-0-user": buyer.pk,
            "social_auth-0-DELETE": "on",
        }  # fmt: skip
        response = admin_client.post(f"/admin/users/userprofile/{buyer.pk}/change/", form)
        assert response.status_code == 302
        assert not UserSocialAuth.objects.exists()
        buyer.refresh_from_db()
        assert buyer.check_password(PASSWORD)

    @pytest.mark.parametrize(
        ("mobile", "password", "status"),
        [
            (OTHER_MOBILE, PASSWORD, 302), ("", PASSWORD, 302), ("123", PASSWORD, 200),
            (MOBILE, PASSWORD, 200), (OTHER_MOBILE, "12345678", 200),
        ],
    )  # fmt: skip
    def test_adding_one(self, admin_client, buyer, mobile, password, status):
        form = {"username": "new", "mobile": mobile, "name": "新", "usable_password": "true",
                "password1": password, "password2": password}  # fmt: skip
        response = admin_client.post("/admin/users/userprofile/add/", form)
        assert response.status_code == status
        new = UserProfile.objects.filter(username="new").first()
        assert (new is not None) == (status == 302)
        if new is not None:
            assert (new.mobile, new.check_password(password)) == (mobile or None, True)


class TestDeactivating:
    def deactivate(self, client, *users):
        form = {"action": "deactivate", "_selected_action": [user.pk for user in users]}
        return client.post("/admin/users/userprofile/", form)

    def staff(self, *permissions):
        user = UserProfile.objects.create_user("staff", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        client = Client()
        client.force_login(user)
        return client

    def active(self):
        return set(UserProfile.objects.filter(is_active=True).values_list("username", flat=True))

    def test_but_not_oneself(self, admin_client, buyer):
        everybody = UserProfile.objects.all()
        self.deactivate(admin_client, *everybody)
        assert self.active() == {"admin"}
        assert LogEntry.objects.get().object_id == str(buyer.pk)
        page = admin_client.get(f"/admin/users/userprofile/{buyer.pk}/delete/")
        assert page.status_code == 200

    def test_nor_an_owner_unless_by_one(self, admin_client, buyer):
        client = self.staff("view_userprofile", "change_userprofile")
        self.deactivate(client, *UserProfile.objects.all())
        assert self.active() == {"admin", "staff"}

    def test_nor_by_who_may_only_look(self, buyer):
        before = self.active()
        self.deactivate(self.staff("view_userprofile"), buyer)
        assert self.active() - {"staff"} == before
        assert not LogEntry.objects.exists()

    def test_their_tokens_are_dead(self, admin_client, buyer):
        token = token_make(buyer)
        header = {"Authorization": f"JWT {token}"}
        assert Client(headers=header).get("/users/1/").status_code == 200
        self.deactivate(admin_client, buyer)
        assert Client(headers=header).get("/users/1/").status_code == 401


class TestCodes:
    def test_to_be_read_without_the_code(self, page, admin_client, send_code):
        code = send_code()
        row = VerifyCode.objects.get()
        assert MOBILE in page("verifycode/")
        html = page(f"verifycode/{row.pk}/change/")
        assert row.code_hash not in html
        assert f">{code}<" not in html
        assert 'name="_save"' not in html
        page("verifycode/add/", status=403)
        page(f"verifycode/{row.pk}/delete/", status=403)
        response = admin_client.post(f"/admin/users/verifycode/{row.pk}/change/", {"tries": 0})
        assert response.status_code == 403

    def test_social_auths_own_tables_have_no_pages(self, admin_client):
        for name in ("usersocialauth", "nonce", "association"):
            assert admin_client.get(f"/admin/social_django/{name}/").status_code == 404
