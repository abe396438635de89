"""Pinned requirements -> one virtual environment per peer below `bench/work`.

python -m bench.peers.setup [lm-eval lm-eval-hf inspect inspect-evals helm pyrit garak mergekit]

What `<peer>.alone.txt` names is installed without what it asks for: of a peer that brings whole
libraries of models along, a reader needs the part that reads.
"""

import argparse
import subprocess
import sys
import venv
from pathlib import Path

from bench.questions import WORK

HERE = Path(__file__).parent
PEERS = ("lm-eval", "lm-eval-hf", "inspect", "inspect-evals", "helm", "pyrit", "garak", "mergekit")


def folder(peer: str) -> Path:
    """Where a peer's environment lies."""
    return WORK / "peers" / peer


def program(peer: str, name: str) -> Path:
    """A peer's command."""
    return folder(peer) / "bin" / name


def ready(peer: str) -> bool:
    """Whether the peer is installed as its requirements say now."""
    mark = folder(peer) / ".ready"
    return mark.exists() and mark.read_text("utf-8") == _wanted(peer)


def install(peer: str) -> None:
    """Make a peer's environment anew."""
    venv.create(folder(peer), with_pip=True, clear=True)
    pip = [str(program(peer, "python")), "-m", "pip", "install", "--quiet", "--requirement"]
    subprocess.run([*pip, str(HERE / f"{peer}.txt")], check=True, stdout=sys.stderr)
    if _alone(peer).exists():
        subprocess.run([*pip, str(_alone(peer)), "--no-deps"], check=True, stdout=sys.stderr)
    (folder(peer) / ".ready").write_text(_wanted(peer), "utf-8")


def versions(peer: str) -> list[str]:
    """The pinned versions, as a page shows them."""
    return [line for line in _wanted(peer).splitlines() if line and not line.startswith("#")]


def _alone(peer: str) -> Path:
    return HERE / f"{peer}.alone.txt"


def _wanted(peer: str) -> str:
    alone = _alone(peer).read_text("utf-8") if _alone(peer).exists() else ""
    return alone + (HERE / f"{peer}.txt").read_text("utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("peers", nargs="*", default=PEERS)
    for peer in parser.parse_args().peers:
        if not ready(peer):
            print(f"installing {peer} ...", file=sys.stderr, flush=True)
            install(peer)


if __name__ == "__main__":
    main()
