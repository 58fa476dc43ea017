"""How many codes are sent: to a mobile, for an address, and by the shop.

Each limit is a row that one conditional UPDATE moves. A window begins with its first code, so
that up to twice the limit may pass in a span that lies across two windows.

Whoever asks from an address that the mobile's account knows has limits apart from everybody
else's: strangers who have codes sent to a mobile cannot keep its owner from getting one.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Case, DateTimeField, F, IntegerField, Q, Value, When
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import Throttled

from utils.api.errors import DomainError
from utils.db.batches import delete_in_batches
from utils.db.transactions import atomic_retry_on_deadlock, retry_on_deadlock
from utils.limits.rates import parse_rate

from ..models import CodeQuota

logger = logging.getLogger(__name__)

INTERVAL = timedelta(seconds=60)  # between two codes to one mobile
DAY = timedelta(days=1)
PER_MOBILE = 10  # a day, for strangers and for known addresses alike
PER_ASKER = 6  # of those; so one address does not use up what a mobile may get

STRANGERS = "shop:strangers"
KNOWN = "shop:known"


class CodeTooSoonError(DomainError):
    """The last code went to this mobile less than INTERVAL ago."""

    field = "mobile"
    message = _("The last code was sent less than 60 s ago.")


class CodeQuotaError(DomainError):
    """This mobile or this address had all codes of its window; ``wait`` is in seconds."""

    status = 429

    def __init__(self, *, wait: int) -> None:
        # The text of any throttle of the API.
        super().__init__(Throttled(wait).detail, wait=wait)


class SmsCeilingError(DomainError):
    """The whole shop has sent as many codes as it may (SMS_PER_SHOP).

    Not 503, of which Django logs every single one as an error.
    """

    status = 429
    message = _("Too many text messages are being sent at present, please try again later.")


@dataclass(frozen=True)
class Quota:
    subject: str
    limit: int
    window: timedelta
    interval: timedelta = timedelta(0)


@dataclass(frozen=True)
class ShopShare:
    """What part of the shop's codes was sent in the running window."""

    subject: str
    sent: int
    limit: int
    is_reached: bool
    ends: datetime | None


def code_quotas(*, mobile: str, address: str, asker_hash: str, is_known: bool) -> list[Quota]:
    """Return the limits that a code to ``mobile`` counts against, the most general one last.

    That one is every request's, so its row shall be locked for the shortest time.
    """
    who = "known" if is_known else "mobile"
    quotas = [
        # The contract's 60 s hold for one client, known or not.
        Quota(f"asker:{asker_hash[:40]}", PER_ASKER, DAY, INTERVAL),
        Quota(f"{who}:{mobile}", PER_MOBILE, DAY, INTERVAL),
    ]
    rate = parse_rate(settings.SMS_RATES["address"])
    # Many owners share a carrier's address; for those the mobile's own limit is enough.
    if rate is not None and not is_known:
        quotas.append(Quota(f"address:{address}", rate.requests, timedelta(seconds=rate.seconds)))
    return quotas + [quota for quota in shop_quotas() if (quota.subject == KNOWN) is is_known]


