import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from ..conftest import catalogue  # noqa: F401  (a fixture)


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(get_user_model().objects.create_superuser("boss"))
    return client
