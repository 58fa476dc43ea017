"""How fast runners close expired orders: ``python -m bench sweeping [--orders N] [--runners N]``.

Makes a shop with N expired orders on MariaDB, a gateway that takes 150 ms for each answer, and
runs ``manage.py run_jobs --once`` as often at once as there are runners. It prints the orders
closed, the wall time, and how many calls the gateway got. ``--project`` measures another
checkout the same way.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from extra_apps.alipay_sandbox.signing import sign

PROJECT = Path(__file__).parents[1]
DATABASE = "bench_mxshop_sweeping"
SERVER = os.environ.get("BENCH_MYSQL_URL", "mysql://root@127.0.0.1:3306")

MAKE_DATABASE = f"""
import MySQLdb, urllib.parse
url = urllib.parse.urlsplit({SERVER!r})
db = MySQLdb.connect(host=url.hostname, port=url.port or 3306, user=url.username,
                     password=url.password or "")
db.cursor().execute("DROP DATABASE IF EXISTS {DATABASE}")
%s
"""
CREATE = f'db.cursor().execute("CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4")'

MAKE_ORDERS = """
from datetime import timedelta
from django.utils import timezone
from apps.goods.tests.factories import make_category, make_goods
from apps.trade.models import OrderInfo
from apps.trade.services.carts import cart_add
from apps.trade.services.checkout import order_create
from apps.trade.services.destinations import Destination
from apps.users.models import UserProfile
goods = make_goods(make_category(), stock={orders}, shop_price="1.00")
for number in range({orders}):
    buyer = UserProfile.objects.create_user(f"139{{number:08}}")
    cart_add(user_id=buyer.pk, goods_id=goods.pk, nums=1)
    order_create(user_id=buyer.pk, destination=Destination("1", "2", "13900000000"))
OrderInfo.objects.update(expires_at=timezone.now() - timedelta(minutes=5))
"""


class Gateway(ThreadingHTTPServer):
    """Knows of no trade, and takes its time to say so."""

    request_queue_size = 128
    daemon_threads = True

    def __init__(self, seconds: float) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seconds = seconds
        self.private_key = ""
        self.asked: Counter[str] = Counter()
        self.lock = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        with self.server.lock:
            self.server.asked[json.loads(form["biz_content"][0])["out_trade_no"]] += 1
        time.sleep(self.server.seconds)
        answer = json.dumps({"code": "40004", "msg": "x", "sub_code": "ACQ.TRADE_NOT_EXIST"})
        signature = sign(answer, private_key=self.server.private_key)
        node = form["method"][0].replace(".", "_") + "_response"
        body = f'{{"{node}":{answer},"sign":"{signature}"}}'.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


def measure(*, orders: int, runners: int, seconds: float, project: Path) -> str:
    python = str(PROJECT / ".venv" / "bin" / "python")
    subprocess.run([python, "-c", MAKE_DATABASE % CREATE], check=True)
    gateway = Gateway(seconds)
    threading.Thread(target=gateway.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "DEBUG": "true",
            "VAR_DIR": folder,
            "DATABASE_URL": f"{SERVER}/{DATABASE}",
            "SITE_URL": f"http://127.0.0.1:{gateway.server_port}",
            "REDIS_URL": "",
        }

        def manage(*arguments: str) -> subprocess.Popen[str]:
            return subprocess.Popen(
                [python, "manage.py", *arguments], cwd=project, env=environment, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )  # fmt: skip

        for arguments in (
            ("migrate", "--noinput", "-v0"),
            ("shell", "-c", MAKE_ORDERS.format(orders=orders)),
        ):
            done = manage(*arguments)
            _out, error = done.communicate()
            if done.returncode:
                raise SystemExit(error[-2000:])
        gateway.private_key = (Path(folder) / "alipay" / "gateway.pem").read_text()
        logs = [
            run.communicate()[1] for run in [manage("run_jobs", "--once") for _ in range(runners)]
        ]
    lines = [line for log in logs for line in log.splitlines() if "close_expired_orders" in line]
    closing = max(float(line.rpartition("(")[2].split()[0]) for line in lines)
    subprocess.run([python, "-c", MAKE_DATABASE % ""], check=True)
    return (
        f"{orders} orders, {runners} runner(s), {seconds * 1000:.0f} ms: closed in {closing:.1f} s,"
        f" {orders / closing:.1f} a second, {gateway.asked.total()} calls of the gateway"
        f" for {len(gateway.asked)} orders\n" + "\n".join(f"  {line}" for line in lines)
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench sweeping")
    parser.add_argument("--orders", type=int, default=60)
    parser.add_argument("--runners", type=int, default=1)
    parser.add_argument("--gateway", type=float, default=0.15, metavar="SECONDS")
    parser.add_argument("--project", type=Path, default=PROJECT)
    args = parser.parse_args()
    found = measure(
        orders=args.orders, runners=args.runners, seconds=args.gateway, project=args.project
    )
    sys.stdout.write(found + "\n")


if __name__ == "__main__":
    main()
