#!/usr/bin/python3
"""libmbim as a host of the emulated modem, for what mbimcli has no command for: USSD, SMS, indications, MBIMEx v3.

    libmbim_host.py NODE [v3]

Reads operations from its input, a line each, and prints a line of JSON for each: ready, caps, ussd ACTION HEX, read, delete,
store, wait SERVICE CID. Run it with umockdev's environment.
"""

import json
import sys

import gi

gi.require_version("Mbim", "1.0")
from gi.repository import Gio, GLib, Mbim  # noqa: E402

SECONDS = 20


class Host:
    def __init__(self, node, is_v3):
        self.loop = GLib.MainLoop()
        self.result = None
        self.indications = []
        self.awaited = None
        self.device = self.call(Mbim.Device.new, Gio.File.new_for_path(node), finish=Mbim.Device.new_finish)
        self.device.connect("device-indicate-status", self.on_indication)
        flags = Mbim.DeviceOpenFlags.MS_MBIMEX_V3 if is_v3 else Mbim.DeviceOpenFlags.NONE
        self.call(self.device.open_full, flags, SECONDS, finish=self.device.open_full_finish)

    def call(self, start, *arguments, finish):
        """An asynchronous call, waited for."""
        def done(_, result):
            try:
                self.result = finish(result)
            except GLib.Error as error:
                self.result = error
            self.loop.quit()
        start(*arguments, None, done)
        self.loop.run()
        if isinstance(self.result, GLib.Error):
            raise self.result
        return self.result

    def on_indication(self, _, message):
        self.indications.append(message)
        if self.awaited is not None:
            self.loop.quit()

    def run(self, request, parse=None):
        """[status, what `parse` makes of the answer]"""
        answer = self.call(self.device.command, request, SECONDS, finish=self.device.command_finish)
        status = int(answer.command_done_get_status_code())
        return [status, parse(answer) if parse is not None and status == 0 else None]

    def ready(self):
        if self.device.check_ms_mbimex_version(3, 0):
            return self.run(Mbim.Message.subscriber_ready_status_query_new(), lambda answer: self.plain(
                answer.ms_basic_connect_v3_subscriber_ready_status_response_parse()))
        return self.run(Mbim.Message.subscriber_ready_status_query_new(),
                        lambda answer: self.plain(answer.subscriber_ready_status_response_parse()))

    def caps(self):
        return self.run(Mbim.Message.device_caps_query_new(), lambda answer: self.plain(answer.device_caps_response_parse()))

    def ussd(self, action, payload=""):
        request = Mbim.Message.ussd_set_new(Mbim.UssdAction(int(action)), 0x0f, bytes.fromhex(payload))
        return self.run(request, lambda answer: self.plain(answer.ussd_response_parse()))

    def read(self):
        """The messages as libmbim prints them: its binding for Python has no arrays of structures."""
        return self.run(Mbim.Message.sms_read_query_new(Mbim.SmsFormat.PDU, Mbim.SmsFlag.ALL, 0),
                        lambda answer: answer.get_printable_full(1, 0, "", False))

    def store(self):
        return self.run(Mbim.Message.sms_message_store_status_query_new(),
                        lambda answer: self.plain(answer.sms_message_store_status_response_parse()))

    def delete(self):
        return self.run(Mbim.Message.sms_delete_set_new(Mbim.SmsFlag.ALL, 0))

    def wait(self, service, cid):
        self.awaited = (int(service), int(cid))
        while True:
            for message in self.indications:
                if (int(message.indicate_status_get_service()), message.indicate_status_get_cid()) == self.awaited:
                    self.indications.remove(message)
                    self.awaited = None
                    return self.parse_indication(message)
            self.loop.run()

    def parse_indication(self, message):
        service, cid = int(message.indicate_status_get_service()), message.indicate_status_get_cid()
        if service == Mbim.Service.USSD:
            return self.plain(message.ussd_notification_parse())
        if service == Mbim.Service.SMS and cid == 5:
            return self.plain(message.sms_message_store_status_notification_parse())
        if service == Mbim.Service.BASIC_CONNECT and cid == 2:
            if self.device.check_ms_mbimex_version(3, 0):
                return self.plain(message.ms_basic_connect_v3_subscriber_ready_status_notification_parse())
            return self.plain(message.subscriber_ready_status_notification_parse())
        return None

    @staticmethod
    def plain(values):
        """What a parser returns, as JSON can say it; the first value says only that it worked."""
        def one(value):
            if isinstance(value, (bytes, bytearray)):
                return bytes(value).hex()
            if isinstance(value, (str, type(None))):
                return value
            if isinstance(value, (list, tuple)):
                return [one(part) for part in value]
            return int(value)
        return [one(value) for value in values[1:]]

    def obey(self, operation):
        name, *words = operation.split()
        return getattr(self, name)(*words)


def main():
    host = Host(sys.argv[1], sys.argv[2:] == ["v3"])
    print("open", flush=True)
    for line in sys.stdin:
        print(json.dumps(host.obey(line)), flush=True)
    host.call(host.device.close, SECONDS, finish=host.device.close_finish)


main()
