"""Weibo, QQ and WeChat in one local server, each in its own dialect.

Written from the providers' documentation, not from our client: paths below the name of
the real host, who answers with which method, which content type, which kind of error.
"""

import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.http_server import Answer, Received

NAMES = ["weibo", "qq", "weixin"]

PLAIN = "text/plain"
HTML = "text/html; charset=utf-8"


@dataclass
class Person:
    uid: str
    nickname: Any


@dataclass
class Providers:
    """``person`` is who sits at the browser; ``refuses`` when asked for consent."""

    person: Person
    refuses: bool = False
    codes: dict[str, Person] = field(default_factory=dict)
    tokens: dict[str, Person] = field(default_factory=dict)
    # Answers instead of the right ones, by path.
    faults: dict[str, Answer] = field(default_factory=dict)
    asked: list[Received] = field(default_factory=list)

    def __call__(self, received: Received) -> Answer:
        self.asked.append(received)
        if received.path in self.faults:
            return self.faults[received.path]
        host, _slash, path = received.path.strip("/").partition("/")
        answers = {
            ("GET", "api.weibo.com", "oauth2/authorize"): self._weibo_authorize,
            ("POST", "api.weibo.com", "oauth2/access_token"): self._weibo_token,
            ("GET", "api.weibo.com", "2/users/show.json"): self._weibo_user,
            ("GET", "graph.qq.com", "oauth2.0/authorize"): self._qq_authorize,
            ("GET", "graph.qq.com", "oauth2.0/token"): self._qq_token,
            ("GET", "graph.qq.com", "oauth2.0/me"): self._qq_openid,
            ("GET", "graph.qq.com", "user/get_user_info"): self._qq_user,
            ("GET", "open.weixin.qq.com", "connect/qrconnect"): self._weixin_authorize,
            ("POST", "api.weixin.qq.com", "sns/oauth2/access_token"): self._weixin_token,
            ("GET", "api.weixin.qq.com", "sns/userinfo"): self._weixin_user,
        }
        answer = answers.get((received.method, host, path))
        return answer(received) if answer else Answer(404, "no such page", HTML)

    def _consent(self, query: dict[str, str], refusal: dict[str, str]) -> Answer:
        if self.refuses:
            result = refusal
        else:
            code = secrets.token_hex(16)
            self.codes[code] = self.person
            result = {"code": code}
        target = query["redirect_uri"]
        parameters = urlencode({**result, "state": query["state"]})
        return Answer(302, headers={"Location": f"{target}?{parameters}"})

    def _token_for(self, code: str) -> tuple[str, Person] | None:
        person = self.codes.pop(code, None)  # a code is good once
        if person is None:
            return None
        token = secrets.token_hex(16)
        self.tokens[token] = person
        return token, person

    # --- weibo: JSON everywhere, errors with their HTTP status ---

    def _weibo_authorize(self, received: Received) -> Answer:
        query = received.query
        assert (query["client_id"], query["response_type"]) == ("weibo-key", "code")
        return self._consent(
            query,
            {
                "error": "access_denied",
                "error_code": "21330",
                "error_description": "user denied your request.",
            },
        )

    def _weibo_token(self, received: Received) -> Answer:
        form = received.form
        assert (form["client_id"], form["client_secret"]) == ("weibo-key", "weibo-secret")
        assert form["grant_type"] == "authorization_code"
        found = self._token_for(form["code"])
        if found is None:
            return _json(
                {"error": "invalid_grant", "error_code": 21325, "request": "/oauth2/access_token"},
                status=400,
            )
        token, person = found
        return _json(
            {
                "access_token": token,
                "remind_in": "157679999",
                "expires_in": 157679999,
                "uid": person.uid,
                "isRealName": "true",
            }
        )

    def _weibo_user(self, received: Received) -> Answer:
        person = self.tokens.get(received.query["access_token"])
        if person is None or person.uid != received.query["uid"]:
            return _json(
                {
                    "error": "invalid_access_token",
                    "error_code": 21332,
                    "request": "/2/users/show.json",
                },
                status=400,
            )
        return _json(
            {
                "id": int(person.uid),
                "idstr": person.uid,
                "screen_name": person.nickname,
                "name": person.nickname,
                "gender": "m",
                "domain": "",
            }
        )

    # --- QQ: a form, then JSONP, then JSON; errors as JSONP with status 200 ---

    def _qq_authorize(self, received: Received) -> Answer:
        query = received.query
        assert (query["client_id"], query["response_type"]) == ("qq-key", "code")
        return self._consent(query, {"usercancel": "1"})

    def _qq_token(self, received: Received) -> Answer:
        query = received.query
        assert (query["client_id"], query["client_secret"]) == ("qq-key", "qq-secret")
        found = self._token_for(query["code"])
        if found is None:
            return _jsonp({"error": 100020, "error_description": "code is reused error"})
        body = urlencode({"access_token": found[0], "expires_in": 7776000, "refresh_token": "r"})
        return Answer(200, body, HTML)

    def _qq_openid(self, received: Received) -> Answer:
        person = self.tokens.get(received.query["access_token"])
        if person is None:
            return _jsonp({"error": 100016, "error_description": "access token check failed"})
        return _jsonp({"client_id": "qq-key", "openid": person.uid})

    def _qq_user(self, received: Received) -> Answer:
        query = received.query
        person = self.tokens.get(query["access_token"])
        assert query["oauth_consumer_key"] == "qq-key"
        if person is None or person.uid != query["openid"]:
            return _json({"ret": -22, "msg": "openid is invalid"}, HTML)
        return _json(
            {
                "ret": 0,
                "msg": "",
                "is_lost": 0,
                "nickname": person.nickname,
                "gender": "男",
                "figureurl_qq_1": "http://thirdqq.qlogo.cn/40",
            },
            HTML,
        )

    # --- WeChat: JSON as text/plain, in UTF-8 without saying so; errors with status 200 ---

    def _weixin_authorize(self, received: Received) -> Answer:
        query = received.query
        assert (query["appid"], query["response_type"]) == ("weixin-key", "code")
        assert query["scope"] == "snsapi_login"
        return self._consent(query, {})

    def _weixin_token(self, received: Received) -> Answer:
        form = received.form
        assert (form["appid"], form["secret"]) == ("weixin-key", "weixin-secret")
        found = self._token_for(form["code"])
        if found is None:
            return _json({"errcode": 40163, "errmsg": "code been used, rid: 5f3a"}, PLAIN)
        token, person = found
        return _json(
            {
                "access_token": token,
                "expires_in": 7200,
                "refresh_token": "r",
                "openid": person.uid,
                "scope": "snsapi_login",
                "unionid": "u",
            },
            PLAIN,
        )

    def _weixin_user(self, received: Received) -> Answer:
        person = self.tokens.get(received.query["access_token"])
        if person is None or person.uid != received.query["openid"]:
            return _json({"errcode": 40003, "errmsg": "invalid openid"}, PLAIN)
        return _json(
            {
                "openid": person.uid,
                "nickname": person.nickname,
                "sex": 0,
                "language": "",
                "city": "",
                "headimgurl": "https://thirdwx.qlogo.cn/132",
                "privilege": [],
                "unionid": "u",
            },
            PLAIN,
        )


def _json(data: Any, content_type: str = "application/json", status: int = 200) -> Answer:
    return Answer(status, json.dumps(data, ensure_ascii=False), content_type)


def _jsonp(data: Any) -> Answer:
    return Answer(200, f"callback( {json.dumps(data)} );\n", HTML)
