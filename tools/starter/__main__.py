"""Build the shipped data: ``python -m tools.starter [--shared DIR] [--out DIR] [--codes DIR]``."""

from __future__ import annotations

import argparse
import hashlib
import io
import json
from collections.abc import Iterable
from pathlib import Path

import polars as pl
from tools.starter import code_lists, shapes
from tools.starter.common import Builder, Built
from tools.starter.registry import CODES, STARTER

from isthmus.evidence import DatasetRecord, content_hash
from isthmus.world.manifest import Manifest, read_manifest

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "src/isthmus/world/starter"
EDITION = "2026.2"
BUDGET = 15 * 10**6


def main() -> None:
    """Read the command line and build both folders."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--out", type=Path, default=SHIPPED)
    parser.add_argument("--codes", type=Path, default=ROOT / "src/isthmus/codes/data")
    parser.add_argument("--atlas", type=Path, help="world-atlas-2.0.2.tgz, for the outlines")
    options = parser.parse_args()
    lists = code_lists.write_lists(options.shared)
    options.codes.mkdir(parents=True, exist_ok=True)
    for name, data in lists.items():
        (options.codes / name).write_bytes(data)
    total = sum(len(data) for data in lists.values())
    total += write(options.codes, "codes", CODES, options.shared)
    total += write(options.out, "starter", (*STARTER, _shapes(options.atlas)), options.shared)
    print(f"{total / 1e6:.2f} MB of {BUDGET / 1e6:.0f} MB")
    if total > BUDGET:
        raise SystemExit("the shipped data are over their budget")


def _shapes(atlas: Path | None) -> Builder:
    """Return the builder of the outlines, or one that takes over what is shipped."""
    if atlas is not None:
        return lambda shared: shapes.build(shared, atlas)
    print(f"no --atlas given: {', '.join(shapes.KEYS)} are taken over as shipped, not rebuilt")
    return _shipped_shapes


def _shipped_shapes(shared: Path) -> Built:
    manifest = read_manifest(SHIPPED)
    return [
        (record, pl.read_parquet(SHIPPED / f"{record.key}.parquet"))
        for record in manifest.datasets
        if record.key in shapes.KEYS
    ]


def write(folder: Path, name: str, builders: Iterable[Builder], shared: Path) -> int:
    """Write one Parquet file per data set and the manifest; return the bytes written."""
    folder.mkdir(parents=True, exist_ok=True)
    records, total = [], 0
    for builder in builders:
        for record, frame in builder(shared):
            data = parquet_bytes(frame)
            (folder / f"{record.key}.parquet").write_bytes(data)
            records.append(complete(record, frame, data))
            total += len(data)
            print(f"{record.key:28s} {frame.height:9d} rows {len(data) / 1e3:9.1f} kB")
    listed = tuple(sorted(records, key=lambda r: r.key))
    manifest = Manifest(name=name, edition=EDITION, datasets=listed)
    text = json.dumps(manifest.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8", newline="\n")
    for stale in set(folder.glob("*.parquet")) - {folder / f"{r.key}.parquet" for r in listed}:
        stale.unlink()
    return total + len(text)


def parquet_bytes(frame: pl.DataFrame) -> bytes:
    """Return a frame as strongly compressed Parquet without column statistics."""
    out = io.BytesIO()
    frame.write_parquet(out, compression="zstd", compression_level=19, statistics=False)
    return out.getvalue()


def complete(record: DatasetRecord, frame: pl.DataFrame, data: bytes) -> DatasetRecord:
    """Return the record with row count and both hashes.

    Raises
    ------
    ValueError
        When the record does not describe exactly the columns of the frame.
    """
    if list(record.columns) != frame.columns:
        raise ValueError(f"{record.key}: columns {frame.columns}, record {list(record.columns)}")
    return record.model_copy(
        update={
            "rows": frame.height,
            "sha256": hashlib.sha256(data).hexdigest(),
            "content_sha256": content_hash(frame),
        }
    )


if __name__ == "__main__":
    main()
