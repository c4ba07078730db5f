"""Upstreams whose behaviour a scenario changes while they serve."""
import http.server
import socket
import socketserver
import ssl
import struct
import threading

import h2.config
import h2.connection
import h2.errors
import h2.events


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, handler, port, context, host):
        super().__init__((host, port), handler)
        self.context = context
        self.port = self.server_address[1]
        self.address = f"{host}:{self.port}"
        self.health = 200
        self.served = 0
        self.probes = 0
        self.connections = 0
        self.open = set()
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def get_request(self):
        client, address = super().get_request()
        with self.lock:
            self.connections += 1
            self.open.add(client)
        return client, address

    def handle_error(self, request, client_address):
        pass

    def kill(self):
        """As a process that is killed: no listener, and every connection reset."""
        self.shutdown()
        self.server_close()
        with self.lock:
            for client in self.open:
                try:
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    client.shutdown(socket.SHUT_RDWR)
                    client.close()
                except OSError:
                    pass


class HTTP1(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        if self.server.context:
            self.request = self.server.context.wrap_socket(self.request, server_side=True)
            self.server.certificates.append(self.request.getpeercert())
        super().setup()

    def log_message(self, *_):
        pass

    def do_GET(self):
        length = int(self.headers.get("content-length", 0))
        self.rfile.read(length)
        if self.path == "/healthz":
            self.server.probes += 1
            return self.answer(self.server.health, b"")
        with self.server.lock:
            self.server.served += 1
        if self.path == "/host":
            return self.answer(200, self.headers["host"].encode())
        if self.path == "/hang":
            self.server.hanging.set()
            self.server.release.wait(20)
        if self.path == "/half":
            self.send_response(200)
            self.send_header("content-length", "1000")
            self.end_headers()
            self.wfile.write(b"x" * 10)
            self.wfile.flush()
            self.server.hanging.set()
            self.server.release.wait(20)
        if self.path.startswith("/slow"):
            self.server.release.wait(0.2)
        self.answer(200, self.server.address.encode())

    do_POST = do_GET

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class HTTP2(socketserver.BaseRequestHandler):
    """Answers each stream by its path; of gRPC it knows the health service."""

    def handle(self):
        sock = self.request
        if self.server.context:
            try:
                sock = self.server.context.wrap_socket(sock, server_side=True)
            except (ssl.SSLError, OSError):
                return
            with self.server.lock:
                self.server.open.add(sock)
            self.server.agreed = sock.selected_alpn_protocol()
            self.server.certificates.append(sock.getpeercert())
        self.is_clear = sock is self.request
        connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        connection.initiate_connection()
        try:
            sock.sendall(connection.data_to_send())
            while data := sock.recv(65536):
                for event in connection.receive_data(data):
                    self.take(connection, event)
                sock.sendall(connection.data_to_send())
        except OSError:
            pass

    def take(self, connection, event):
        if isinstance(event, h2.events.RequestReceived):
            path = dict(event.headers)[b":path"].decode()
            stream = event.stream_id
            if path == "/grpc.health.v1.Health/Check":
                self.server.probes += 1
                connection.send_headers(stream, [(":status", "200"), ("content-type", "application/grpc")])
                connection.send_data(stream, bytes([0, 0, 0, 0, 2, 8, 1 if self.server.health == 200 else 2]))
                connection.send_headers(stream, [("grpc-status", "0")], end_stream=True)
                return
            if path == "/healthz":
                self.server.probes += 1
                return connection.send_headers(stream, [(":status", str(self.server.health))], end_stream=True)
            with self.server.lock:
                self.server.served += 1
                self.server.clear += self.is_clear
            if path == "/hang":
                return self.server.hanging.set()
            if path == "/half":
                connection.send_headers(stream, [(":status", "200"), ("content-length", "1000")])
                connection.send_data(stream, b"x" * 10)
                return self.server.hanging.set()
            connection.send_headers(stream, [(":status", "200")])
            connection.send_data(stream, self.server.address.encode(), end_stream=True)
        elif isinstance(event, h2.events.DataReceived):
            connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)


def make(handler, port=0, context=None, host="127.0.0.1"):
    server = Server(handler, port, context, host)
    server.hanging = threading.Event()
    server.release = threading.Event()
    server.agreed = None
    server.certificates = []
    server.clear = 0
    return server