def shop_quotas() -> list[Quota]:
    """Return the shop's two shares: three quarters are for strangers, the rest for owners."""
    rate = parse_rate(settings.SMS_RATES["shop"])
    if rate is None:
        return []
    window = timedelta(seconds=rate.seconds)
    known = max(1, rate.requests // 4)
    return [Quota(STRANGERS, max(1, rate.requests - known), window), Quota(KNOWN, known, window)]


def shop_shares() -> list[ShopShare]:
    """Return what of the shop's codes is used up, for staff."""
    rows = {row.subject: row for row in CodeQuota.objects.filter(subject__in=[STRANGERS, KNOWN])}
    now = timezone.now()
    shares = []
    for quota in shop_quotas():
        row = rows.get(quota.subject)
        if row is None or row.window_start + quota.window <= now:
            shares.append(ShopShare(quota.subject, 0, quota.limit, False, None))
        else:
            ends = row.window_start + quota.window
            is_reached = row.count >= quota.limit
            shares.append(ShopShare(quota.subject, row.count, quota.limit, is_reached, ends))
    return shares


def quotas_claim(quotas: list[Quota], now: datetime) -> None:
    """Count one code against all ``quotas``, or against none.

    Raises CodeTooSoonError, CodeQuotaError, SmsCeilingError; the last with one line for staff
    and Sentry in each window.
    """
    _rows_make(quotas, now)
    try:
        _claim_all(quotas, now)
    except SmsCeilingError:
        _alarm(quotas[-1], now)
        raise


@atomic_retry_on_deadlock
def quotas_release(quotas: list[Quota], claimed_at: datetime) -> None:
    """Take one claim back: nothing was sent."""
    for quota in quotas:
        rows = CodeQuota.objects.filter(subject=quota.subject)
        rows.filter(count__gt=0).update(count=F("count") - 1)
        rows.filter(last_time=claimed_at).update(last_time=None)


def quotas_purge(now: datetime, *, seconds: float | None = None) -> None:
    """Delete rows that are over: one that is missing counts as zero."""
    # Only windows that are over, of all subjects, and none whose last code is younger
    # than INTERVAL, which must still hold.
    over = CodeQuota.objects.filter(window_start__lt=now - DAY).exclude(
        last_time__gt=now - INTERVAL
    )
    delete_in_batches(over, seconds=seconds)


@retry_on_deadlock
def _rows_make(quotas: list[Quota], now: datetime) -> None:
    """See to it that there is a row to claim.

    Committed by itself: inserting inside the transaction, two of three parallel first
    requests would end in a deadlock over the duplicate key (InnoDB).
    """
    CodeQuota.objects.bulk_create(
        [CodeQuota(subject=quota.subject, window_start=now) for quota in quotas],
        ignore_conflicts=True,
    )


@atomic_retry_on_deadlock
def _claim_all(quotas: list[Quota], now: datetime) -> None:
    for quota in quotas:
        quota_claim(quota, now)


def quota_claim(quota: Quota, now: datetime) -> None:
    """Count one code, or raise; part of quotas_claim()."""
    is_over = Q(window_start__lte=now - quota.window)
    may_pass = is_over | Q(count__lt=quota.limit)
    if quota.interval:
        may_pass &= Q(last_time__isnull=True) | Q(last_time__lte=now - quota.interval)
    rows = CodeQuota.objects.filter(subject=quota.subject)
    claimed = rows.filter(may_pass).update(
        # MariaDB assigns from left to right and would see its own new window_start:
        # the count comes first.
        count=Case(When(is_over, then=Value(1)), default=F("count") + 1,
                   output_field=IntegerField()),
        window_start=Case(When(is_over, then=Value(now)), default=F("window_start"),
                          output_field=DateTimeField()),
        last_time=now,
    )  # fmt: skip
    if claimed:
        return
    row = rows.first()
    # No row: it was purged at this very moment, and the next request finds a new one.
    if row is None or (
        quota.interval and row.last_time is not None and row.last_time > now - quota.interval
    ):
        raise CodeTooSoonError
    wait = max(1, int((row.window_start + quota.window - now).total_seconds()))
    if quota.subject in (STRANGERS, KNOWN):
        raise SmsCeilingError(wait=wait)
    raise CodeQuotaError(wait=wait)


def _alarm(quota: Quota, now: datetime) -> None:
    silent = Q(alarm_time__isnull=True) | Q(alarm_time__lt=F("window_start"))
    rows = CodeQuota.objects.filter(silent, subject=quota.subject)
    # A rival may have begun the window after this request's ``now``.
    if rows.update(alarm_time=Greatest(Value(now, DateTimeField()), F("window_start"))):
        logger.error(
            "SMS ceiling reached: %s codes in %s for %s; more are refused until the window ends"
            " (SMS_PER_SHOP)",
            quota.limit, quota.window, quota.subject.partition(":")[2],
        )  # fmt: skip
