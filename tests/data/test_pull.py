"""Downloads against a local server that cuts, forgets and lies."""

import hashlib
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from plimsoll.core import DataError, UserError
from plimsoll.data import locate, trust
from plimsoll.data.pull import HUB, Progress, Pulled, chosen, pull_file
from plimsoll.data.sources import Source, SourceFile, slugs, source

BODY = b"[" + b",".join(b'{"id": %d}' % number for number in range(9000)) + b"]"
DIGEST = hashlib.sha256(BODY).hexdigest()


@dataclass
class Script:
    """What the server does, and what it was asked."""

    body: bytes = BODY
    cuts: list[int] = field(default_factory=list[int])
    """How many bytes the next replies carry before the connection closes."""
    statuses: list[int] = field(default_factory=list[int])
    """Errors to begin with."""
    ranges: bool = True
    asked: list[str] = field(default_factory=list[str])
    address: str = ""


def handler(script: Script) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            script.asked.append(f"{self.path} {wanted}".strip())
            if script.statuses:
                return self.send_error(script.statuses.pop(0))
            start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and script.ranges else 0
            if start >= len(script.body):
                return self.send_error(416)
            content = script.body[start:]
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: script.cuts.pop(0)] if script.cuts else content)
            return None

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@pytest.fixture
def script() -> Iterator[Script]:
    script = Script()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(script))
    script.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield script
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv(locate.VARIABLE, raising=False)


def file_at(*urls: str, sha256: str = DIGEST, records: int = 9000) -> SourceFile:
    return SourceFile(name="rows.json", urls=urls, sha256=sha256, records=records)


def fetched(
    file: SourceFile, into: Path, watch: Callable[[Progress], None] | None = None, **environ: str
) -> Pulled:
    origin = Source(slug="tiny", title="Tiny", license="MIT", homepage="", files=(file,))
    return pull_file(origin, file, into, watch=watch, environ=environ)


def test_a_file_arrives_whole_and_progress_is_told(script: Script, tmp_path: Path) -> None:
    told: list[Progress] = []
    pulled = fetched(file_at(f"{script.address}/rows.json"), tmp_path, told.append)
    assert pulled == Pulled(tmp_path / "rows.json", DIGEST, fresh=True, pinned=True)
    assert pulled.path.read_bytes() == BODY
    assert told[0].done == 0
    assert told[-1] == Progress("rows.json", len(BODY), len(BODY))
    assert not (tmp_path / "rows.json.part").exists()


def test_a_file_that_is_here_is_not_asked_for(script: Script, tmp_path: Path) -> None:
    (tmp_path / "rows.json").write_bytes(BODY)
    assert not fetched(file_at(f"{script.address}/rows.json"), tmp_path).fresh
    assert script.asked == []


def test_a_cut_download_goes_on_where_it_stopped(script: Script, tmp_path: Path) -> None:
    script.cuts = [1000]
    fetched(file_at(f"{script.address}/rows.json"), tmp_path)
    assert script.asked == ["/rows.json", "/rows.json bytes=1000-"]
    assert (tmp_path / "rows.json").read_bytes() == BODY


def test_a_part_of_an_earlier_call_is_resumed(script: Script, tmp_path: Path) -> None:
    (tmp_path / "rows.json.part").write_bytes(BODY[:5000])
    fetched(file_at(f"{script.address}/rows.json"), tmp_path)
    assert script.asked == ["/rows.json bytes=5000-"]


def test_a_server_without_ranges_sends_all_again(script: Script, tmp_path: Path) -> None:
    script.ranges = False
    (tmp_path / "rows.json.part").write_bytes(BODY[:5000])
    fetched(file_at(f"{script.address}/rows.json"), tmp_path)
    assert (tmp_path / "rows.json").read_bytes() == BODY


def test_a_part_of_another_version_is_thrown_away(script: Script, tmp_path: Path) -> None:
    (tmp_path / "rows.json.part").write_bytes(b"?" * 5000)
    fetched(file_at(f"{script.address}/rows.json"), tmp_path)
    assert script.asked == ["/rows.json bytes=5000-", "/rows.json"]
    assert (tmp_path / "rows.json").read_bytes() == BODY


def test_a_complete_part_is_fetched_anew(script: Script, tmp_path: Path) -> None:
    (tmp_path / "rows.json.part").write_bytes(BODY)
    fetched(file_at(f"{script.address}/rows.json"), tmp_path)
    assert (tmp_path / "rows.json").read_bytes() == BODY


def test_a_wrong_checksum_is_refused_and_nothing_is_left(script: Script, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=f"SHA-256 is {DIGEST}, but the official file has {'0' * 64}"):
        fetched(file_at(f"{script.address}/rows.json", sha256="0" * 64), tmp_path)
    assert list(tmp_path.glob("rows*")) == []


