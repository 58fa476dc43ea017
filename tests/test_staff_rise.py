"""No member of staff becomes more than a superuser made him.

Each test is the forged request of somebody with exactly the permission that tempts, or with
every permission there is. Only the superuser flag may open what these try.
"""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.test import Client
from social_django.models import UserSocialAuth
from zeal import zeal_ignore

from apps.trade.models import Holder
from apps.users.models import UserProfile

from .sample_files import picture
from .staff_rows import rows_of_every_kind

pytestmark = pytest.mark.django_db

FLAGS = {"is_superuser": "on", "is_staff": "on", "is_active": "on"}
GUARDED = (UserProfile, Group, Permission)
NO_IDENTITIES = {"social_auth-TOTAL_FORMS": 0, "social_auth-INITIAL_FORMS": 0}


@pytest.fixture(autouse=True)
def _several_reads_of_one_table() -> Any:
    with zeal_ignore():  # the one who looks, and the one who is looked at
        yield


@pytest.fixture
def owner() -> UserProfile:
    return UserProfile.objects.create_superuser("owner", password="the-owners-own", mobile=None)


@pytest.fixture
def colleague() -> UserProfile:
    return UserProfile.objects.create_user("colleague", is_staff=True)


@pytest.fixture
def buyer() -> UserProfile:
    return UserProfile.objects.create_user("13800000001", mobile="13800000001")


@pytest.fixture
def clerk() -> UserProfile:
    return UserProfile.objects.create_user("clerk", is_staff=True)


def client_with(clerk: UserProfile, *codenames: str) -> Client:
    granted = Permission.objects.filter(codename__in=codenames)
    assert granted.count() == len(codenames)
    clerk.user_permissions.set(granted)
    client = Client()
    client.force_login(clerk)
    return client


@pytest.fixture
def everything(clerk: UserProfile) -> Client:
    """The client of somebody with every permission, and without the flag."""
    clerk.user_permissions.set(Permission.objects.all())
    client = Client()
    client.force_login(clerk)
    return client


def powers() -> Any:
    """Return all that makes an account more than a buyer's, and what opens it."""
    accounts = UserProfile.objects.order_by("pk")
    return (
        list(accounts.values("pk", "username", "password", "mobile", "is_active", "is_staff",
                             "is_superuser")),
        list(accounts.values_list("pk", "groups", "user_permissions").order_by("pk", "groups",
                                                                               "user_permissions")),
        list(Group.objects.order_by("pk").values_list("pk", "name", "permissions")),
        list(UserSocialAuth.objects.order_by("pk").values("pk", "user", "provider", "uid")),
    )  # fmt: skip


