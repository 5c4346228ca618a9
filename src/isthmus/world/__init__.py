"""The labelled, immutable snapshot that the lenses read."""

from isthmus.evidence import content_hash
from isthmus.world.accessors import Coercion
from isthmus.world.flows import IndustryFlows, flows_from_frame
from isthmus.world.manifest import Entry, Manifest, folder_entries, read_manifest, read_verified
from isthmus.world.snapshot import World

__all__ = [
    "Coercion",
    "Entry",
    "IndustryFlows",
    "Manifest",
    "World",
    "content_hash",
    "flows_from_frame",
    "folder_entries",
    "read_manifest",
    "read_verified",
]
