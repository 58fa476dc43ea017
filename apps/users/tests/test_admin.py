"""The staff's pages: users with mobile and social accounts, codes without the code."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.test import Client
from social_django.models import UserSocialAuth
from zeal import zeal_ignore

from apps.users.models import StaffAccount, UserProfile, VerifyCode
from apps.users.services.accounts import account_set_active
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


def journal() -> Any:
    return apps.get_model("mxshop", "JournalEntry")._default_manager


class TestUsers:
    def test_mobile_gender_and_social_accounts(self, page, buyer):
        UserSocialAuth.objects.create(user=buyer, provider="weixin", uid="an-openid")
        html = page(f"buyer/{buyer.pk}/change/")
        for text in (MOBILE, "微信", "an-openid", 'name="gender"', 'name="birthday"'):
            assert text in html
        for text in ("第三方登录", "平台账号", "绑定时间"):
            assert text in html
        assert "extra_data" not in html
        for query in ("", f"?q={MOBILE}", "?q=an-openid", "?social_auth__provider=weixin"):
            assert MOBILE in page(f"buyer/{query}")
        assert MOBILE not in page("buyer/?q=nobody")
        assert "以 第三方登录" in page("buyer/")

    def test_an_identity_can_be_cut_off(self, admin_client, buyer):
        identity = UserSocialAuth.objects.create(user=buyer, provider="weixin", uid="an-openid")
        form = {
            "username": MOBILE, "mobile": MOBILE, "gender": "female", "name": "",
            "is_active": "on", "date_joined_0": "2026-11-23", "date_joined_1": "11:00",
            "social_auth-TOTAL_FORMS": 1, "social_auth-INITIAL_FORMS": 1,
            "social_auth-0-id": identity.pk, "social_auth-0-user": buyer.pk,
            "social_auth-0-DELETE": "on",
        }  # fmt: skip
        response = admin_client.post(f"/admin/users/buyer/{buyer.pk}/change/", form)
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
                "password1": password, "password2": password,
                "groups": [Group.objects.get_or_create(name="仓库")[0].pk]}  # fmt: skip
        response = admin_client.post("/admin/users/staffaccount/add/", form)
        assert response.status_code == status
        new = UserProfile.objects.filter(username="new").first()
        assert (new is not None) == (status == 302)
        if new is not None:
            assert (new.mobile, new.check_password(password)) == (mobile or None, True)
            assert (new.is_staff, new.is_superuser) == (True, False)
            assert [str(group) for group in new.groups.all()] == ["仓库"]


class TestBlocking:
    BUYERS, STAFF = "/admin/users/buyer/", "/admin/users/staffaccount/"

    def act(self, client, action, *users, page=BUYERS):
        form = {"action": action, "_selected_action": [user.pk for user in users]}
        return client.post(page, {**form, "reason": "刷单"})

    def staff(self, *permissions):
        user = UserProfile.objects.create_user("staff", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        client = Client()
        client.force_login(user)
        return client

    def active(self):
        return set(UserProfile.objects.filter(is_active=True).values_list("username", flat=True))

    def test_a_buyer_and_back_with_a_trace(self, buyer):
        client = self.staff("view_buyer", "change_buyer")
        self.act(client, "deactivate", buyer)
        assert self.active() == {"staff"}
        self.act(client, "deactivate", buyer)  # no news, no entry
        self.act(client, "activate", buyer)
        assert self.active() == {"staff", MOBILE}
        entries = list(LogEntry.objects.order_by("pk").values_list("object_id", "change_message"))
        assert entries == [(str(buyer.pk), "已停用：刷单"), (str(buyer.pk), "已启用：刷单")]
        history = client.get(f"{self.BUYERS}{buyer.pk}/history/").content.decode()
        assert "已停用：刷单" in history
        assert "已启用：刷单" in history
        kept = journal().order_by("pk").values_list("old", "new", "way", "note")
        assert list(kept) == [
            ("True", "False", "action", "刷单"),
            ("False", "True", "action", "刷单"),
        ]

    def test_a_reason_is_asked_for_whatever_is_sent(self, buyer):
        client = self.staff("view_buyer", "change_buyer")
        other = UserProfile.objects.create_user(OTHER_MOBILE)
        form = {"action": "deactivate", "_selected_action": [buyer.pk, other.pk]}
        for reason in ({}, {"reason": ""}, {"reason": "  "}, {"reason": "x" * 201}):
            page = client.post(self.BUYERS, {**form, **reason}).content.decode()
            assert self.active() == {MOBILE, OTHER_MOBILE, "staff"}, reason
            # The page sends the same accounts again.
            for account in (buyer, other):
                assert f'name="_selected_action" value="{account.pk}"' in page, reason
        assert not LogEntry.objects.exists()
        assert not journal().exists()
        self.act(client, "deactivate", buyer, other)
        assert self.active() == {"staff"}
        assert LogEntry.objects.filter(change_message="已停用：刷单").count() == 2

    def test_not_more_than_a_page_can_name(self, buyer, monkeypatch):
        monkeypatch.setattr("apps.users.admin.activation.MOST_ACCOUNTS", 1)
        other = UserProfile.objects.create_user(OTHER_MOBILE)
        self.act(self.staff("view_buyer", "change_buyer"), "deactivate", buyer, other)
        assert self.active() == {MOBILE, OTHER_MOBILE, "staff"}

    def test_the_history_is_in_the_shop_s_language(self, buyer):
        client = self.staff("view_buyer", "change_buyer")
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en-US,en;q=0.9"
        self.act(client, "deactivate", buyer)
        assert LogEntry.objects.get().change_message == "已停用：刷单"

    def test_staff_by_superusers_alone_and_nobody_himself(self, admin_client, buyer):
        client = self.staff("view_buyer", "change_buyer")
        everybody = list(UserProfile.objects.all())
        for page in (self.BUYERS, self.STAFF):
            self.act(client, "deactivate", *everybody, page=page)
        assert self.active() == {"admin", "staff"}
        self.act(admin_client, "deactivate", *everybody, page=self.STAFF)
        assert self.active() == {"admin"}

    def test_nor_one_who_became_staff_meanwhile(self, buyer):
        UserProfile.objects.filter(pk=buyer.pk).update(is_staff=True)
        assert not account_set_active(account=buyer, is_active=False)
        assert self.active() == {MOBILE}

    def test_nor_by_who_may_only_look(self, buyer):
        before = self.active()
        self.act(self.staff("view_buyer"), "deactivate", buyer)
        assert self.active() - {"staff"} == before
        assert not LogEntry.objects.exists()

    def test_their_tokens_are_dead(self, admin_client, buyer):
        token = token_make(buyer)
        header = {"Authorization": f"JWT {token}"}
        assert Client(headers=header).get("/users/1/").status_code == 200
        self.act(admin_client, "deactivate", buyer)
        assert Client(headers=header).get("/users/1/").status_code == 401


class TestStaffAccounts:
    PAGE = "/admin/users/staffaccount/"

    def test_what_they_did_keeps_them_from_being_deleted(self, admin_client, admin_user, buyer):
        clerk = UserProfile.objects.create_user("clerk", is_staff=True)
        new = UserProfile.objects.create_user("new", is_staff=True)
        LogEntry.objects.log_actions(clerk.pk, [buyer], 2, "x")
        html = admin_client.get(f"{self.PAGE}{clerk.pk}/delete/").content.decode()
        assert "clerk 的操作记录" in html
        assert 'name="action" value="deactivate"' in html
        for account in (clerk, new, admin_user):
            admin_client.post(f"{self.PAGE}{account.pk}/delete/", {"post": "yes"})
        admin_client.post(self.PAGE, {
            "action": "delete_selected", "_selected_action": [clerk.pk, admin_user.pk],
            "post": "yes",
        })  # fmt: skip
        assert set(UserProfile.objects.all()) == {admin_user, clerk, buyer}

    def test_nobody_takes_the_flags_from_himself(self, admin_client, admin_user):
        form = {"username": "admin", "name": "新", "social_auth-TOTAL_FORMS": 0,
                "social_auth-INITIAL_FORMS": 0}  # fmt: skip
        assert admin_client.post(f"{self.PAGE}{admin_user.pk}/change/", form).status_code == 302
        admin_user.refresh_from_db()
        assert admin_user.name == "新"
        assert (admin_user.is_active, admin_user.is_staff, admin_user.is_superuser) == (True,) * 3

    def test_a_form_writes_what_it_changed_alone(self, admin_client, monkeypatch):
        """The password was changed while the form was being saved."""
        clerk = UserProfile.objects.create_user("clerk", password=PASSWORD, is_staff=True)
        save = StaffAccount.save

        def save_behind_another(self, **kwargs):
            UserProfile.objects.filter(pk=self.pk).update(password="newer")
            save(self, **kwargs)

        monkeypatch.setattr(StaffAccount, "save", save_behind_another)
        form = {"username": "clerk", "name": "新", "is_staff": "on", "is_active": "on",
                "social_auth-TOTAL_FORMS": 0, "social_auth-INITIAL_FORMS": 0}  # fmt: skip
        assert admin_client.post(f"{self.PAGE}{clerk.pk}/change/", form).status_code == 302
        clerk.refresh_from_db()
        assert (clerk.name, clerk.password) == ("新", "newer")


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