class TestThePageOfBuyers:
    """For who holds view_buyer and change_buyer: those who block buyers."""

    URL = "/admin/users/buyer/"

    @pytest.fixture
    def client(self, clerk: UserProfile) -> Client:
        return client_with(clerk, "view_buyer", "change_buyer")

    def test_makes_nobody_staff(self, client, buyer, clerk):
        role = Group.objects.create(name="role")
        before = powers()
        form = {**FLAGS, **NO_IDENTITIES, "name": "新", "gender": "male", "groups": [role.pk],
                "user_permissions": list(Permission.objects.values_list("pk", flat=True)[:9]),
                "password": "x", "password1": "x", "password2": "x", "username": "owner2",
                "mobile": "13900000009"}  # fmt: skip
        form.pop("is_active")
        assert client.post(f"{self.URL}{buyer.pk}/change/", form).status_code == 302
        buyer.refresh_from_db()
        assert (buyer.name, buyer.gender) == ("新", "male")
        assert powers() == before

    def test_knows_nobody_of_the_staff(self, client, owner, colleague, clerk):
        before = powers()
        for account in (owner, colleague, clerk):
            for tail in ("change/", "delete/", "history/", "password/", ""):
                assert client.get(f"{self.URL}{account.pk}/{tail}").status_code in (302, 403)
                client.post(f"{self.URL}{account.pk}/{tail}", {**FLAGS, "name": "x"})
        assert powers() == before
        html = client.get(self.URL).content.decode()
        for name in ("owner", "colleague", "is_staff", "is_superuser"):
            assert name not in html

    def test_shows_no_flag_and_no_password(self, client, buyer):
        html = client.get(f"{self.URL}{buyer.pk}/change/").content.decode()
        for name in ("is_staff", "is_superuser", "groups", "user_permissions", "password",
                     'name="username"', 'name="mobile"'):  # fmt: skip
            assert name not in html.replace("/admin/password_change/", "")
        assert client.get(f"{self.URL}add/").status_code == 403

    @pytest.mark.parametrize(
        "query",
        ["is_superuser=1", "is_staff__exact=1", "groups__id__exact=1", "password__startswith=m",
         "user_permissions=1", "social_auth__extra_data__contains=a", "username__startswith=o",
         "_to_field=password", "_to_field=is_superuser"],
    )  # fmt: skip
    def test_filters_by_nothing_that_it_does_not_offer(self, client, buyer, query):
        assert client.get(f"{self.URL}?{query}").status_code == 400

    def test_lists_no_staff_for_a_popup_either(self, client, owner, buyer):
        html = client.get(f"{self.URL}?_popup=1&_to_field=id&all=").content.decode()
        assert buyer.username in html
        assert "owner" not in html

    @pytest.mark.parametrize("action", ["deactivate", "delete_selected"])
    def test_no_forged_selection_reaches_staff(self, clerk, owner, colleague, action):
        client = client_with(clerk, "view_buyer", "change_buyer", "delete_buyer")
        owner_and_all = [owner.pk, colleague.pk, clerk.pk]
        before = powers()
        for across in ("0", "1"):
            client.post(self.URL, {"action": action, "_selected_action": owner_and_all,
                                   "select_across": across, "post": "yes",
                                   "reason": "x"})  # fmt: skip
        assert powers() == before
        assert not LogEntry.objects.exists()

    def test_an_identity_is_cut_off_at_most(self, clerk, owner, buyer):
        """Moved to a superuser's account, or off it to one's own, it would open that account."""
        client = client_with(
            clerk, "view_buyer", "change_buyer", "view_usersocialauth", "add_usersocialauth",
            "change_usersocialauth", "delete_usersocialauth",
        )  # fmt: skip
        mine = UserSocialAuth.objects.create(user=buyer, provider="weixin", uid="mine")
        theirs = UserSocialAuth.objects.create(user=owner, provider="weixin", uid="theirs")
        before = powers()
        url = f"{self.URL}{buyer.pk}/change/"
        prefix = "social_auth-0-"
        for row, target, extra in [
            (mine, owner, {}), (theirs, buyer, {}), (theirs, owner, {"DELETE": "on"}),
            (theirs, buyer, {"DELETE": "on"}), (None, owner, {}), (None, buyer, {}),
        ]:  # fmt: skip
            form = {
                "gender": "female", "social_auth-TOTAL_FORMS": 1,
                "social_auth-INITIAL_FORMS": 1 if row else 0,
                f"{prefix}id": row.pk if row else "", f"{prefix}user": target.pk,
                f"{prefix}provider": "weixin", f"{prefix}uid": "forged",
                **{prefix + name: value for name, value in extra.items()},
            }  # fmt: skip
            assert client.post(url, form).status_code in (200, 302)
            assert powers() == before


class TestWhatOnlySuperusersOpen:
    """Nobody has every permission by mistake; even then the flag is what counts."""

    def test_staff_accounts(self, everything, owner, colleague, clerk):
        before = powers()
        pages = ["", "add/"]
        for account in (owner, colleague, clerk):
            pages += [f"{account.pk}/{tail}" for tail in ("change/", "delete/", "history/",
                                                          "password/")]  # fmt: skip
        form = {**FLAGS, **NO_IDENTITIES, "username": "risen", "post": "yes",
                "password1": "Xy-12345678",
                "password2": "Xy-12345678", "usable_password": "true"}  # fmt: skip
        for page in pages:
            url = f"/admin/users/staffaccount/{page}"
            assert everything.get(url).status_code == 403
            assert everything.post(url, form).status_code == 403
        for action in ("activate", "deactivate", "delete_selected"):
            form = {"action": action, "_selected_action": [owner.pk, clerk.pk], "post": "yes",
                    "reason": "x"}  # fmt: skip
            assert everything.post("/admin/users/staffaccount/", form).status_code == 403
        assert powers() == before

    def test_roles(self, everything, clerk):
        role = Group.objects.create(name="role")
        clerk.groups.add(role)
        before = powers()
        form = {"name": "role", "post": "yes",
                "permissions": list(Permission.objects.values_list("pk", flat=True))}  # fmt: skip
        for page in ("", "add/", f"{role.pk}/change/", f"{role.pk}/delete/", f"{role.pk}/history/"):
            assert everything.get(f"/admin/auth/group/{page}").status_code == 403
            assert everything.post(f"/admin/auth/group/{page}", form).status_code == 403
        assert powers() == before

    def test_tables_without_a_page(self, everything, clerk):
        for page in ("users/userprofile", "auth/permission", "admin/logentry", "sessions/session",
                     "social_django/usersocialauth", "contenttypes/contenttype"):  # fmt: skip
            assert everything.get(f"/admin/{page}/").status_code == 404
            assert everything.get(f"/admin/{page}/{clerk.pk}/change/").status_code == 404


