"""slowproxy.py HOST PORT BYTES: a way to a server on which what the server sends arrives at BYTES a second.

Everything is taken from the server at once. Prints its own port; ends with its standard input.
"""

import os
import socket
import sys
import threading
import time


def forward(source: socket.socket, target: socket.socket) -> None:
    while data := source.recv(65536):
        target.sendall(data)
    target.shutdown(socket.SHUT_WR)


def trickle(source: socket.socket, target: socket.socket, rate: int) -> None:
    waiting = bytearray()
    more = threading.Condition()
    ended = False

    def collect() -> None:
        nonlocal ended
        while data := source.recv(65536):
            with more:
                waiting.extend(data)
                more.notify()
        with more:
            ended = True
            more.notify()

    threading.Thread(target=collect, daemon=True).start()
    while True:
        with more:
            more.wait_for(lambda: waiting or ended)
            piece = bytes(waiting[: rate // 20])
            del waiting[: len(piece)]
        if not piece:
            return target.shutdown(socket.SHUT_WR)
        target.sendall(piece)
        if len(piece) == rate // 20:
            time.sleep(0.05)


def serve(listener: socket.socket, address: tuple[str, int], rate: int) -> None:
    while True:
        client, _ = listener.accept()
        server = socket.create_connection(address)
        threading.Thread(target=forward, args=(client, server), daemon=True).start()
        threading.Thread(target=trickle, args=(server, client, rate), daemon=True).start()


listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
threading.Thread(
    target=serve, args=(listener, (sys.argv[1], int(sys.argv[2])), int(sys.argv[3])), daemon=True
).start()
sys.stdin.buffer.read()
os._exit(0)
