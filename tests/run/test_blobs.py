"""Pictures of a run lie beside its journal, each once."""

import asyncio
import base64
from pathlib import Path
from random import Random

import pytest

from plimsoll.core import DataError, Image, Message, Record, Sample, Transcript, UserError, Verdict
from plimsoll.run.ask.plan import build
from plimsoll.run.ask.pool import Pool
from plimsoll.run.keep.blobs import Blobs
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.spec import RunSpec
from plimsoll.run.work.rejudging import rejudge
from tests.support.sessions import session
from tests.support.toy import Adder, Exact, sums, toy

PICTURE = Random(1).randbytes(400_000)
IMAGE = Image(media_type="image/png", data=base64.b64encode(PICTURE).decode())


def shown(size: int, image: Image = IMAGE) -> list[Sample]:
    from plimsoll.core import replace

    return [
        replace(sample, messages=(Message(role="user", text=sample.messages[0].text, images=(image,)),))
        for sample in sums(size)
    ]


def done(log_dir: Path, size: int, image: Image | None = IMAGE, **spec: object) -> RunFolder:
    samples = shown(size, image) if image else sums(size)
    going = session(
        RunSpec(benchmark="toy", model="toy/adder", **spec),  # type: ignore[arg-type]
        log_dir,
        benchmark=toy(samples=lambda: samples),
        model=Adder(),
    )
    asyncio.run(going.run())
    return going.folder


def weight(folder: RunFolder) -> int:
    return sum(path.stat().st_size for path in folder.path.rglob("*") if path.is_file())


def test_two_hundred_records_with_one_picture_hold_it_once(tmp_path: Path) -> None:
    plain, seen = done(tmp_path / "plain", 100, None, epochs=2), done(tmp_path / "seen", 100, epochs=2)
    assert weight(seen) - weight(plain) < 1_000_000
    (blob,) = (seen.path / "blobs").iterdir()
    assert blob.read_bytes() == PICTURE
    image = next(seen.records()).sample.messages[0].images[0]
    assert (image.data, image.digest, image.media_type) == ("", blob.name, "image/png")


def test_variants_of_attacks_hold_no_picture_of_their_own(tmp_path: Path) -> None:
    folder = done(tmp_path, 3, attacks=("encoding/rot13",))
    assert (folder.path / "variants.jsonl").stat().st_size < 10_000


def test_whoever_judges_anew_is_shown_the_picture(tmp_path: Path) -> None:
    class Looking(Exact):
        async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
            (image,) = sample.messages[0].images
            return Verdict(label="seen", value=float(image == IMAGE))

    source = done(tmp_path, 3)
    made = rejudge(source, toy(3, judges=(Looking(),)))
    summary = made.summary()
    assert summary is not None
    assert summary.estimates[0].value == 1.0
    assert next(made.records()).sample.messages[0].images[0].digest


def test_pictures_come_back_as_they_were(tmp_path: Path) -> None:
    blobs, (sample,) = Blobs(tmp_path), shown(1)
    record = Record(sample=sample, transcript=Transcript(messages=sample.messages))
    kept = blobs.put_away(record)
    assert kept != record
    assert blobs.brought_back(kept) == record
    assert blobs.put_away(kept) == kept


@pytest.mark.parametrize(
    "image",
    [Image(media_type="image/png", url="https://example.org/a.png"), Image(media_type="x", data="no base64")],
)
def test_what_is_no_picture_in_base64_stays_where_it_is(tmp_path: Path, image: Image) -> None:
    (sample,) = shown(1, image)
    assert Blobs(tmp_path).put_away(sample) == sample
    assert not (tmp_path / "blobs").exists()


def test_a_picture_that_was_changed_or_is_gone_is_named(tmp_path: Path) -> None:
    folder = done(tmp_path, 1)
    (blob,) = (folder.path / "blobs").iterdir()
    blob.write_bytes(b"another picture")
    with pytest.raises(DataError, match="does not hold the picture"):
        Blobs(folder.path).get(blob.name)
    blob.unlink()
    with pytest.raises(DataError, match="is not in"):
        Blobs(folder.path).get(blob.name)
    with pytest.raises(DataError, match="is not in"):
        Blobs(folder.path).get("../run.json")


def test_questions_with_pictures_are_refused_before_the_first_call_by_a_model_that_takes_none() -> None:
    model = Adder()
    model.offers = frozenset({"prefill"})  # type: ignore[attr-defined]
    samples = [*sums(50), *shown(1)]
    given = {"toy": toy(samples=lambda: samples), "toy/adder": model}
    with pytest.raises(UserError, match="pictures in messages, which toy/adder does not offer"):
        build(RunSpec(benchmark="toy", model="toy/adder"), Pool(given=given))
    assert model.calls == 0
