"""Clients of the API that are somebody, or send what only a broken one would."""

import json
from typing import Any

from rest_framework.test import APIClient

from apps.users.models import UserProfile


def client_of(user: UserProfile) -> APIClient:
    client = APIClient()
    client.force_login(user)
    return client


def send(client: APIClient, method: str, path: str, body: Any) -> Any:
    """Send JSON as any client could write it: halves of characters, too."""
    return client.generic(method.upper(), path, json.dumps(body), "application/json")
