"""A name server for 127.0.0.1, as small as the tests need it: A, AAAA and SRV (RFC 1035, RFC 2782)."""
import socket
import struct
import threading

A, AAAA, SRV = 1, 28, 33


class NameServer:
    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.socket.getsockname()[1]
        # By name and type: addresses, or (port, target); nothing: NXDOMAIN.
        self.records = {}
        self.fails = False
        self.asked = 0
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            question, client = self.socket.recvfrom(512)
            self.asked += 1
            name, place = [], 12
            while question[place]:
                name.append(question[place + 1:place + 1 + question[place]].decode())
                place += 1 + question[place]
            kind = struct.unpack(">H", question[place + 1:place + 3])[0]
            end = place + 5
            records = self.records.get((".".join(name), kind), [])
            known = any(key[0] == ".".join(name) for key in self.records)
            code = 2 if self.fails else 0 if known else 3
            if self.fails:
                records = []
            answer = question[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, len(records), 0, 0) + question[12:end]
            for record in records:
                data = socket.inet_aton(record) if kind == A else \
                    struct.pack(">HHH", 0, 0, record[0]) + self.encoded(record[1])
                # One second to live.
                answer += struct.pack(">HHHIH", 0xC00C, kind, 1, 1, len(data)) + data
            self.socket.sendto(answer, client)

    @staticmethod
    def encoded(name):
        return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
