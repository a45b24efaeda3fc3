"""Clients that mean harm, or are broken: every listener of the daemon has every guard, others are answered meanwhile, and memory stays flat.

Each attack runs beside a watcher, an ordinary client that asks without end: none of its answers may fail or take long. To add a
listener: a row in LISTENERS.
"""

import contextlib
import json
import os
import re
import select
import socket
import threading
import time

import pytest

from daemon import Daemon

HEAD_SECONDS = 10        # HEAD_S of daemon/api/api.c: from the connection to the end of the first head
CONNECTIONS_MAX = 200
STREAMS_MAX = 100
ANSWER_SECONDS = 5.0     # what a normal client waits at most, on a busy machine: the deadlines of the attacks are longer
GROWTH_KIB = 16 * 1024   # of the daemon's memory, at most; libmicrohttpd gives 32 KiB to a connection
SANITIZED = bool(os.environ.get("SAN"))  # quarantined memory only grows there

# Listeners of the daemon: name -> opens a bare connection.
LISTENERS = {
    "admin socket": lambda daemon: daemon.raw(),
}


@pytest.fixture(scope="module")
def daemon():
    with Daemon() as running:
        for number in range(3):
            running.post("/v1/persons", {"name": f"Bo Petit {number}"})
        yield running


@pytest.fixture(params=LISTENERS)
def dial(request, daemon):
    """Opens connections to one listener."""
    return lambda: LISTENERS[request.param](daemon)


