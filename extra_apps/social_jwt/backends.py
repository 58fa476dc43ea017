"""The three providers in their dialects of OAuth 2, stricter than social-auth reads them.

Whatever a provider answers that is not an account ends as one of social-auth's exceptions,
which views.complete() turns into a message.
"""

import json
import re
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from social_core.backends.qq import QQOAuth2 as BaseQQ
from social_core.backends.weibo import WeiboOAuth2 as BaseWeibo
from social_core.backends.weixin import WeixinOAuth2 as BaseWeixin
from social_core.exceptions import AuthCanceled, AuthProviderError, AuthResponseError
from social_core.utils import parse_qs

# callback( {"client_id":"…","openid":"…"} );
_JSONP = re.compile(r"\s*callback\(\s*(\{.*\})\s*\)\s*;?\s*", re.DOTALL)


class _ProviderMixin:
    """What the three have in common; stands before social-auth's class."""

    def authorization_url(self) -> str:
        return self._at_origin(super().authorization_url())  # type: ignore[misc]

    def request(self: Any, url: str, *args: Any, **kwargs: Any) -> Any:
        return super().request(self._at_origin(url), *args, **kwargs)  # type: ignore[misc]

    def auth_complete(self: Any, *args: Any, **kwargs: Any) -> Any:
        # WeChat and QQ come back without a code, and without an error, after a refusal.
        if not self.data.get("code") and not self.data.get("error"):
            raise AuthCanceled(self, stage="callback")
        return super().auth_complete(*args, **kwargs)  # type: ignore[misc]

    def _at_origin(self: Any, url: str) -> str:
        """The same path at the provider that the tests run (SOCIAL_AUTH_ORIGIN)."""
        origin = self.setting("ORIGIN")
        if not origin:
            return url
        parts = urlsplit(url)
        scheme, netloc, *_rest = urlsplit(origin)
        return urlunsplit((scheme, netloc, f"/{parts.netloc}{parts.path}", parts.query, ""))

    def _get_object(self: Any, url: str, params: dict[str, str]) -> dict[str, Any]:
        """GET a JSON object in UTF-8, whatever the content type says (WeChat: text/plain)."""
        return self._to_object(self.request(url, params=params).content)

    def _to_object(self: Any, content: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(content.decode())
        except (ValueError, RecursionError) as error:
            raise AuthResponseError(self, stage="user_info") from error
        if not isinstance(answer, dict):
            raise AuthResponseError(self, stage="user_info")
        return answer

    def _refused(self: Any, code: Any, text: Any) -> AuthProviderError:
        return AuthProviderError(self, text, provider_code=code, stage="user_info")


class WeiboOAuth2(_ProviderMixin, BaseWeibo):
    """https://open.weibo.com/wiki/授权机制说明: JSON everywhere, ``uid`` beside the token."""

    def user_data(self, access_token: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
        uid = kwargs["response"].get("uid") or self.get_uid(access_token)
        data = self._get_object(
            "https://api.weibo.com/2/users/show.json",
            {"access_token": access_token, "uid": str(uid)},
        )
        if "error" in data:
            raise self._refused(data.get("error_code"), data["error"])
        return {**data, "uid": uid}


class QQOAuth2(_ProviderMixin, BaseQQ):
    """https://wiki.connect.qq.com: the token as a form, the openid as JSONP, the rest as JSON."""

    ACCESS_TOKEN_METHOD = "GET"  # noqa: S105  (as they document it; social-auth would POST)

    def request_access_token(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        kwargs.pop("stage", None)
        text = self.request(*args, stage="token_exchange", **kwargs).text
        if _JSONP.fullmatch(text):  # an error, with HTTP status 200
            self._from_jsonp(text)
        return parse_qs(text)

    def get_openid(self, access_token: str) -> str:
        response = self.request(self.OPENID_URL, params={"access_token": access_token})
        openid = self._from_jsonp(response.content.decode(errors="replace")).get("openid")
        if not isinstance(openid, str) or not openid:
            raise AuthResponseError(self, claim="openid", code="missing_claim", stage="user_info")
        return openid

    def user_data(self, access_token: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
        openid = self.get_openid(access_token)
        data = self._get_object(
            "https://graph.qq.com/user/get_user_info",
            {
                "access_token": access_token,
                "oauth_consumer_key": self.setting("KEY"),
                "openid": openid,
            },
        )
        if data.get("ret") != 0:
            raise self._refused(data.get("ret"), data.get("msg"))
        return {**data, "openid": openid}

    def _from_jsonp(self, text: str) -> dict[str, Any]:
        match = _JSONP.fullmatch(text)
        if match is None:
            raise AuthResponseError(self, stage="user_info")
        data = self._to_object(match[1].encode())
        if "error" in data:
            raise self._refused(data["error"], data.get("error_description"))
        return data


class WeixinOAuth2(_ProviderMixin, BaseWeixin):
    """https://developers.weixin.qq.com, website sign-in: JSON as text/plain, errors as 200."""

    def auth_url(self) -> str:
        return f"{super().auth_url()}#wechat_redirect"

    def user_data(self, access_token: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
        openid = kwargs["response"].get("openid")
        if not isinstance(openid, str) or not openid:
            raise AuthResponseError(self, claim="openid", code="missing_claim", stage="user_info")
        data = self._get_object(
            "https://api.weixin.qq.com/sns/userinfo",
            {"access_token": access_token, "openid": openid},
        )
        if data.get("errcode"):
            raise self._refused(data["errcode"], data.get("errmsg"))
        # Only the one that the code was for.
        return {**data, "openid": openid}
