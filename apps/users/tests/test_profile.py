"""GET, PATCH, PUT /users/<anything>/: the caller, and nobody else."""

import datetime

import pytest

from apps.users.models import UserProfile, VerifyCode

from .wire import MOBILE, OTHER_MOBILE, PASSWORD, wrong

pytestmark = pytest.mark.django_db

EMPTY = {"name": "", "birthday": None, "gender": "female", "email": "", "mobile": MOBILE}


def patch(api, **body):
    response = api.patch("/users/1/", body, format="json")
    return response.status_code, response.json()


class TestReading:
    @pytest.mark.parametrize("key", ["1", "999999", "abc", "-1", "9" * 40, "me", "%00", "小满"])
    def test_the_key_is_never_looked_at(self, buyer_api, key):
        other = UserProfile.objects.create_user(username="other", mobile=OTHER_MOBILE)
        assert other.pk != 1
        response = buyer_api.get(f"/users/{key}/")
        assert (response.status_code, response.json()) == (200, EMPTY)

    def test_two_queries(self, buyer_api, django_assert_num_queries):
        with django_assert_num_queries(1):
            buyer_api.get("/users/1/")

    def test_other_methods(self, api, buyer_api):
        assert buyer_api.get("/users/").json() == buyer_api.get("/users/1/").json()
        assert buyer_api.put("/users/").status_code == 405
        assert buyer_api.delete("/users/").status_code == 405
        assert api.get("/users/").status_code == 401
        assert api.delete("/users/1/").status_code == 401
        assert buyer_api.options("/users/1/").status_code == 200
        assert UserProfile.objects.count() == 1

    def test_the_browsable_pages(self, buyer_api, api):
        for client, path in [
            (buyer_api, "/users/1/"), (api, "/users/1/"), (api, "/login/"), (api, "/codes/"),
            (api, "/password/reset/"), (api, "/api-token-refresh/"), (buyer_api, "/users/"),
            (api, "/users/"), (buyer_api, "/logout/"), (buyer_api, "/password/change/"),
            (api, "/logout/"), (api, "/password/change/"),
        ]:  # fmt: skip
            response = client.get(path, HTTP_ACCEPT="text/html")
            assert response.status_code in (200, 401, 405)
            assert response["Content-Type"] == "text/html; charset=utf-8"

    @pytest.mark.parametrize(
        "path",
        ["/login/", "/codes/", "/code/", "/users/", "/password/reset/", "/api-token-verify/"],
    )
    def test_forms_and_options_of_public_requests(self, api, path):
        # Whoever is nobody may not ask what could be done to their profile.
        assert api.options(path).status_code == (401 if path == "/users/" else 200)
        for accept in ("text/html", "application/json"):
            response = api.post(path, {"username": "x"}, HTTP_ACCEPT=accept)
            assert response.status_code == 400
        assert api.get("/").json()["users"] == "http://testserver/users/"


class TestWriting:
    @pytest.mark.parametrize("method", ["patch", "put"])
    def test_any_of_them(self, buyer, buyer_api, method):
        change = {"name": "小满", "birthday": "2000-02-29", "gender": "male", "email": "a@b.cn"}
        for field, value in change.items():
            response = getattr(buyer_api, method)("/users/1/", {field: value}, format="json")
            assert (response.status_code, response.json()[field]) == (200, value)
        buyer.refresh_from_db()
        assert (buyer.name, buyer.birthday, buyer.gender, buyer.email, buyer.mobile) == (
            "小满", datetime.date(2000, 2, 29), "male", "a@b.cn", MOBILE,
        )  # fmt: skip

    @pytest.mark.parametrize("method", ["patch", "put"])
    def test_the_whole_answer_comes_back(self, buyer_api, method):
        whole = buyer_api.get("/users/1/").json()
        response = getattr(buyer_api, method)("/users/1/", whole, format="json")
        assert (response.status_code, response.json()) == (200, whole)

    def test_as_a_form(self, buyer_api):
        response = buyer_api.patch(
            "/users/1/", {"name": "小满", "birthday": "", "mobile": MOBILE}, format="multipart"
        )
        assert (response.status_code, response.json()) == (200, {**EMPTY, "name": "小满"})

    def test_nothing(self, buyer_api):
        assert patch(buyer_api) == (200, EMPTY)

    def test_an_empty_birthday_is_none(self, buyer, buyer_api):
        assert patch(buyer_api, birthday="2000-01-01")[1]["birthday"] == "2000-01-01"
        assert patch(buyer_api, birthday="")[1]["birthday"] is None
        assert patch(buyer_api, birthday=None)[1]["birthday"] is None

    def test_what_is_no_part_of_it_is_ignored(self, buyer, buyer_api):
        assert patch(buyer_api, username="x", password="y", is_staff=True, id=7) == (200, EMPTY)
        buyer.refresh_from_db()
        assert (buyer.username, buyer.is_staff) == (MOBILE, False)
        assert buyer.check_password(PASSWORD)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", "x" * 31), ("name", None), ("name", [1]), ("name", "a\x00b"),
            ("birthday", "2000-02-30"), ("birthday", "yesterday"), ("birthday", 5),
            ("birthday", [1]), ("birthday", "99999-01-01"), ("birthday", "0000-00-00"),
            ("gender", "other"), ("gender", ""), ("gender", None), ("gender", {}),
            ("email", "nobody"), ("email", "a" * 250 + "@b.cn"), ("email", 7),
            ("mobile", "123"), ("mobile", ""), ("mobile", None), ("mobile", [MOBILE]),
        ],
    )  # fmt: skip
    def test_field_errors(self, buyer, buyer_api, field, value):
        before = UserProfile.objects.values().get()
        status, body = patch(buyer_api, **{field: value})
        assert (status, list(body)) == (400, [field])
        if field == "mobile":
            assert body == {"mobile": ["手机号码非法"]}
        assert UserProfile.objects.values().get() == before

    @pytest.mark.parametrize(
        "body", ["", "{", "[1]", '"x"', "1", "null", "[" * 100_000, '{"name": ' + "9" * 5000 + "}",
                 "\xff", "NaN"]
    )  # fmt: skip
    def test_what_is_no_object(self, buyer_api, body):
        response = buyer_api.patch(
            "/users/1/", body.encode("latin-1"), content_type="application/json"
        )
        assert response.status_code == (200 if body == "" else 400)

    @pytest.mark.parametrize(
        "charset", ["utf-16", "rot13", "hex", "zlib", "idna", "undefined", "x"]
    )
    @pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
    def test_a_strange_charset(self, buyer_api, kind, charset):
        response = buyer_api.patch(
            "/users/1/", b'{"name": "x"}', content_type=f"{kind}; charset={charset}"
        )
        assert response.status_code < 500