def resident_kib(daemon):
    with open(f"/proc/{daemon.process.pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1])


def descriptors(daemon):
    return len(os.listdir(f"/proc/{daemon.process.pid}/fd"))


@contextlib.contextmanager
def others_are_served(daemon):
    """An ordinary client on a connection of its own, while the block runs; and what the attack may cost.

    It is connected before the attack begins: who comes once all places are taken waits for one, as any service makes people wait."""
    is_over, slowest, faults = threading.Event(), [0.0], []
    link = daemon.connection()
    link.request("GET", "/healthz")
    assert link.getresponse().read()

    def ask():
        while not is_over.is_set():
            began = time.monotonic()
            try:
                link.request("GET", "/v1/persons?limit=2")
                answer = link.getresponse()
                if answer.status != 200 or len(json.loads(answer.read())["items"]) != 2:
                    faults.append(answer.status)
            except OSError as fault:
                faults.append(fault)
                link.close()
            slowest[0] = max(slowest[0], time.monotonic() - began)
            is_over.wait(0.02)
        link.close()

    memory, files = resident_kib(daemon), descriptors(daemon)
    watcher = threading.Thread(target=ask)
    watcher.start()
    try:
        yield
    finally:
        is_over.set()
        watcher.join()
    assert not faults
    assert slowest[0] < ANSWER_SECONDS
    assert SANITIZED or resident_kib(daemon) < memory + GROWTH_KIB
    deadline = time.monotonic() + 30
    while descriptors(daemon) > files and time.monotonic() < deadline:
        select.select([], [], [], 0.05)
    assert descriptors(daemon) <= files, "connections of the attack are still open"


def read_all(link):
    """To the end, or to the reset that is one too."""
    answer = b""
    with contextlib.suppress(ConnectionResetError):
        while part := link.recv(65536):
            answer += part
    return answer


def send_what_goes(link, data):
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        link.sendall(data)


def statuses(answer):
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


def is_closed(link):
    """Did the daemon end it? Looked at, not waited for."""
    readable, _, _ = select.select([link], [], [], 0)
    if not readable:
        return False
    try:
        return link.recv(4096) == b""
    except OSError:
        return True


# ---- slow ----

# What is sent at first, then byte by byte, without an end.
SLOW = {
    "request line": (b"GET /healthz", b"x"),
    "headers": (b"GET /healthz HTTP/1.1\r\nHost: t\r\nX: ", b"x"),
    "many headers": (b"GET /healthz HTTP/1.1\r\nHost: t\r\n", b"X: y\r\n"),
    "empty lines": (b"", b"\r\n"),
    "nothing": (b"", b""),
}


def test_slow_heads_are_cut_within_their_deadline(daemon, dial):
    """Each byte comes within the time-out for inactivity, which would never end."""
    began = time.monotonic()
    with others_are_served(daemon), contextlib.ExitStack() as stack:
        alive = {}
        for first, then in SLOW.values():
            for _ in range(20):
                link = stack.enter_context(contextlib.closing(dial()))
                link.sendall(first)
                alive[link] = then
        while alive and time.monotonic() < began + 3 * HEAD_SECONDS:
            for link, then in list(alive.items()):
                send_what_goes(link, then)
                if is_closed(link):
                    del alive[link]
            select.select([], [], [], 0.2)
        assert not alive
        assert time.monotonic() - began >= HEAD_SECONDS - 1


def test_a_slow_head_after_a_good_request_is_cut(daemon, dial):
    with others_are_served(daemon), contextlib.closing(dial()) as link:
        link.sendall(b"GET /healthz HTTP/1.1\r\nHost: t\r\n\r\n")
        assert statuses(link.recv(65536)) == [200]
        began = time.monotonic()
        while not is_closed(link):
            assert time.monotonic() < began + 60
            send_what_goes(link, b"G")
            select.select([], [], [], 0.5)


# ---- large ----

def test_an_announced_body_that_is_too_large_is_refused_at_once(daemon, dial):
    with others_are_served(daemon):
        for length in (b"1048577", b"9999999999", b"18446744073709551615", b"99999999999999999999", b"-1", b"+5", b"0x10", b"1 1", b""):
            with contextlib.closing(dial()) as link:
                link.sendall(b"POST /v1/persons HTTP/1.1\r\nHost: t\r\nContent-Length: " + length + b"\r\n\r\n")
                link.shutdown(socket.SHUT_WR)
                found = statuses(read_all(link))
                assert all(status in (400, 413) for status in found), (length, found)


def test_a_body_without_end_is_cut(daemon, dial):
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    with others_are_served(daemon):
        for _ in range(5):
            with contextlib.closing(dial()) as link:
                link.sendall(b"POST /v1/persons HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n")
                for _ in range(64):
                    send_what_goes(link, chunk)
                assert statuses(read_all(link)) in ([], [413])


def test_a_flood_of_headers_is_refused(daemon, dial):
    floods = (b"X-Filler: abcdefgh\r\n" * 20000, b"X: " + b"y" * 400000, b"A" * 400000, b"X:\r\n" * 100000,
              b"X: y\r\n continued\r\n" * 20000)
    with others_are_served(daemon):
        for flood in floods:
            with contextlib.closing(dial()) as link:
                send_what_goes(link, b"GET /healthz HTTP/1.1\r\nHost: t\r\n" + flood)
                assert statuses(read_all(link)) in ([431], [400], [413], []), flood[:20]
        with contextlib.closing(dial()) as link:  # a path without end
            send_what_goes(link, b"GET /" + b"a" * 400000)
            assert statuses(read_all(link)) in ([414], [431], [400], [])


# ---- framing ----

SECOND = b"GET /healthz HTTP/1.1\r\nHost: t\r\n\r\n"
POST = b"POST /v1/persons HTTP/1.1\r\n"
CHUNKED = POST + b"Host: t\r\nTransfer-Encoding: chunked\r\n"
FRAMINGS = {
    "two hosts": b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "the same host twice": b"GET /healthz HTTP/1.1\r\nHost: a\r\nhOST: a\r\n\r\n",
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "two lengths": POST + b"Host: t\r\nContent-Length: 2\r\nContent-Length: 36\r\n\r\n{}",
    "the same length twice": POST + b"Host: t\r\nContent-Length: 2\r\ncontent-length: 2\r\n\r\n{}",
    "a list of lengths": POST + b"Host: t\r\nContent-Length: 2, 2\r\n\r\n{}",
    "length and chunks": POST + b"Host: t\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and length": POST + b"Host: t\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "another coding": POST + b"Host: t\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n",
    "two codings": POST + b"Host: t\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "chunked twice": CHUNKED + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunked spelled oddly": POST + b"Host: t\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunk size of letters": CHUNKED + b"\r\nzz\r\n{}\r\n0\r\n\r\n",
    "negative chunk": CHUNKED + b"\r\n-1\r\n{}\r\n0\r\n\r\n",
    "endless chunk size": CHUNKED + b"\r\n" + b"f" * 40 + b"\r\n{}\r\n0\r\n\r\n",
    "chunk longer than said": CHUNKED + b"\r\n1\r\n{}\r\n0\r\n\r\n",
    "no method": b"/healthz HTTP/1.1\r\nHost: t\r\n\r\n",
    "space before the colon": b"GET /healthz HTTP/1.1\r\nHost : t\r\n\r\n",
    "TLS hello": bytes.fromhex("16030100c8010000c40303") + b"\x11" * 190 + b"\r\n\r\n",
}


@pytest.mark.parametrize("name", FRAMINGS)
def test_what_two_readers_could_frame_differently_is_refused_and_nothing_after_it_is_heard(daemon, dial, name):
    before = daemon.get("/v1/journal/verify")
    with others_are_served(daemon), contextlib.closing(dial()) as link:
        send_what_goes(link, FRAMINGS[name] + SECOND)
        with contextlib.suppress(OSError):
            link.shutdown(socket.SHUT_WR)
        answer = read_all(link)
    # libmicrohttpd refuses some by itself, and says so twice: once is for what follows
    assert all(status in (400, 413) for status in statuses(answer)), (name, answer)
    assert daemon.get("/v1/journal/verify") == before


def test_other_versions_of_http_do_no_harm(daemon, dial):
    with others_are_served(daemon):
        for line in (b"GET /healthz\r\n\r\n", b"GET /healthz HTTP/0.9\r\n\r\n", b"GET /healthz HTTP/2.0\r\nHost: t\r\n\r\n",
                     b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET /healthz HTTP/1.0\r\n\r\n", b"GET http://t/healthz HTTP/1.1\r\nHost: t\r\n\r\n",
                     b"CONNECT t:80 HTTP/1.1\r\nHost: t\r\n\r\n", b"OPTIONS * HTTP/1.1\r\nHost: t\r\n\r\n", b"TRACE / HTTP/1.1\r\nHost: t\r\n\r\n"):
            with contextlib.closing(dial()) as link:
                send_what_goes(link, line)
                with contextlib.suppress(OSError):
                    link.shutdown(socket.SHUT_WR)
                assert all(400 <= status < 600 for status in statuses(read_all(link))), line


def test_bytes_before_a_request_are_refused_or_ignored(daemon, dial):
    """libmicrohttpd takes a line that begins with a zero byte for an empty one; the proxy in front of a desk refuses it."""
    before = daemon.get("/v1/journal/verify")
    with others_are_served(daemon):
        for noise in (b"\0" * 200, b"\r\n" * 10, b"\xff" * 100, b" " * 100):
            with contextlib.closing(dial()) as link:
                send_what_goes(link, noise + b"\r\n\r\n" + SECOND)
                with contextlib.suppress(OSError):
                    link.shutdown(socket.SHUT_WR)
                assert statuses(read_all(link)) in ([200], [400], []), noise
    assert daemon.get("/v1/journal/verify") == before


def test_requests_in_one_packet_are_answered_in_order(daemon, dial):
    with others_are_served(daemon), contextlib.closing(dial()) as link:
        paths = [b"/healthz", b"/v1/persons?limit=1", b"/v1/objects/PBBBBBBB", b"/healthz", b"/v1/items"] * 20
        last = b"GET /healthz HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n"
        link.sendall(b"".join(b"GET " + path + b" HTTP/1.1\r\nHost: t\r\n\r\n" for path in paths) + last)
        assert statuses(read_all(link)) == [200, 200, 400, 200, 200] * 20 + [200]


def test_a_flood_of_requests_whose_answers_nobody_reads_costs_nothing(daemon, dial):
    with others_are_served(daemon), contextlib.closing(dial()) as link:
        link.setblocking(False)
        deadline = time.monotonic() + 20
        sent = 0
        while sent < 64 << 20 and time.monotonic() < deadline:
            _, writable, _ = select.select([], [link], [], 1)
            if not writable:
                break  # it does not read on while its answers wait
            with contextlib.suppress(BlockingIOError):
                sent += link.send(SECOND * 1000)
        assert sent < 64 << 20


# ---- idle, half closed, gone ----

def test_more_idle_connections_than_there_are_places(daemon, dial):
    """They are let go after their deadline; the ordinary client, who came first, is served all the time."""
    with others_are_served(daemon), contextlib.ExitStack() as stack:
        links = []
        for _ in range(CONNECTIONS_MAX + 50):
            links.append(stack.enter_context(contextlib.closing(dial())))
        began = time.monotonic()
        alive = set(links)
        while alive and time.monotonic() < began + 4 * HEAD_SECONDS:
            readable, _, _ = select.select(list(alive), [], [], 1)
            alive -= {link for link in readable if is_closed(link)}
        assert not alive
        with contextlib.closing(dial()) as fresh:  # there is room again
            fresh.sendall(SECOND)
            assert statuses(fresh.recv(65536)) == [200]


def test_half_closed_connections_are_answered_and_closed(daemon, dial):
    with others_are_served(daemon):
        for data, expected in ((SECOND, [200]), (b"", []), (b"GET /hea", []), (POST + b"Host: t\r\nContent-Length: 10\r\n\r\n{", [])):
            links = [dial() for _ in range(20)]
            for link in links:
                link.sendall(data)
                link.shutdown(socket.SHUT_WR)
            for link in links:
                assert statuses(read_all(link)) in (expected, [400] if not expected else expected)
                link.close()


def test_clients_that_hang_up_at_once_or_in_the_middle_leave_nothing(daemon, dial):
    pieces = (b"", b"G", SECOND[:-1], SECOND, POST + b"Host: t\r\nContent-Length: 500\r\n\r\n{",
              b"POST /v1/restore HTTP/1.1\r\nHost: t\r\nContent-Length: 500000\r\n\r\n" + b"x" * 1000,
              b"GET /v1/journal/verify HTTP/1.1\r\nHost: t\r\n\r\n", b"GET /v1/backup HTTP/1.1\r\nHost: t\r\n\r\n")
    with others_are_served(daemon):
        for _ in range(20):
            for piece in pieces:
                with contextlib.closing(dial()) as link:
                    link.sendall(piece)
    assert not [name for name in os.listdir(daemon.state_dir) if name.startswith(("upload", "backup"))]


# ---- streams ----

def test_a_reader_of_news_who_never_reads_is_dropped(daemon, dial):
    with others_are_served(daemon), contextlib.closing(dial()) as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        lazy.sendall(b"GET /v1/events HTTP/1.1\r\nHost: t\r\n\r\n")
        deadline = time.monotonic() + 120
        made = 0
        link = daemon.connection()
        while made < 20000 and time.monotonic() < deadline and not hung_up(lazy):
            link.request("POST", "/v1/persons", json.dumps({"name": f"News {made}"}).encode())
            assert link.getresponse().read()
            made += 1
        link.close()
        assert hung_up(lazy), f"still there after {made} news"


def hung_up(link):
    """Did the other end leave? What it had sent before stays unread."""
    poll = select.poll()
    poll.register(link, select.POLLRDHUP)
    return bool(poll.poll(0))


def test_more_readers_of_news_than_there_are_places(daemon, dial):
    with others_are_served(daemon), contextlib.ExitStack() as stack:
        answers = []
        for _ in range(STREAMS_MAX + 5):
            link = stack.enter_context(contextlib.closing(dial()))
            link.sendall(b"GET /v1/events HTTP/1.1\r\nHost: t\r\n\r\n")
            answers.append(statuses(link.recv(4096))[0])
        assert answers == [200] * STREAMS_MAX + [503] * 5


def test_the_daemon_still_stops_in_good_order():
    with Daemon() as daemon, contextlib.ExitStack() as stack:
        for data in (b"", b"GET /", SECOND, b"GET /v1/events HTTP/1.1\r\nHost: t\r\n\r\n", POST + b"Host: t\r\nContent-Length: 9\r\n\r\n{"):
            link = stack.enter_context(contextlib.closing(daemon.raw()))
            link.sendall(data)
        daemon.get("/healthz")
        daemon.stop()
