from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.backends.mysql.base import django_conversions
from MySQLdb.constants import FIELD_TYPE

from apps.users.models import UserProfile
from utils.db.quick_times import time_read

TEXTS = [
    "2026-01-31 23:59:59", "2026-01-31 23:59:59.000001", "2026-01-31 00:00:00.120000",
    "0001-01-01 00:00:00.000000", "9999-12-31 23:59:59.999999",
    "2026-01-31 23:59:59.1", "2026-01-31 23:59:59.123",
    # What the server may hold and Python does not know.
    "0000-00-00 00:00:00", "0000-00-00 00:00:00.000000", "2026-00-01 00:00:00",
    "2026-02-00 01:02:03",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_reads_what_the_driver_reads(text):
    assert time_read(text) == django_conversions[FIELD_TYPE.DATETIME](text)


@pytest.mark.mariadb
@pytest.mark.django_db
def test_a_connection_reads_by_it():
    for text in ("2026-01-31 23:59:59", "2026-01-31 23:59:59.000001"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT CAST(%s AS DATETIME(6)), CAST('2026-01-31' AS DATE)", [text])
            time, date = cursor.fetchone()
        assert (time, date.isoformat()) == (datetime.fromisoformat(text), "2026-01-31")
        written = datetime.fromisoformat(text).replace(tzinfo=UTC)
        user = UserProfile.objects.create(username=text[-9:], date_joined=written)
        assert UserProfile.objects.values_list("date_joined", "last_login").get(pk=user.pk) == (
            written, None,
        )  # fmt: skip
