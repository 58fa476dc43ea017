"""The forms of roles and of staff accounts: what may be chosen, and what stays."""

import pytest
from django.contrib.auth.models import Group, Permission

from apps.users.models import UserProfile

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

PAGE = "/admin/auth/group/"


def test_permissions_are_in_chinese_and_technical_ones_are_not_shown(admin_client):
    page = admin_client.get(f"{PAGE}add/").content.decode()
    shown = Permission.objects.filter(pk__in=_shown(admin_client))
    codes = set(shown.values_list("content_type__app_label", "codename"))
    assert {("goods", "change_goods"), ("trade", "refund_payment")} <= codes
    # Of what is only read, of pages for superusers, and of tables without a page: none.
    for app, code in (
        ("goods", "change_stockmovement"), ("auth", "change_group"), ("sessions", "add_session"),
        ("admin", "view_logentry"), ("alipay_sandbox", "view_sandboxtrade"),
    ):  # fmt: skip
        assert (app, code) not in codes
    assert "Can " not in page
    assert "退款申请" in page
    assert "查看" in page


def _shown(client):
    form = client.get(f"{PAGE}add/").context["adminform"].form
    groups = form.fields["permissions"].choices
    return [choice.value for _name, group in groups for choice, _ in group]


def test_what_is_not_shown_stays(admin_client):
    role = Group.objects.create(name="夜班")
    hidden = Permission.objects.get(codename="view_logentry")
    goods = Permission.objects.get(codename="view_goods")
    role.permissions.set([hidden])
    admin_client.post(f"{PAGE}{role.pk}/change/", {"name": "夜班", "permissions": [goods.pk]})
    assert set(role.permissions.all()) == {hidden, goods}
    admin_client.post(f"{PAGE}{role.pk}/change/", {"name": "夜班"})
    assert set(role.permissions.all()) == {hidden}


def test_a_colleague_in_one_form(admin_client):
    role = Group.objects.create(name="夜班")
    add = "/admin/users/staffaccount/add/"
    fields = admin_client.get(add).context["adminform"].form.fields
    assert list(fields) == ["username", "name", "groups", "password1", "password2", "mobile"]
    form = {"username": "xiaoli", "name": "小李", "mobile": "", "groups": [role.pk],
            "password1": "a-long-word-7", "password2": "a-long-word-7"}  # fmt: skip
    assert admin_client.post(add, form).headers["Location"] == "/admin/users/staffaccount/"
    colleague = UserProfile.objects.get(username="xiaoli")
    assert (colleague.is_staff, colleague.is_superuser) == (True, False)
    assert colleague.check_password("a-long-word-7")
    assert list(colleague.groups.all()) == [role]
