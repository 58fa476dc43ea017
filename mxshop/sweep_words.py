"""What staff read about background work: in their language, where the log has code names."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

# Of each sweep of jobs.py, and of the chores that timers start.
NAMES = {
    "release_lapsed_holds": gettext_lazy("Put pieces of lapsed carts back on sale"),
    "close_expired_orders": gettext_lazy("Close orders that were not paid in time"),
    "reconcile_payments": gettext_lazy("Ask Alipay about payments and refunds under way"),
    "confirm_received_orders": gettext_lazy("Take orders as received after the days of waiting"),
    "resume_imports": gettext_lazy("Go on with imports that were interrupted"),
    "purge_verify_codes": gettext_lazy("Delete old verification codes"),
    "purge_revoked_logins": gettext_lazy("Delete old log-outs"),
    "purge_password_tries": gettext_lazy("Delete old counts of wrong passwords"),
    "purge_known_addresses": gettext_lazy("Delete old addresses of log-ins"),
    "purge_social_states": gettext_lazy("Delete sign-ins that were never finished"),
    "purge_idempotency_records": gettext_lazy("Delete old records of repeated requests"),
    "purge_hold_windows": gettext_lazy("Delete old times of holds"),
    "purge_imports": gettext_lazy("Delete imports of 30 days ago"),
    "purge_task_results": gettext_lazy("Delete old results of tasks"),
    "index_search": gettext_lazy("Write new words of goods into the index of the search"),
    "make_pictures": gettext_lazy("Make the sizes of pictures"),
    "sweep_pictures": gettext_lazy("Delete pictures that nothing shows"),
    "audit": gettext_lazy("Audit: money, stock and files"),
    "backup": gettext_lazy("Backup"),
}
# Of what they count.
COUNTED = {
    "released": pgettext_lazy("sweep", "released"), "closed": pgettext_lazy("sweep", "closed"),
    "paid": pgettext_lazy("sweep", "paid"),
    "left": pgettext_lazy("sweep", "left for the next time"),
    "notices": pgettext_lazy("sweep", "notices"), "asked": pgettext_lazy("sweep", "asked about"),
    "refunds": pgettext_lazy("sweep", "refunds"), "silent": pgettext_lazy("sweep", "not answered"),
    "received": pgettext_lazy("sweep", "received"), "resumed": pgettext_lazy("sweep", "resumed"),
    "waiting": pgettext_lazy("sweep", "waiting"), "purged": pgettext_lazy("sweep", "deleted"),
    "deleted": pgettext_lazy("sweep", "deleted"), "made": pgettext_lazy("sweep", "made"),
    "unusable": pgettext_lazy("sweep", "unusable"), "indexed": pgettext_lazy("sweep", "indexed"),
    "mended": pgettext_lazy("sweep", "mended"), "broken": pgettext_lazy("sweep", "broken"),
}  # fmt: skip
_COUNT = re.compile(r"(\d+) (\w+)")
_WHOLE = re.compile(r"((?:\d+ \w+(?:, )?)*) ?\((\d+\.\d\d) s\)")


def sweep_name(sweep: str) -> str:
    return str(NAMES.get(sweep, sweep))


def result_in_words(result: str) -> str:
    """Return what a sweep counted, without what it found nothing of; an error as it is."""
    found = _WHOLE.fullmatch(result)
    if found is None:
        return result
    counts = [
        _("%(what)s: %(number)s") % {"what": COUNTED.get(what, what), "number": number}
        for number, what in _COUNT.findall(found[1])
        if number != "0"
    ]
    seconds = _("%(seconds)s s") % {"seconds": found[2]}
    return f"{', '.join(counts) or _('nothing to do')} ({seconds})"
