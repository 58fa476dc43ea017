"""What this app tells others about an account; it knows none of them.

Both are sent inside the transaction that closes an account, with ``user_id``. A receiver may
refuse by a DomainError: then nothing of the account is changed.
"""

from django.dispatch import Signal

# Nothing is locked yet. Receivers lock what comes before an account in the order of locks
# (services.locks), and change nothing.
account_closing = Signal()

# The account is locked: nobody adds anything to it any more. Receivers refuse, or erase what they
# keep of the person. Files go after the commit.
account_erasing = Signal()