class TestChangingTheMobile:
    def test_with_its_code(self, api, buyer, buyer_api, send_code):
        code = send_code(OTHER_MOBILE, "change_mobile")
        status, body = patch(buyer_api, mobile=OTHER_MOBILE, code=code)
        assert (status, body) == (200, {**EMPTY, "mobile": OTHER_MOBILE})
        buyer.refresh_from_db()
        # The old number may be given to somebody else, who must be able to register.
        assert (buyer.username, buyer.mobile) == (OTHER_MOBILE, OTHER_MOBILE)
        assert send_code(MOBILE, "register")
        for username, status in [(OTHER_MOBILE, 200), (MOBILE, 400)]:
            response = api.post("/login/", {"username": username, "password": PASSWORD})
            assert response.status_code == status

    def test_the_token_lives_on(self, buyer_api, send_code):
        patch(buyer_api, mobile=OTHER_MOBILE, code=send_code(OTHER_MOBILE, "change_mobile"))
        assert buyer_api.get("/users/1/").json()["mobile"] == OTHER_MOBILE

    def test_a_chosen_username_stays(self, buyer, buyer_api, send_code):
        UserProfile.objects.update(username="xiaoman")
        patch(buyer_api, mobile=OTHER_MOBILE, code=send_code(OTHER_MOBILE, "change_mobile"))
        buyer.refresh_from_db()
        assert (buyer.username, buyer.mobile) == ("xiaoman", OTHER_MOBILE)

    def test_a_first_mobile(self, buyer, buyer_api, send_code):
        UserProfile.objects.update(username="小满", mobile=None)
        assert patch(buyer_api, mobile="", name="x") == (
            200,
            {**EMPTY, "mobile": None, "name": "x"},
        )
        code = send_code(OTHER_MOBILE, "change_mobile")
        assert patch(buyer_api, mobile=OTHER_MOBILE, code=code)[1]["mobile"] == OTHER_MOBILE

    def test_without_it(self, buyer, buyer_api, send_code):
        code = send_code(OTHER_MOBILE, "change_mobile")
        other_mobile = send_code("13700000000", "change_mobile")
        for body, text in [
            ({}, "请输入验证码"), ({"code": ""}, "请输入验证码"), ({"code": None}, "请输入验证码"),
            ({"code": "1234"}, "验证码格式错误"), ({"code": wrong(code)}, "验证码错误"),
        ]:  # fmt: skip
            answer = patch(buyer_api, mobile=OTHER_MOBILE, name="x", **body)
            assert answer == (400, {"code": [text]})
        assert patch(buyer_api, mobile=OTHER_MOBILE, code=other_mobile) == (
            400, {"code": ["验证码错误"]},
        )  # fmt: skip
        buyer.refresh_from_db()
        assert (buyer.mobile, buyer.name) == (MOBILE, "")
        assert buyer_api.get("/users/1/").json() == EMPTY

    def test_a_rival_between_our_look_and_our_update(
        self, buyer, buyer_api, send_code, monkeypatch
    ):
        code = send_code(OTHER_MOBILE, "change_mobile")
        UserProfile.objects.create_user(username="rival", mobile=OTHER_MOBILE)
        with monkeypatch.context() as patch_service:
            patch_service.setattr(
                "apps.users.services.accounts.mobile_is_taken", lambda **kwargs: False
            )
            answer = patch(buyer_api, mobile=OTHER_MOBILE, code=code, name="x")
        assert answer == (400, {"mobile": ["用户已经存在"]})
        assert buyer_api.get("/users/1/").json() == EMPTY
        assert VerifyCode.objects.get().used_time is None

    def test_somebody_elses(self, buyer, buyer_api, send_code):
        """Fault (i) of the contract: it locked its owner out."""
        code = send_code(OTHER_MOBILE, "change_mobile")
        owner = UserProfile.objects.create_user(
            username=OTHER_MOBILE, mobile=OTHER_MOBILE, password=PASSWORD
        )
        answer = patch(buyer_api, mobile=OTHER_MOBILE, code=code)
        assert answer == (400, {"mobile": ["用户已经存在"]})
        assert VerifyCode.objects.get().tries == 0
        owner.refresh_from_db()
        buyer.refresh_from_db()
        assert (owner.mobile, buyer.mobile) == (OTHER_MOBILE, MOBILE)
