"""Files that models are made from: episodes, bills of materials, actions, priors, posteriors."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from tests.fuzz.reader import Reader, byte_contents, file_reader, json_contents, toml_contents

from isthmus.disruption.criticality import read_criticality
from isthmus.disruption.episodes.files import episode_names, load_episode
from isthmus.disruption.posterior import Posterior, load_posterior, save_posterior
from isthmus.ensemble.calibration.priors import load_priors
from isthmus.evidence.content import content_hash
from isthmus.production.files import family_names, family_text, load_bill, load_bills
from isthmus.runtime.reading import Unreadable
from isthmus.runtime.reading.tables import parquet_frame
from isthmus.scenario.catalogues import read_catalogue, shipped_catalogue, template
from isthmus.sources.eto import FILES, read_eto
from isthmus.study import migrate_study, shipped_studies
from isthmus.study.shipped import study_text

STRUCTURE = b"""item,input,quantity,low,high,unit,hs,source,reason,read
,shell,,,,piece,930690,,,
shell,steel,12.5,11,14,kg,720719;720720,"a list, of parts",,full text
shell,charge,1,,,piece,,,assumed as usual,
charge,powder,7,,,kg,360100,a list,,full text
"""
CHIPS = (
    b"provider_id,provider_name,provider_type,country\nP1,Firm,organization,TWN\n"
    b"P2,Japan,country,\n",
    b"provider_id,provider_name,provided_id,provided_name,share_provided\n"
    b"P1,Firm,N1,Wafers,57%\nP2,Japan,N1,Wafers,12.5%\n",
    b"input_id,input_name,goes_into_id,goes_into_name,is_type_of_id,is_type_of_name\n"
    b"N1,Wafers,N2,Chips,,\nN3,Silicon,,,N1,Wafers\n",
)
APART = b"\x00\x00"


def _texts(package: str, folder: str, names: Sequence[str]) -> list[str]:
    place = resources.files(package) / folder
    return [(place / name).read_text("utf-8") for name in names]


def _episodes() -> list[str]:
    names = [f"{name}.toml" for name in episode_names()]
    return _texts("isthmus.disruption.episodes", "data", names)


def _bills() -> list[str]:
    return [family_text(name) for name in family_names()]


def _bill(path: Path) -> None:
    load_bills([path, "shell-155"])


def _catalogues() -> list[str]:
    place = resources.files("isthmus.scenario") / "catalogues" / "taiwan-europe"
    files = sorted(f.name for f in place.iterdir() if f.name.endswith(".toml"))
    return [template(), *_texts("isthmus.scenario", "catalogues/taiwan-europe", files)]


def _catalogue(path: Path) -> None:
    read_catalogue(path, base=shipped_catalogue("taiwan-europe"))


def _priors() -> list[str]:
    return _texts("isthmus.ensemble", "calibration", ["priors.toml"])


@cache
def _posterior() -> tuple[bytes, bytes]:
    """Return record and draws of a small posterior."""
    values = np.column_stack([np.linspace(0.3, 0.9, 8), np.linspace(0.1, 0.2, 8)])
    made = Posterior(
        ("psi", "chips_2021.shocks.0.severity"),
        values,
        np.full(8, 0.125),
        {"engine": "abc", "misfit": 0.4},
        {"chips_2021/output": values[:, 0]},
    )
    with tempfile.TemporaryDirectory() as place:
        save_posterior(made, Path(place) / "x")
        record, draws = (Path(place) / "x" / n for n in ("posterior.json", "draws.parquet"))
        return record.read_bytes(), draws.read_bytes()


def _record(content: bytes, folder: Path) -> None:
    (folder / "posterior.json").write_bytes(content)
    (folder / "draws.parquet").write_bytes(_posterior()[1])
    load_posterior(folder).draws(4)


def _draws(content: bytes, folder: Path) -> None:
    """Read draws under a record that names them, so that what they hold is looked at."""
    record: dict[str, Any] = json.loads(_posterior()[0])
    with contextlib.suppress(Unreadable, ValueError):
        record["content_sha256"] = content_hash(parquet_frame(content), keep_order=True)
    (folder / "posterior.json").write_text(json.dumps(record))
    (folder / "draws.parquet").write_bytes(content)
    load_posterior(folder).draws(4)


def _chips(content: bytes, folder: Path) -> None:
    for name, part in zip(FILES, [*content.split(APART), b"", b""], strict=False):
        (folder / name).write_bytes(part)
    read_eto(folder)


def _old_studies() -> list[str]:
    texts = [study_text(name) for name in shipped_studies()]
    old = (t.replace("schema_version = 2", "schema_version = 1") for t in texts)
    return [text.replace("[roles]", "[parties]") for text in old]


def _seeds(*contents: bytes) -> Callable[[], Sequence[bytes]]:
    return lambda: contents


MODELS: dict[str, Reader] = {
    "episode": Reader(toml_contents(_episodes), file_reader("x.toml", load_episode)),
    "bill of materials": Reader(toml_contents(_bills), file_reader("x.toml", _bill)),
    "bill in csv": Reader(byte_contents(_seeds(STRUCTURE)), file_reader("x.csv", load_bill)),
    "actions": Reader(toml_contents(_catalogues), file_reader("x.toml", _catalogue)),
    "priors": Reader(toml_contents(_priors), file_reader("x.toml", load_priors)),
    "posterior": Reader(json_contents(lambda: [json.loads(_posterior()[0])]), _record),
    "draws": Reader(byte_contents(lambda: [_posterior()[1]]), _draws),
    "criticality": Reader(
        byte_contents(_seeds(b",A,B\nA,1,0.5\nB,NA,0\n")),
        file_reader("x.csv", lambda path: read_criticality(path, ("A", "B"))),
    ),
    "chip files": Reader(byte_contents(_seeds(APART.join(CHIPS))), _chips),
    "old study": Reader(toml_contents(_old_studies), file_reader("x.toml", migrate_study)),
}
