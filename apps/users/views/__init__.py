"""The API of accounts: registration and profile, codes, log-in, tokens, passwords."""

from .codes import CodeViewSet
from .login import LoginView, LogoutView
from .passwords import PasswordChangeView, PasswordResetView
from .profile import UserViewSet
from .providers import ProvidersView
from .tokens import TokenRefreshView, TokenVerifyView

__all__ = [
    "CodeViewSet",
    "LoginView",
    "LogoutView",
    "PasswordChangeView",
    "PasswordResetView",
    "ProvidersView",
    "TokenRefreshView",
    "TokenVerifyView",
    "UserViewSet",
]
