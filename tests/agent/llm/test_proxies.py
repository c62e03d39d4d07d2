"""Proxies of the environment, SOCKS among them, spoken to for real."""

import socket
import struct
import threading

import pytest

from songsmith.agent.llm.client import Llm
from songsmith.agent.llm.errors import Unreachable
from songsmith.agent.llm.messages import Message
from songsmith.engine.published import WeightFile
from songsmith.engine.weights.hub import WeightsError, locate
from songsmith.proxies import read_socks_proxies
from tests.agent.llm_server import LlmServer, Words

HELLO = [Message("user", "hello")]
VARIABLES = ("ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


class SocksServer:
    """A SOCKS5 proxy that leads every connection to one port of this machine."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self.asked: list[bytes] = []
        self._threads: list[threading.Thread] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._socket.close()
        for thread in self._threads:
            thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            self._threads.append(threading.Thread(target=self._lead, args=(client,), daemon=True))
            self._threads[-1].start()

    def _lead(self, client: socket.socket) -> None:
        with client:
            client.recv(262)
            client.sendall(b"\x05\x00")
            self.asked.append(client.recv(262))
            port = struct.pack("!4sH", b"\x7f\x00\x00\x01", self._target)
            client.sendall(b"\x05\x00\x00\x01" + port)
            with socket.create_connection(("127.0.0.1", self._target)) as server:
                back = threading.Thread(target=_pass_on, args=(server, client), daemon=True)
                back.start()
                _pass_on(client, server)
                back.join(5)


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(4096):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        return


@pytest.mark.parametrize("scheme", ["socks5", "socks"])
def test_an_endpoint_behind_a_socks_proxy_is_reached(monkeypatch, scheme):
    with LlmServer() as server:
        proxy = SocksServer(int(server.base_url.rpartition(":")[2].partition("/")[0]))
        monkeypatch.setenv("ALL_PROXY", f"{scheme}://{proxy.address}/")
        server.queue(Words())
        partner = Llm(server.endpoint(base_url="http://llm.example.test/v1"))
        assert partner.reply(HELLO).text == "All good."
        assert b"llm.example.test" in proxy.asked[0]
        proxy.close()


def test_a_proxy_of_an_unknown_kind_is_one_line(monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "gopher://127.0.0.1:70")
    with LlmServer() as server, pytest.raises(Unreachable, match="proxy of the environment can't"):
        Llm(server.endpoint(base_url="http://llm.example.test/v1")).reply(HELLO)


def test_fetching_weights_through_an_unknown_kind_of_proxy_is_one_line(monkeypatch):
    from huggingface_hub import close_session

    close_session()
    monkeypatch.setenv("ALL_PROXY", "gopher://127.0.0.1:70")
    monkeypatch.setenv("HF_ENDPOINT", "http://hub.example.test")
    with pytest.raises(WeightsError, match="proxy of the environment can't be used"):
        locate(WeightFile("w.pt", "somebody/model", "w.pt", 1))
    close_session()


def test_socks_as_gnome_writes_it_is_read_as_socks5():
    environ = {"all_proxy": "socks://127.0.0.1:1080/", "HTTPS_PROXY": "http://127.0.0.1:3128"}
    read_socks_proxies(environ)
    assert environ["all_proxy"] == "socks5://127.0.0.1:1080/"
    assert environ["HTTPS_PROXY"] == "http://127.0.0.1:3128"
