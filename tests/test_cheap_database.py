"""The database of the tests is copied from a template; a change of what made it makes a new one."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection

from apps.trade.models import Payment
from mxshop import roles
from tests.cheap_database import templates


@pytest.mark.django_db
def test_the_template_is_named_after_all_that_made_it(monkeypatch):
    name = templates.made_of(connection)
    assert templates.made_of(connection) == name

    monkeypatch.setattr(Payment._meta, "permissions", [("refund_payment", "another text")])
    others = {templates.made_of(connection)}
    monkeypatch.undo()

    monkeypatch.setattr(roles, "__file__", __file__)  # what migrations borrow roles from
    others.add(templates.made_of(connection))
    assert len(others) == 2
    assert name not in others


@pytest.mark.django_db
def test_a_copy_holds_what_migrations_left():
    assert Group.objects.count() == 5
