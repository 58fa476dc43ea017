"""Until the tokens are here: 401 for nobody, as the contract says.

DRF answers 401 when the first authentication class of the settings names a challenge,
which the session's does not. With the token class in that place this file can go.
"""

from typing import Any

import pytest
from rest_framework.authentication import SessionAuthentication


def challenge_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def authenticate_header(self: Any, request: Any) -> str:
        return 'JWT realm="api"'

    monkeypatch.setattr(SessionAuthentication, "authenticate_header", authenticate_header)
