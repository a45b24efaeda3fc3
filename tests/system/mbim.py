"""A small MBIM host for tests of the emulated modem, written from the specification: bytes in, bytes out, no library.

    with Host(fleet, "M1") as host:
        host.open()
        status, info = host.command(BASIC, 2)
"""

import os
import select
import struct
import time
import uuid

OPEN, CLOSE, COMMAND = 1, 2, 3
OPEN_DONE, CLOSE_DONE, COMMAND_DONE, FUNCTION_ERROR, INDICATE = \
    0x80000001, 0x80000002, 0x80000003, 0x80000004, 0x80000007

BASIC = uuid.UUID("a289cc33-bcbb-8b4f-b6b0-133ec2aae6df")
SMS = uuid.UUID("533fbeeb-14fe-4467-9f90-33a223e56c3f")
USSD = uuid.UUID("e550a0c8-5e82-479e-82f7-10abf4c3351f")
PHONEBOOK = uuid.UUID("4bf38476-1e6a-41db-b1d8-bed289c25bdb")
EXTENSIONS = uuid.UUID("3d01dcc5-fef5-4d05-0d3a-bef7058e9aaf")
QMI = uuid.UUID("d1a30bc2-f97a-6e43-bf65-c7e24fb0f0d3")

SECONDS = 20


class Gone(Exception):
    """The node hung up."""


class Silence(Exception):
    """Nothing came in time."""


def words(info, count, at=0):
    return struct.unpack_from(f"<{count}I", info, at)


def text(info, at):
    """The UTF-16 text behind an offset and a length."""
    offset, length = words(info, 2, at)
    return info[offset:offset + length].decode("utf-16-le")


def blob(info, at):
    offset, length = words(info, 2, at)
    return info[offset:offset + length]


def pack(fixed, *data):
    """An information buffer: `fixed` may hold ints (u32) and None, each the place of the next of `data` (bytes or str)."""
    size = sum(8 if part is None else 4 for part in fixed)
    head, tail, rest = b"", b"", list(data)
    for part in fixed:
        if part is not None:
            head += struct.pack("<I", part)
            continue
        piece = rest.pop(0)
        piece = piece.encode("utf-16-le") if isinstance(piece, str) else piece
        head += struct.pack("<II", size + len(tail) if piece else 0, len(piece))
        tail += piece + bytes(-len(piece) % 4)
    return head + tail