def test_a_wrong_checksum_sends_us_to_the_next_address(script: Script, tmp_path: Path) -> None:
    file = file_at("file:///etc/hostname", f"{script.address}/rows.json")
    assert fetched(file, tmp_path).fresh


def test_a_missing_file_says_what_to_put_where(script: Script, tmp_path: Path) -> None:
    script.statuses = [404]
    with pytest.raises(DataError, match=r"HTTP 404.*fetch http://.*/rows\.json and put it at .*rows\.json"):
        fetched(file_at(f"{script.address}/rows.json"), tmp_path)
    assert len(script.asked) == 1


def test_a_busy_server_is_asked_again(script: Script, tmp_path: Path) -> None:
    script.statuses = [503]
    assert fetched(file_at(f"{script.address}/rows.json"), tmp_path).fresh


def test_no_network_says_what_to_put_where(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no connection.*put it at .*rows\.json"):
        fetched(file_at("http://127.0.0.1:1/rows.json"), tmp_path)


def test_offline_nothing_is_asked(script: Script, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="HF_HUB_OFFLINE is set"):
        fetched(file_at(f"{script.address}/rows.json"), tmp_path, HF_HUB_OFFLINE="1")
    assert script.asked == []


def test_a_mirror_of_the_hub_is_asked_first(script: Script, tmp_path: Path) -> None:
    fetched(
        file_at("http://127.0.0.1:1/x", f"{HUB}/datasets/rows.json"), tmp_path, HF_ENDPOINT=script.address
    )
    assert script.asked == ["/datasets/rows.json"]


@pytest.mark.parametrize(
    "mirror", ["http://[::1", "http://host:no", "host:80", "http://host:99999", "http:///x"]
)
def test_a_mirror_that_is_no_address_is_named_by_its_variable(mirror: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="HF_ENDPOINT is no address"):
        fetched(file_at(f"{HUB}/datasets/rows.json"), tmp_path, HF_ENDPOINT=mirror)


def test_a_place_that_cannot_be_written_is_a_clear_error(script: Script, tmp_path: Path) -> None:
    (tmp_path / "rows.json.part").mkdir()
    with pytest.raises(DataError, match=r"rows\.json\.part: cannot be written"):
        fetched(file_at(f"{script.address}/rows.json"), tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="needs links")
def test_a_download_that_is_a_link_is_not_followed(script: Script, tmp_path: Path) -> None:
    """Attack: `rows.json.part` is a link to a file that is not ours to write."""
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "rows.json.part").symlink_to(tmp_path / "mine")
    assert fetched(file_at(f"{script.address}/rows.json"), tmp_path).fresh
    assert (tmp_path / "mine").read_text() == "mine"


def test_downloads_of_one_file_at_once_all_end_well(script: Script, tmp_path: Path) -> None:
    """Attack: several `data pull` that fill one unfinished file."""
    file, found = file_at(f"{script.address}/rows.json"), list[Pulled]()
    threads = [threading.Thread(target=lambda: found.append(fetched(file, tmp_path))) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == 4
    assert [each.name for each in tmp_path.iterdir()] == ["rows.json"]


def test_a_mirror_s_password_is_in_no_error(tmp_path: Path) -> None:
    file = file_at("http://me:canary-secret@127.0.0.1:9/rows.json")
    with pytest.raises(DataError) as caught:
        fetched(file, tmp_path)
    assert "canary" not in str(caught.value)


def test_a_file_without_checksum_is_trusted_on_first_use_and_held_to_it(
    script: Script, tmp_path: Path
) -> None:
    file = file_at(f"{script.address}/rows.json", sha256="")
    assert not fetched(file, tmp_path / "a").pinned
    assert trust.known("tiny", "rows.json") == DIGEST
    script.body = BODY.replace(b"8999", b"9999")
    with pytest.raises(DataError, match=f"{DIGEST} was trusted on first use"):
        fetched(file, tmp_path / "b")


def test_a_file_with_too_few_records_is_refused(script: Script, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds 9000 records, but the official file has 9001"):
        fetched(file_at(f"{script.address}/rows.json", sha256="", records=9001), tmp_path)


def test_sources_name_their_licence_and_full_addresses() -> None:
    assert "safetybench" in slugs()
    origin = source("safetybench")
    assert origin.license.startswith("MIT")
    for file in origin.files:
        assert all(url.startswith("https://") and "{" not in url for url in origin.addresses(file))


def test_an_unknown_data_set_or_file_names_the_closest() -> None:
    with pytest.raises(UserError, match="did you mean safetybench"):
        source("safteybench")
    with pytest.raises(UserError, match=r"did you mean dev_zh\.json"):
        chosen(source("safetybench"), ["dev_zj.json"])
