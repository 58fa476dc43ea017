"""What must be remembered beyond one browser: which states were used."""

from social_core.storage import NonceMixin
from social_django.models import DjangoStorage, Nonce


class UsedStates(NonceMixin):
    """A state can be used once.

    social-auth writes a row for every sign-in that begins, which anybody may begin without
    end; here the row is written when a state comes back.
    """

    @classmethod
    def use(cls, server_url: str, timestamp: int, salt: str) -> bool:
        return True

    @classmethod
    def consume(cls, server_url: str, timestamp: int, salt: str) -> bool:
        _row, is_new = Nonce.objects.get_or_create(
            server_url=server_url, timestamp=timestamp, salt=salt
        )
        return is_new


class Storage(DjangoStorage):
    nonce = UsedStates  # type: ignore[assignment]
