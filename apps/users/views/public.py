"""The base of views that nobody needs to be logged in for."""

from rest_framework.permissions import AllowAny

from utils.api.validated import BodyAPIView


class PublicAPIView(BodyAPIView):
    """Nobody is logged in here: a stale token of a client must not matter."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
