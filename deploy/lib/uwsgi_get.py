"""GET from a uwsgi socket, as nginx would; exit 0 when every answer is 200.

    python3 uwsgi_get.py SOCKET HOST PATH [COUNT]

SOCKET is a path or host:port. COUNT requests are sent, some at once, so that each worker gets
some. It needs the standard library alone.
"""

import socket
import sys
from concurrent.futures import ThreadPoolExecutor

SECONDS = 30


def status(path: str, host: str, target: str) -> int:
    """Return the status of one answer; 0 when there is none."""
    variables = {
        "REQUEST_METHOD": "GET", "REQUEST_URI": target, "PATH_INFO": target, "QUERY_STRING": "",
        "SERVER_PROTOCOL": "HTTP/1.1", "SERVER_NAME": host, "SERVER_PORT": "443",
        "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": host, "HTTP_X_FORWARDED_FOR": "127.0.0.1",
        "HTTP_X_FORWARDED_PROTO": "https", "HTTP_USER_AGENT": "mxshop-deploy",
    }  # fmt: skip
    body = b"".join(
        len(word.encode()).to_bytes(2, "little") + word.encode()
        for pair in variables.items()
        for word in pair
    )
    try:
        with connected(path) as connection:
            connection.sendall(b"\0" + len(body).to_bytes(2, "little") + b"\0" + body)
            with connection.makefile("rb") as stream:
                first = stream.readline().split()
                stream.read()
    except OSError:
        return 0
    return int(first[1]) if len(first) > 1 else 0


def connected(address: str) -> socket.socket:
    host, colon, port = address.rpartition(":")
    if colon and port.isdigit():
        return socket.create_connection((host, int(port)), SECONDS)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(SECONDS)
    connection.connect(address)
    return connection


def main() -> int:
    path, host, target = sys.argv[1:4]
    count = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    with ThreadPoolExecutor(min(count, 4)) as pool:
        answers = set(pool.map(lambda _: status(path, host, target), range(count)))
    if answers != {200}:
        sys.stderr.write(f"{target}: {sorted(answers)}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
