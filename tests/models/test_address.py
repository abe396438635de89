import asyncio
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from plimsoll.core import Denied, TransientError, UserError
from plimsoll.models._address import checked_url, joined, proxy_for
from plimsoll.registry import build_model
from tests.support.asking import PLAIN, ask
from tests.support.endpoint import FakeEndpoint

FAR = "http://models.example.org/v1"
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
        monkeypatch.delenv(variable.lower(), raising=False)


def asked(address: str, **options: str) -> None:
    async def one() -> None:
        model = build_model("openai/any", {"base_url": address} | options)
        try:
            await model.generate(PLAIN)
        finally:
            await model.close()

    asyncio.run(one())


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_socks_proxy_is_refused_with_the_variable_that_names_it(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "socks5://me:secret@127.0.0.1:1080")
    with pytest.raises(UserError) as told:
        asked(FAR)
    assert variable in str(told.value)
    assert "socks5://127.0.0.1:1080" in str(told.value)
    assert "NO_PROXY=models.example.org" in str(told.value)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    "proxy", ["http://[::1", "http://host:no", "http://me:secret@host:99999", "http://me:secret"]
)
def test_a_proxy_that_is_no_address_is_named_by_its_variable(
    proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy)
    with pytest.raises(UserError, match="HTTP_PROXY names a proxy by what is no address") as told:
        asked(FAR)
    assert "secret" not in str(told.value)


def test_a_proxy_that_lets_nothing_through_is_named_with_its_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    monkeypatch.setenv("HTTP_PROXY", f"http://me:secret@127.0.0.1:{port}")
    with pytest.raises(TransientError) as told:
        asked(FAR)
    assert "HTTP_PROXY" in str(told.value)
    assert f"http://127.0.0.1:{port}" in str(told.value)
    assert "NO_PROXY=models.example.org" in str(told.value)
    assert "secret" not in str(told.value)


def test_a_proxy_is_used_and_never_for_this_machine_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeEndpoint("from the proxy") as proxy, FakeEndpoint("from here") as near:
        monkeypatch.setenv("HTTP_PROXY", proxy.root)
        asked(FAR)
        assert len(proxy.received) == 1
        (response,) = ask(near, PLAIN)
        assert response.text == "from here"
        assert len(proxy.received) == 1


@pytest.mark.parametrize(
    ("address", "exceptions", "used"),
    [
        (FAR, "", True),
        (FAR, "models.example.org", False),
        (FAR, ".example.org,other.org", False),
        (FAR, "*", False),
        ("http://10.1.2.3:8000/v1", "", True),
        ("http://10.1.2.3:8000/v1", "10.0.0.0/8", False),
        ("http://10.1.2.3:8000/v1", "192.168.0.0/16, nonsense/x", True),
        ("http://127.0.0.1:8000/v1", "", False),
        ("http://localhost:8000/v1", "", False),
        ("http://[::1]:8000/v1", "", False),
    ],
)
def test_no_proxy_is_heeded_networks_too(
    address: str, exceptions: str, used: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy:3128")
    monkeypatch.setenv("NO_PROXY", exceptions)
    assert (proxy_for(address) is not None) == used


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("http://h/v1", "http://h/v1/chat/completions"),
        ("http://h/v1/", "http://h/v1/chat/completions"),
        ("http://h/v1/chat/completions", "http://h/v1/chat/completions"),
        ("http://h/v1/chat/completions/", "http://h/v1/chat/completions"),
        (" http://h/v1 ", "http://h/v1/chat/completions"),
        ("http://h/v1?api-version=1", "http://h/v1/chat/completions?api-version=1"),
    ],
)
def test_an_address_may_be_written_in_many_ways(written: str, path: str) -> None:
    assert joined(checked_url(written), "chat/completions") == path


@pytest.mark.parametrize(
    "query", ["sig=x", "code=x", "pwd=x", "access=x", "token=x", "api_key=x", "subscription-key=x"]
)
def test_a_secret_in_an_address_is_refused_by_its_name(query: str) -> None:
    with pytest.raises(UserError, match="holds a secret"):
        checked_url(f"http://h/v1?{query}")


@contextmanager
def untrusted(folder: Path) -> Iterator[str]:
    """A server with a certificate that nobody vouches for."""
    made = subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "1",
                "-subj",
                "/CN=localhost",
            ),
            *("-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")),
        ],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("openssl makes no certificate here")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_shake_hands, args=(server, context), daemon=True).start()
        yield f"https://localhost:{server.getsockname()[1]}/v1"


def _shake_hands(server: socket.socket, context: ssl.SSLContext) -> None:
    try:
        connection, _ = server.accept()
        with connection, context.wrap_socket(connection, server_side=True):
            pass
    except OSError:
        return


def test_a_certificate_that_is_not_trusted_stops_the_run_and_names_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(variable, raising=False)
    with untrusted(tmp_path) as address, pytest.raises(Denied, match="SSL_CERT_FILE=/path"):
        asked(address)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/own.pem")
    with (
        untrusted(tmp_path) as address,
        pytest.raises(Denied, match=r"SSL_CERT_FILE=/own\.pem .* is not read"),
    ):
        asked(address)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "gone.pem"))
    with untrusted(tmp_path) as address, pytest.raises(Denied, match=r"gone\.pem, which does not exist"):
        asked(address)


def test_https_where_http_is_spoken_is_told() -> None:
    with FakeEndpoint() as endpoint, pytest.raises(Denied, match="http://"):
        asked(endpoint.url.replace("http://", "https://"))
