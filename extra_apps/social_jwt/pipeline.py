"""Our steps of social-auth's pipeline (SOCIAL_AUTH_PIPELINE)."""

import re
import unicodedata
from typing import Any

from social_core.exceptions import AuthPolicyError

MAX_NAME_LENGTH = 30

_NOT_IN_A_USERNAME = re.compile(r"[^\w.@+-]+")


def username_from_nickname(
    backend: Any, details: dict[str, Any], user: Any = None, **kwargs: Any
) -> dict[str, Any] | None:
    """Make username and name of a new account out of the provider's nickname.

    A nickname of digits would be somebody's mobile number, by which that person logs in;
    it is told apart by the provider's name. The next step makes the username unique.
    """
    if user is not None:
        return None
    nickname = details.get("username")
    nickname = nickname if isinstance(nickname, str) else ""
    name = "".join(letter for letter in nickname if letter.isprintable()).strip()
    # Django normalises usernames as it saves them: we must see what it will save.
    username = unicodedata.normalize("NFKC", name)
    username = _NOT_IN_A_USERNAME.sub("_", username).strip("_")
    if username.replace("_", "").isdecimal():
        username = f"{backend.name}-{username}"
    return {"details": {**details, "username": username, "name": name[:MAX_NAME_LENGTH]}}


def account_still_open(
    backend: Any, user: Any = None, new_association: bool = False, **kwargs: Any
) -> None:
    """Refuse to link an identity to an account that was closed meanwhile.

    The row of the identity is written, and shares a lock on the account (its foreign key): who
    closes the account comes after this transaction, and removes the identity, or came before.
    """
    if not new_association or user is None:
        return
    if not type(user)._default_manager.filter(pk=user.pk, is_active=True).exists():
        raise AuthPolicyError(backend, stage="pipeline")
