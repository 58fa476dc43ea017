"""The project's one middleware of its own."""

from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.middleware import common
from django.utils.http import escape_leading_slashes


class PermanentRedirectKeepingMethod(HttpResponsePermanentRedirect):
    """RFC 9110 §15.4.9: unlike after 301, the client repeats the same method and body."""

    status_code = 308


class CommonMiddleware(common.CommonMiddleware):
    """Django's own, except for a POST, PUT, PATCH or DELETE to a path without its final slash.

    Django answers 500 under DEBUG and otherwise 301, after which browsers send an empty
    GET. Here the client is told to send the same request to the right path.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if (
            response.status_code == 404
            and request.method not in ("GET", "HEAD", "OPTIONS")
            and self.should_redirect_with_slash(request)
        ):
            path = request.get_full_path(force_append_slash=True)
            return PermanentRedirectKeepingMethod(escape_leading_slashes(path))
        return super().process_response(request, response)  # type: ignore[arg-type]
