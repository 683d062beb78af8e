"""A pack as one ZIP file: the files and their manifest, the same bytes whenever it is made."""

import hashlib
import io
import json
import zipfile

from atlas.evidence.contents import Files, files_of
from atlas.models import Publication

FORMAT = "atlas-evidence/1"
MANIFEST = "manifest.json"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that ZIP knows: the time of packing is no part of the evidence
PACKER_IS_UNIX = 3  # or the file would differ by the machine it was made on


def pack(publication: Publication) -> bytes:
    """The evidence pack of ``publication``."""
    files = files_of(publication)
    files[MANIFEST] = manifest_of(files, publication.public_id)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, date_time=EPOCH)
            entry.create_system = PACKER_IS_UNIX
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name])
    return packed.getvalue()


def manifest_of(files: Files, public_id: str) -> bytes:
    """Every file with its length and hash. The SHA-256 of the manifest stands for the pack."""
    listed = {
        name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()} for name, content in files.items()
    }
    manifest = {"format": FORMAT, "publication": public_id, "files": listed}
    return (json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def digest_of(packed: bytes) -> str:
    """The SHA-256 of the pack's manifest: what the page of the publication shows."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return hashlib.sha256(archive.read(MANIFEST)).hexdigest()
