"""Sign-in with each provider, the whole dance over HTTP: browser, shop and provider."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import requests
from django.contrib.auth import get_user_model
from social_django.models import Nonce, UserSocialAuth

from extra_apps.social_jwt.services import social_states_purge
from extra_apps.social_jwt.strategy import COOKIE
from tests.http_server import Answer, closed_port
from tests.parallel import in_parallel, tell

from .providers import NAMES, Person

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = {
    "weibo": ["/api.weibo.com/oauth2/access_token", "/api.weibo.com/2/users/show.json"],
    "qq": ["/graph.qq.com/oauth2.0/token", "/graph.qq.com/oauth2.0/me",
           "/graph.qq.com/user/get_user_info"],
    "weixin": ["/api.weixin.qq.com/sns/oauth2/access_token", "/api.weixin.qq.com/sns/userinfo"],
}  # fmt: skip

CANCELLED = "您已取消登录。"
EXPIRED = "登录已失效，请重新登录。"
FAILED = "登录失败，请稍后再试。"
DOWN = "第三方平台没有响应，请稍后再试。"
TAKEN = "该第三方账号已绑定其他账户。"

User = get_user_model()


@dataclass
class Browser:
    """Follows one redirect at a time, so that each can be looked at."""

    shop: str

    def __post_init__(self) -> None:
        self.session = requests.Session()

    def get(self, address: str) -> requests.Response:
        url = address if "://" in address else f"{self.shop}{address}"
        return self.session.get(url, allow_redirects=False, timeout=10)

    def sign_in_at(self, provider: str) -> str:
        """From the shop's link to the provider's consent; returns where it sends us."""
        begun = self.get(f"/login/{provider}/")
        assert begun.status_code == 302
        consent = self.get(begun.headers["Location"])
        assert consent.status_code == 302
        return consent.headers["Location"]

    def dance(self, provider: str) -> requests.Response:
        return self.get(self.sign_in_at(provider))


@pytest.fixture
def browser(live_server: Any) -> Browser:
    return Browser(live_server.url)


def message(response: requests.Response) -> str:
    """The message that came back with the browser; asserts that nothing else did."""
    assert response.status_code == 302
    path, _mark, query = response.headers["Location"].partition("?")
    assert path == "/index/"
    assert "Set-Cookie" not in response.headers
    return parse_qs(query)["message"][0]


def cookies(response: requests.Response) -> dict[str, tuple[str, dict[str, str | bool]]]:
    """Each Set-Cookie: its value as a browser reads it, and its attributes."""
    found = {}
    for header in response.raw.headers.getlist("Set-Cookie"):
        pair, *attributes = header.encode("latin-1").decode().split("; ")
        name, _equals, value = pair.partition("=")
        found[name] = (
            value,
            {k.lower(): v or True for k, _e, v in (a.partition("=") for a in attributes)},
        )
    return found


@pytest.mark.parametrize("provider", NAMES)
class TestTheDance:
    def test_to_the_provider(self, providers, browser, live_server, provider):
        response = browser.get(f"/login/{provider}/")
        assert response.status_code == 302
        query = parse_qs(urlsplit(response.headers["Location"]).query)
        assert query["redirect_uri"] == [f"{live_server.url}/complete/{provider}/"]
        assert len(query["state"][0]) == 32
        assert list(cookies(response)) == [COOKIE]
        _value, attributes = cookies(response)[COOKIE]
        assert (attributes["path"], attributes["httponly"], attributes["samesite"]) == (
            f"/complete/{provider}/", True, "Lax",
        )  # fmt: skip
        assert not Nonce.objects.exists()  # whoever only begins leaves nothing behind

    def test_and_back_with_a_token(self, providers, browser, live_server, provider):
        back = browser.sign_in_at(provider)
        response = browser.get(back)
        assert (response.status_code, response.headers["Location"]) == (302, "/index/")
        assert list(cookies(response)) == ["token", "name"]
        for _value, attributes in cookies(response).values():
            attributes.pop("expires")
            assert attributes == {"max-age": "86400", "path": "/index", "samesite": "Lax"}
        token, name = (cookies(response)[key][0] for key in ("token", "name"))
        assert name == "小满"
        me = requests.get(
            f"{live_server.url}/users/1/", headers={"Authorization": f"JWT {token}"}, timeout=5
        )
        assert me.json() == {"name": "小满", "birthday": None, "gender": "female", "email": "",
                             "mobile": None}  # fmt: skip
        user = User.objects.get()
        assert (user.username, user.has_usable_password()) == ("小满", False)
        identity = UserSocialAuth.objects.get()
        assert (identity.user_id, identity.provider, identity.uid) == (
            user.pk, provider, "1404376560",
        )  # fmt: skip
        assert identity.extra_data == {}  # the provider's token is not ours to keep
        assert browser.get("/index/").status_code == 200
        tell(
            f"{provider}: GET /login/{provider}/ -> 302 provider -> 302 {urlsplit(back).path}"
            f"?code&state -> 302 {response.headers['Location']} with cookies token, name={name};"
            f" the provider was asked {[r.path for r in providers.asked]}"
        )

    def test_one_account_per_identity(self, providers, browser, live_server, provider):
        browser.dance(provider)
        User.objects.update(name="改过的名字")
        again = Browser(live_server.url).dance(provider)
        assert cookies(again)["name"][0] == "改过的名字"
        assert (User.objects.count(), UserSocialAuth.objects.count()) == (1, 1)
        providers.person = Person("7", "小满")
        other = Browser(live_server.url).dance(provider)
        assert other.headers["Location"] == "/index/"
        assert (User.objects.count(), UserSocialAuth.objects.count()) == (2, 2)
        newer = User.objects.latest("pk")
        assert newer.name == "小满"
        assert newer.username.startswith("小满")
        assert newer.username != "小满"

    def test_refused_consent(self, providers, browser, provider):
        providers.refuses = True
        assert message(browser.dance(provider)) == CANCELLED
        self.nothing_happened()

    def test_a_forged_state(self, providers, browser, live_server, provider):
        back = browser.sign_in_at(provider)
        stranger = Browser(live_server.url)
        assert message(stranger.get(back)) == EXPIRED  # another browser
        stranger.get(f"/login/{provider}/")
        assert message(stranger.get(back)) == EXPIRED  # another dance
        for state in ("", "x", "x" * 500, "%00", "小", "..", "%ff"):
            forged = f"{back.split('?')[0]}?code=c&state={state}"
            assert message(browser.get(forged)) == EXPIRED
        assert message(browser.get(f"{back.split('?')[0]}?code=c")) == EXPIRED
        browser.session.cookies.set(COOKIE, "forged", path=f"/complete/{provider}/")
        assert message(browser.get(back)) == EXPIRED
        self.nothing_happened()
        assert PAGES[provider][0] not in [received.path for received in providers.asked]

    def test_a_state_is_good_once(self, providers, browser, provider):
        back = browser.sign_in_at(provider)
        browser.get(back)
        assert message(browser.get(back)) == EXPIRED
        assert User.objects.count() == 1

    def test_a_replayed_code(self, providers, browser, live_server, provider):
        """Somebody saw a code that was used, and brings it back with a state of their own."""
        used = parse_qs(urlsplit(browser.sign_in_at(provider)).query)["code"][0]
        providers.codes.pop(used)
        thief = Browser(live_server.url)
        fresh = parse_qs(urlsplit(thief.sign_in_at(provider)).query)["state"][0]
        answer = thief.get(f"/complete/{provider}/?code={used}&state={fresh}")
        assert message(answer) in (EXPIRED, FAILED)
        self.nothing_happened()

    def test_a_provider_that_is_down(self, providers, browser, settings, provider):
        back = browser.sign_in_at(provider)
        settings.SOCIAL_AUTH_ORIGIN = closed_port()
        assert message(browser.get(back)) == DOWN
        self.nothing_happened()

    @pytest.mark.slow
    @pytest.mark.one_database
    def test_nonsense_of_a_provider(self, providers, browser, provider):
        nonsense = [
            Answer(500, "<html>", "text/html"), Answer(404, ""), Answer(200, ""), Answer(200, "[]"),
            Answer(200, "{}"), Answer(200, "null"), Answer(200, b"\xff\xfe\x00"),
            Answer(200, "[" * 5000), Answer(200, "callback( {} );"), Answer(200, "callback( [ );"),
            Answer(200, '{"access_token": 5, "openid": [], "uid": {}, "ret": "x", "nickname": 1}'),
            Answer(200, "access_token=&openid="), Answer(200, '{"errcode": 40029}'),
            Answer(302, "", headers={"Location": "/nowhere"}),
        ]  # fmt: skip
        for page in PAGES[provider]:
            for answer in nonsense:
                providers.faults = {page: answer}
                response = browser.dance(provider)
                is_profile = page == PAGES[provider][-1]
                if is_profile and response.headers["Location"] == "/index/":
                    # Who it is was known already; only the nickname is missing.
                    assert (page, answer.body[:1]) != (page, "<")
                    UserSocialAuth.objects.all().delete()
                    User.objects.all().delete()
                    continue
                assert message(response) in (FAILED, DOWN, EXPIRED)
                self.nothing_happened()

    @pytest.mark.parametrize(
        ("nickname", "username", "name"),
        [
            ("13800000001", "{}-13800000001", "13800000001"),
            ("１３８０００００００１", "{}-13800000001", "１３８０００００００１"),
            ("小 满😀", "小_满", "小 满😀"),
            ("a;b\"c\\d\x00\u200b", "a_b_c_d", 'a;b"c\\d'),
            ("x" * 400, "x" * 134, "x" * 30),
        ],
    )  # fmt: skip
    def test_nicknames(self, providers, browser, provider, nickname, username, name):
        providers.person = Person("1", nickname)
        response = browser.dance(provider)
        assert response.headers["Location"] == "/index/"
        user = User.objects.get()
        assert user.username.startswith(username.format(provider))
        assert user.name == name
        value, attributes = cookies(response)["name"]
        assert value == "".join(letter for letter in name if letter not in ';"\\')
        assert attributes["path"] == "/index"

    @pytest.mark.parametrize("nickname", ["", "\x00", None, 7])
    def test_no_nickname(self, providers, browser, provider, nickname):
        providers.person = Person("1", nickname)
        assert browser.dance(provider).headers["Location"] == "/index/"
        assert len(User.objects.get().username) == 32

    def test_a_disabled_account(self, providers, browser, provider):
        browser.dance(provider)
        User.objects.update(is_active=False)
        assert message(browser.dance(provider)) == "该账户已停用。"

    @pytest.mark.mariadb
    def test_five_tabs_at_once(self, providers, live_server, provider):
        browsers = [Browser(live_server.url) for _number in range(5)]
        addresses = [browser.sign_in_at(provider) for browser in browsers]
        answers = in_parallel(5, lambda number: browsers[number].get(addresses[number]))
        assert {answer.headers["Location"] for answer in answers} == {"/index/"}
        assert (User.objects.count(), UserSocialAuth.objects.count()) == (1, 1)

    def nothing_happened(self) -> None:
        assert not User.objects.exists()
        assert not UserSocialAuth.objects.exists()


class TestLinking:
    @pytest.fixture
    def staff(self, browser: Browser, client: Any) -> Any:
        """Somebody with a session, as the administration gives it."""
        staff = User.objects.create_user(username="staff", password="xiaoman-2026")
        client.force_login(staff)
        browser.session.cookies.set("sessionid", client.cookies["sessionid"].value)
        return staff

    def test_whoever_is_logged_in_is_linked(self, providers, browser, staff):
        response = browser.dance("weibo")
        assert list(cookies(response)) == ["token", "name"]
        assert cookies(response)["name"][0] == "staff"
        assert UserSocialAuth.objects.get().user == staff
        assert User.objects.count() == 1

    def test_not_who_only_has_the_same_name(self, providers, browser):
        User.objects.create_user(username="小满", password="xiaoman-2026")
        browser.dance("weibo")
        assert User.objects.count() == 2
        assert UserSocialAuth.objects.get().user.username != "小满"

    def test_nobody_elses_identity(self, providers, live_server, browser, staff):
        Browser(live_server.url).dance("weibo")
        owner = UserSocialAuth.objects.get().user
        assert message(browser.dance("weibo")) == TAKEN
        assert UserSocialAuth.objects.get().user == owner != staff

    def test_not_when_the_session_began_on_the_way(self, providers, browser, client):
        back = browser.sign_in_at("weibo")
        victim = User.objects.create_user(username="victim")
        client.force_login(victim)
        browser.session.cookies.set("sessionid", client.cookies["sessionid"].value)
        assert message(browser.get(back)) == EXPIRED
        assert not UserSocialAuth.objects.exists()


class TestTheRest:
    def test_unknown_providers(self, providers, browser):
        for path in ("/login/github/", "/complete/github/?code=c&state=s", "/login/%00/"):
            response = browser.get(path)
            assert (response.status_code, response.json()) == (404, {"detail": "未找到。"})

    def test_other_methods(self, providers, browser):
        for path in ("/login/weibo/", "/complete/weibo/"):
            response = requests.post(f"{browser.shop}{path}", timeout=5)
            assert response.status_code == 403  # no form of ours leads here

    def test_a_provider_without_a_key(self, providers, browser, settings):
        settings.SOCIAL_AUTH_QQ_KEY = ""
        assert message(browser.get("/login/qq/")) == "该登录方式尚未开通。"

    def test_a_limit_for_the_providers_sake(self, providers, browser, settings):
        settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "social": "1/hour"}
        assert message(browser.get("/complete/weibo/?code=c&state=s")) == EXPIRED
        answer = browser.get("/complete/weibo/?code=c&state=s")
        assert message(answer) == "尝试次数过多，请稍后再试。"

    def test_our_own_error_is_logged(self, providers, browser, monkeypatch, caplog):
        def fail(*args: Any, **kwargs: Any) -> None:
            raise LookupError("ours")

        monkeypatch.setattr("social_core.pipeline.social_auth.associate_user", fail)
        assert message(browser.dance("weibo")) == FAILED
        assert not User.objects.exists()  # what came before it was taken back
        assert "LookupError: ours" in caplog.text

    def test_secure_cookies_under_https(self, providers, client):
        begun = client.get("/login/weibo/", secure=True)
        assert begun.cookies[COOKIE]["secure"]
        location = requests.get(begun["Location"], allow_redirects=False, timeout=5).headers
        path = location["Location"].split("testserver", 1)[1]
        response = client.get(path, secure=True)
        assert response["Location"] == "/index/"
        for name in ("token", "name"):
            assert response.cookies[name]["secure"]
            assert not response.cookies[name]["httponly"]
        assert unquote(response.cookies["name"].value) == "小满"

    def test_old_states_are_forgotten(self, providers, browser):
        browser.dance("weibo")
        assert social_states_purge() == 0
        Nonce.objects.update(timestamp=1)
        assert social_states_purge() == 1
