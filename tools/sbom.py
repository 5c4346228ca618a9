"""Write the bill of materials as CycloneDX 1.6 JSON, from the lock and the manifests.

Usage: python -m tools.sbom [FILE]

What a user may get is in it: every locked package that the package or one of its extras needs, with
the digests of its files, and every data set that ships. It has no clock and no random number: the
same lock and data give the same file.

References
----------
OWASP (2024). CycloneDX 1.6, ECMA-424. https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

import hashlib
import json
import sys
import tomllib
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tools.checks.licences import licence
from tools.notice import expression, identifiers, records

from isthmus import __version__

LOCK = Path("uv.lock")
ROOT = "isthmus"
Package = Mapping[str, Any]


class Lock:
    """The packages of a uv lock by name and version."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.packages: dict[tuple[str, str], Package] = {}
        self.versions: dict[str, list[str]] = {}
        for package in tomllib.loads(text)["package"]:
            version = package.get("version", __version__)
            self.packages[package["name"], version] = package
            self.versions.setdefault(package["name"], []).append(version)

    def needs(self, key: tuple[str, str], *, extras: bool) -> list[tuple[str, str]]:
        """Return what a package needs, every version where the lock holds several."""
        package = self.packages[key]
        wanted = list(package.get("dependencies", []))
        if extras:
            wanted += [d for g in package.get("optional-dependencies", {}).values() for d in g]
        found = {
            (need["name"], version)
            for need in wanted
            for version in ([need["version"]] if "version" in need else self.versions[need["name"]])
        }
        return sorted(found)

    def reachable(self, *, extras: bool) -> list[tuple[str, str]]:
        """Return every package that the root needs, the root left out, sorted."""
        root = (ROOT, self.versions[ROOT][0])
        seen, todo = {root}, self.needs(root, extras=extras)
        while todo:
            key = todo.pop()
            if key not in seen:
                seen.add(key)
                todo += self.needs(key, extras=False)
        return sorted(seen - {root})


def reference(key: tuple[str, str]) -> str:
    """Return the package URL of a name and version."""
    return f"pkg:pypi/{key[0]}@{key[1]}"


def bill(lock: Lock) -> dict[str, Any]:
    """Return the bill of materials."""
    root = (ROOT, __version__)
    needed = lock.reachable(extras=True)
    required = set(lock.reachable(extras=False))
    data = [data_set(record) for record in records()]
    described = json.dumps(data, sort_keys=True)
    digest = hashlib.sha256(f"{lock.text}{described}".encode()).hexdigest()
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, digest)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "library",
                "bom-ref": reference(root),
                "name": ROOT,
                "version": __version__,
                "purl": reference(root),
                "licenses": [{"expression": expression()}],
            }
        },
        "components": [
            *(library(key, lock.packages[key], key in required) for key in needed),
            *data,
        ],
        "dependencies": [
            {
                "ref": reference(root),
                "dependsOn": [
                    *map(reference, lock.needs(root, extras=True)),
                    *(part["bom-ref"] for part in data),
                ],
            },
            *(
                {
                    "ref": reference(key),
                    "dependsOn": [reference(n) for n in lock.needs(key, extras=False)],
                }
                for key in needed
            ),
        ],
    }


def library(key: tuple[str, str], package: Package, required: bool) -> dict[str, Any]:
    """Return the component of a locked package."""
    name, version = key
    stated = licence(name)
    return {
        "type": "library",
        "bom-ref": reference(key),
        "name": name,
        "version": version,
        "purl": reference(key),
        "scope": "required" if required else "optional",
        **({"licenses": [{"license": {"name": stated}}]} if stated else {}),
        "externalReferences": list(files(package)),
    }


def files(package: Package) -> Iterable[dict[str, Any]]:
    """Yield every file of a locked package with its digest."""
    for file in (*([package["sdist"]] if "sdist" in package else []), *package.get("wheels", [])):
        method, _, digest = file["hash"].partition(":")
        yield {
            "type": "distribution",
            "url": file["url"],
            "hashes": [{"alg": method.upper().replace("SHA", "SHA-"), "content": digest}],
        }


def data_set(record: Any) -> dict[str, Any]:
    """Return the component of a data set that ships."""
    named = [{"license": {"id": name}} for name in identifiers(record.licence)]
    return {
        "type": "data",
        "bom-ref": f"data:{record.key}",
        "name": record.key,
        "version": record.edition,
        "description": record.title,
        "publisher": record.publisher,
        "licenses": named or [{"license": {"name": record.licence}}],
        "hashes": [{"alg": "SHA-256", "content": record.sha256}],
    }


def main(arguments: list[str]) -> int:
    """Write the bill beside the wheel; return the exit code."""
    out = Path(arguments[0] if arguments else f"dist/isthmus-{__version__}.cdx.json")
    out.parent.mkdir(parents=True, exist_ok=True)
    made = bill(Lock(LOCK.read_text(encoding="utf-8")))
    out.write_text(json.dumps(made, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{out}: {len(made['components'])} components")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