def test_no_box_completes_names_of_accounts_or_roles(everything: Client, owner: Any) -> None:
    """Any foreign key of any model may be asked for, whether a page offers it or not."""
    asked = 0
    for model in [*admin.site._registry, LogEntry, UserSocialAuth]:
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if not (isinstance(target, type) and issubclass(target, GUARDED)):
                continue
            response = everything.get("/admin/autocomplete/", {
                "app_label": model._meta.app_label, "model_name": model._meta.model_name,
                "field_name": field.name, "term": "o",
            })  # fmt: skip
            assert response.status_code == 403, (model, field.name)
            asked += 1
    assert asked > 10


def test_no_list_filters_by_the_flags_or_the_password_of_an_account(everything: Client) -> None:
    asked = 0
    # The page of holders is not a list of rows and reads no filter.
    for model in admin.site._registry.keys() - {Holder}:
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey) and issubclass(
                field.related_model, UserProfile
            ):
                page = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
                for lookup in ("password__startswith", "is_superuser", "groups__name"):
                    response = everything.get(f"{page}?{field.name}__{lookup}=1")
                    assert response.status_code == 400, (page, lookup)
                    asked += 1
    assert asked >= 15


def test_no_page_gives_a_row_to_somebody_else(everything: Client, owner: UserProfile) -> None:
    """Whatever names an account in a form is written by nobody."""
    rows = rows_of_every_kind_without_accounts()
    named = 0
    for row in rows:
        opts = row._meta
        for field in opts.concrete_fields:
            target = field.related_model
            if not isinstance(target, type) or not issubclass(target, UserProfile):
                continue
            before = getattr(row, field.attname)
            page = f"/admin/{opts.app_label}/{opts.model_name}/{row.pk}/change/"
            everything.post(page, {field.name: owner.pk, "buyer": owner.pk})
            row.refresh_from_db()
            assert getattr(row, field.attname) == before, (page, field.name)
            named += 1
    assert named >= 6


def rows_of_every_kind_without_accounts() -> list[models.Model]:
    UserProfile.objects.create_user("a clerk", is_staff=True)
    found = rows_of_every_kind()
    return [row for model, row in found.items() if not issubclass(model, UserProfile | Group)]


@pytest.mark.parametrize(
    ("codenames", "status"),
    [((), 403), (("view_goods",), 403), (("change_orderinfo",), 403), (("change_goods",), 200),
     (("add_goods",), 200)],
)  # fmt: skip
def test_who_uploads_pictures_writes_descriptions(clerk, media_root, codenames, status):
    client = client_with(clerk, *codenames)
    file = SimpleUploadedFile("a.png", picture(), "image/png")
    assert client.post("/ckeditor5/image_upload/", {"upload": file}).status_code == status
    assert len([path for path in media_root.rglob("*") if path.is_file()]) == (status == 200)


def test_no_upload_without_staff_status_or_a_file(clerk, buyer, media_root):
    client = client_with(clerk, "change_goods")
    assert client.post("/ckeditor5/image_upload/").status_code == 400
    assert client.get("/ckeditor5/image_upload/").status_code == 405
    buyer.user_permissions.set(Permission.objects.all())
    for stranger in (Client(), client_of(buyer)):
        file = SimpleUploadedFile("a.png", picture(), "image/png")
        assert stranger.post("/ckeditor5/image_upload/", {"upload": file}).status_code == 403
    assert [path for path in media_root.rglob("*") if path.is_file()] == []


def client_of(account: UserProfile) -> Client:
    client = Client()
    client.force_login(account)
    return client


NONSENSE = ["abc", "", "1.5", "9" * 30, "-1", "1 OR 1=1", "\x00", "ⅷ"]


@pytest.mark.slow
@pytest.mark.one_database
@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model.__name__)
def test_nonsense_in_a_list_is_no_error(
    plain_admin: None, admin_client: Client, model: type[models.Model]
) -> None:
    page = admin.site._registry[model]
    url = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    for text in NONSENSE:
        for action in [name for _f, name, _d in page._get_base_actions()]:
            form = {"action": action, "_selected_action": ["1", text], "post": "yes"}
            response = admin_client.post(url, form)
            assert response.status_code in (200, 302, 403), (url, action, text)
        for query in ({"id__exact": text}, {"id__in": text}, {"pk": text}, {"p": text},
                      {"o": text}, {"q": text}, {"e": text}):  # fmt: skip
            assert admin_client.get(url, query).status_code in (200, 302, 400), (url, query)
        for tail in ("change", "delete", "history"):
            status = admin_client.get(f"{url}{text or '_'}/{tail}/").status_code
            assert status in (302, 400, 403, 404), (url, text, tail)
