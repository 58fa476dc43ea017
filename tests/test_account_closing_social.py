"""Somebody who signs in with a provider, closes the account, and comes back."""

from pathlib import Path
from typing import Any

import pytest

from apps.users.models import UserProfile
from extra_apps.social_jwt.tests.conftest import providers  # noqa: F401  (a fixture)
from extra_apps.social_jwt.tests.test_dance import Browser, cookies

from .closing import client_of, close, closing_code

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.usefixtures("providers")
def test_the_next_sign_in_makes_a_new_account(live_server: Any, settings: Any, tmp_path: Path):
    settings.VAR_DIR = tmp_path
    Browser(live_server.url).dance("weibo")
    first = UserProfile.objects.get()
    assert first.username == "小满"
    # Without a mobile there is nowhere to send a code.
    assert close(client_of(first), "123456").status_code == 400
    UserProfile.objects.update(mobile="13912345678")
    first.refresh_from_db()
    assert close(client_of(first), closing_code(first)).status_code == 204

    answer = Browser(live_server.url).dance("weibo")
    token, name = (cookies(answer)[key][0] for key in ("token", "name"))
    second = UserProfile.objects.get(closed_at=None)
    assert (second.pk != first.pk, second.username, name) == (True, "小满", "小满")
    assert (second.mobile, UserProfile.objects.count()) == (None, 2)
    assert token
