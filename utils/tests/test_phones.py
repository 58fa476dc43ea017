"""Which User-Agents are those of phones. As the browsers sent them, in 2014 to 2026."""

import pytest

from utils.api.phones import is_phone

pytestmark = pytest.mark.one_database

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
CHROME = f"{WEBKIT} Chrome/139.0.0.0 Safari/537.36"
IOS = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
PHONES = {
    "iPhone, Safari": f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) {IOS} Version/18.5 "
    "Mobile/15E148 Safari/604.1",
    "iPod": f"Mozilla/5.0 (iPod touch; CPU iPhone OS 12_5 like Mac OS X) {IOS} Mobile/15E148",
    "iPhone, WeChat": f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) {IOS} Mobile/15E148 "
    "MicroMessenger/8.0.49(0x18003129) NetType/WIFI Language/zh_CN",
    "iPhone, Alipay": f"Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X) {IOS} Mobile/20A362 "
    "NebulaSDK/1.8.100112 AlipayClient/10.3.80 Language/zh-Hans",
    "Android, Chrome": f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/139.0.0.0 Mobile "
    "Safari/537.36",
    "Android, Firefox": "Mozilla/5.0 (Android 15; Mobile; rv:141.0) Gecko/141.0 Firefox/141.0",
    "Android, WeChat": f"Mozilla/5.0 (Linux; Android 13; V2055A Build/TP1A; wv) {WEBKIT} "
    "Version/4.0 "
    "Chrome/116.0.0.0 Mobile Safari/537.36 MMWEBID/1 MicroMessenger/8.0.49.2600(0x28003137) "
    "WeChat/arm64",
    "Android, UC": f"Mozilla/5.0 (Linux; U; Android 12; zh-CN; M2012K11AC) {WEBKIT} Version/4.0 "
    "Chrome/100.0.4896.58 UCBrowser/15.5.6 Mobile Safari/537.36",
    "HarmonyOS 4": "Mozilla/5.0 (Linux; Android 12; HarmonyOS; ALN-AL00; HMSCore 6.13.0.302) "
    f"{WEBKIT} Chrome/99.0.4844.88 HuaweiBrowser/14.0.5.303 Mobile Safari/537.36",
    "HarmonyOS 5": f"Mozilla/5.0 (Phone; OpenHarmony 5.0) {WEBKIT} Chrome/114.0.0.0 Safari/537.36 "
    "ArkWeb/4.1.6.1 Mobile HuaweiBrowser/5.0.4.300",
    "HarmonyOS 5, no Mobile": f"Mozilla/5.0 (Phone; OpenHarmony 5.0) {WEBKIT} Chrome/114.0.0.0",
    "Windows Phone 10": "Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft; Lumia 950) "
    f"{WEBKIT} Chrome/52.0.2743.116 Mobile Safari/537.36 Edge/15.15063",
    "Windows Phone 7": "Mozilla/4.0 (compatible; MSIE 7.0; Windows Phone OS 7.0; IEMobile/7.0; "
    "HTC)",
    "Opera Mini": "Opera/9.80 (J2ME/MIDP; Opera Mini/9.80/37.9178; U; en) Presto/2.12 "
    "Version/12.16",
    "BlackBerry": "Mozilla/5.0 (BB10; Touch) AppleWebKit/537.10+ Version/10.0 Mobile "
    "Safari/537.10+",
    "KaiOS": "Mozilla/5.0 (Mobile; Nokia_8110_4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5",
}
COMPUTERS = {
    "none": "",
    "nonsense": "\x00中文 " * 2000,
    "Windows, Chrome": f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME}",
    "Windows, WeChat": f"Mozilla/5.0 (Windows NT 10.0; WOW64) {WEBKIT} Chrome/116.0 Safari/537.36 "
    "NetType/WIFI MicroMessenger/7.0.20.1781 WindowsWechat(0x63090c11) XWEB/11275",
    "Windows, touch": "Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Touch; Tablet PC 2.0)",
    "Mac, Safari": f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {IOS} Version/18 "
    "Safari/605.1.15",
    "Mac, WeChat": f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {IOS} MicroMessenger/6.8.0 "
    "MacWechat/3.8.7",
    "Linux": f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/139.0 Safari/537.36",
    "Chromebook": f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {CHROME}",
    "iPad": f"Mozilla/5.0 (iPad; CPU OS 12_2 like Mac OS X) {IOS} Version/12.1 Mobile/15E148 "
    "Safari/604",
    "iPad, WeChat": f"Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) {IOS} Mobile/15E148 "
    "MicroMessenger/8.0.49",
    "iPad, page of an app": f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_6) {IOS} Mobile/15E148",
    "Android tablet": f"Mozilla/5.0 (Linux; Android 14; SM-X710) {CHROME}",
    "Android tablet, Firefox": "Mozilla/5.0 (Android 14; Tablet; rv:141.0) Gecko/141 Firefox/141.0",
    "Kindle Fire": f"Mozilla/5.0 (Linux; Android 9; KFMUWI) {WEBKIT} Silk/108.4 Mobile "
    "Safari/537.36",
    "HarmonyOS 4 tablet": f"Mozilla/5.0 (Linux; Android 12; HarmonyOS; DBY-W09) {WEBKIT} "
    "Chrome/99.0 "
    "HuaweiBrowser/14.0.5 Safari/537.36",
    "HarmonyOS 5 tablet": f"Mozilla/5.0 (Tablet; OpenHarmony 5.0) {WEBKIT} ArkWeb/4.1.6.1 Mobile",
    "HarmonyOS 5 computer": f"Mozilla/5.0 (PC; OpenHarmony 5.0) {WEBKIT} Chrome/114 ArkWeb/4.1.6.1",
    "television": f"Mozilla/5.0 (Linux; Android 9; Smart TV) {WEBKIT} Chrome/87.0 Safari/537.36",
    "curl": "curl/8.5.0",
    "a program": "okhttp/4.12.0",
}


@pytest.mark.parametrize("name", PHONES)
def test_a_phone(name: str) -> None:
    assert is_phone(PHONES[name])


@pytest.mark.parametrize("name", COMPUTERS)
def test_no_phone(name: str) -> None:
    assert not is_phone(COMPUTERS[name])
