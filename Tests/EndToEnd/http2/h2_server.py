"""An HTTP/2 upstream at the level of frames: what it does is in the path."""
import socket
import sys
import threading

import h2.config
import h2.connection
import h2.errors
import h2.events

served = 0
lock = threading.Lock()


def serve(sock):
    global served
    connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    connection.initiate_connection()
    sock.sendall(connection.data_to_send())
    refused = set()
    while data := sock.recv(65536):
        for event in connection.receive_data(data):
            if isinstance(event, h2.events.RequestReceived):
                fields = {k.decode(): v.decode() for k, v in event.headers}
                path, stream = fields[":path"], event.stream_id
                with lock:
                    served += 1
                    number = served
                if path.startswith("/refuse-once") and path not in refused_paths:
                    refused_paths.add(path)
                    refused.add(stream)
                    connection.reset_stream(stream, h2.errors.ErrorCodes.REFUSED_STREAM)
                elif path.startswith("/goaway"):
                    respond(connection, stream, b"last")
                    connection.close_connection(last_stream_id=stream)
                elif path.startswith("/reset"):
                    connection.send_headers(stream, [(":status", "200"), ("content-length", "10")])
                    connection.send_data(stream, b"half")
                    connection.reset_stream(stream, h2.errors.ErrorCodes.INTERNAL_ERROR)
                elif path.startswith("/echo-trailers"):
                    pass
                elif path.startswith("/trailers"):
                    connection.send_headers(stream, [(":status", "200")])
                    connection.send_data(stream, b"body")
                    connection.send_headers(stream, [("x-check", "9")], end_stream=True)
                elif path.startswith("/interim"):
                    connection.send_headers(stream, [(":status", "103"), ("link", "</a>")])
                    respond(connection, stream, b"done")
                else:
                    respond(connection, stream, f"{fields[':method']} {path} {fields.get(':authority')}".encode())
            elif isinstance(event, h2.events.TrailersReceived):
                got = " ".join(f"{name.decode()}={value.decode()}" for name, value in event.headers)
                respond(connection, event.stream_id, got.encode())
            elif isinstance(event, h2.events.DataReceived) and event.stream_id not in refused:
                connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        sock.sendall(connection.data_to_send())


def respond(connection, stream, body):
    connection.send_headers(stream, [(":status", "200"), ("content-length", str(len(body)))])
    connection.send_data(stream, body, end_stream=True)


refused_paths = set()
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=128)
while True:
    client, _ = listener.accept()
    threading.Thread(target=lambda s=client: serve(s), daemon=True).start()