class Host:
    """One opener of the node of a modem. Without umockdev's preload: the node is a terminal that anybody may open."""

    def __init__(self, fleet, name, max_transfer=4096):
        self.fleet = fleet
        self.name = name
        self.max_transfer = max_transfer
        self.node = None
        self.input = b""
        self.transaction = 0
        self.parts = {}
        self.indications = []  # (service, cid, info) that came while something else was waited for

    def __enter__(self):
        path = self.fleet.wait(self.name, "hosts=0")["node"]  # what a program before it left unread is forgotten then
        self.node = os.open(self.fleet.root + path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        return self

    def __exit__(self, *_):
        os.close(self.node)

    # ---- control messages ----

    def send_raw(self, message):
        os.write(self.node, message)

    def receive_raw(self, seconds=SECONDS):
        """One control message, whole or a fragment."""
        end = time.monotonic() + seconds
        while True:
            if len(self.input) >= 12 and len(self.input) >= words(self.input, 2)[1]:
                size = words(self.input, 2)[1]
                message, self.input = self.input[:size], self.input[size:]
                return message
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.node], [], [], left)[0]:
                raise Silence(self.name)
            try:
                block = os.read(self.node, 65536)
            except OSError as error:
                raise Gone(str(error)) from error
            if not block:
                raise Gone("end of file")
            self.input += block

    def receive(self, seconds=SECONDS):
        """(type, transaction, body without fragment header) of one whole message."""
        end = time.monotonic() + seconds
        while True:
            message = self.receive_raw(max(0, end - time.monotonic()))
            kind, _, transaction = words(message, 3)
            if kind not in (COMMAND_DONE, INDICATE):
                return kind, transaction, message[12:]
            total, current = words(message, 2, 12)
            parts = self.parts.setdefault((kind, transaction), [])
            assert current == len(parts), "fragment out of sequence"
            parts.append(message[20:])
            if len(parts) == total:
                return kind, transaction, b"".join(self.parts.pop((kind, transaction)))

    def next_transaction(self):
        self.transaction += 1
        return self.transaction

    # ---- requests ----

    def open(self, seconds=SECONDS):
        """The status of OPEN_DONE; skips nothing else."""
        transaction = self.next_transaction()
        self.send_raw(struct.pack("<IIII", OPEN, 16, transaction, self.max_transfer))
        kind, answered, body = self.receive(seconds)
        assert (kind, answered) == (OPEN_DONE, transaction), (hex(kind), body)
        return words(body, 1)[0]

    def close(self):
        transaction = self.next_transaction()
        self.send_raw(struct.pack("<III", CLOSE, 12, transaction))
        while True:
            kind, answered, body = self.receive()
            if kind == CLOSE_DONE and answered == transaction:
                return words(body, 1)[0]

    def send(self, service, cid, is_set=False, info=b""):
        transaction = self.next_transaction()
        body = service.bytes + struct.pack("<III", cid, is_set, len(info)) + info
        self.send_raw(struct.pack("<IIIII", COMMAND, 20 + len(body), transaction, 1, 0) + body)
        return transaction

    def answer(self, transaction, seconds=SECONDS):
        """(status, info) of a command that was sent."""
        end = time.monotonic() + seconds
        while True:
            kind, answered, body = self.receive(max(0, end - time.monotonic()))
            if kind == INDICATE:
                self.indications.append(self.parse_indication(body))
            elif kind == COMMAND_DONE and answered == transaction:
                status, length = words(body, 2, 20)
                assert len(body) == 28 + length
                return status, body[28:]
            else:
                assert kind == COMMAND_DONE, f"{kind:x} {body.hex()}"

    def command(self, service, cid, is_set=False, info=b"", seconds=SECONDS):
        return self.answer(self.send(service, cid, is_set, info), seconds)

    @staticmethod
    def parse_indication(body):
        cid, length = words(body, 2, 16)
        assert len(body) == 24 + length
        return uuid.UUID(bytes=body[:16]), cid, body[24:]

    def indication(self, service, cid, seconds=SECONDS):
        """The information of the next indication of that kind."""
        end = time.monotonic() + seconds
        while True:
            for i, (of, which, info) in enumerate(self.indications):
                if (of, which) == (service, cid):
                    del self.indications[i]
                    return info
            kind, _, body = self.receive(max(0, end - time.monotonic()))
            if kind == INDICATE:
                self.indications.append(self.parse_indication(body))

    # ---- what the tests ask for ----

    def ready(self):
        """(state, IMSI, ICCID, numbers)"""
        status, info = self.command(BASIC, 2)
        assert status == 0, status
        count = words(info, 1, 24)[0]
        return words(info, 1)[0], text(info, 4), text(info, 12), [text(info, 28 + 8 * i) for i in range(count)]

    def pin(self, operation=None, pin="", new_pin="", kind=2):
        """(status, type, state, attempts left), None where there is no data."""
        if operation is None:
            status, info = self.command(BASIC, 4)
        else:
            status, info = self.command(BASIC, 4, True, pack((kind, operation, None, None), pin, new_pin))
        return (status, *(words(info, 3) if info else (None, None, None)))

    def ussd(self, typed, action=0, seconds=SECONDS):
        """(status, response, session, scheme, payload)"""
        payload = septets(typed) if typed else b""
        return self.ussd_answer(self.send(USSD, 1, True, pack((action, 0x0f, None), payload)), seconds)

    def ussd_answer(self, transaction, seconds=SECONDS):
        status, info = self.answer(transaction, seconds)
        return (status, *ussd_parts(info)) if info else (status,)


def ussd_parts(info):
    return (*words(info, 3), blob(info, 12))


def packed(typed):
    """ASCII letters, digits and signs that the 7-bit alphabet has in the same place, packed."""
    number = sum(unit << (7 * i) for i, unit in enumerate(typed.encode("ascii")))
    return number.to_bytes((len(typed) * 7 + 7) // 8, "little")


def septets(typed):
    """The same with the padding of seven spare bits that USSD has."""
    return packed(typed + "\r" if len(typed) % 8 == 7 else typed)
