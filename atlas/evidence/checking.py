"""Is an evidence pack what it says? From its bytes alone: no database, no network.

A pack comes from anybody, so it is hostile input: sizes are bounded, nothing is written, and whatever is missing or
malformed is a problem with the file's name, never a crash.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from atlas.archive.texts.locating import locate
from atlas.evidence.packing import FORMAT, MANIFEST
from atlas.markup import citations, quotes
from atlas.models import TEXT_FIELDS, Exposure, content_hash

MOST_FILES = 200
MOST_BYTES = 50_000_000  # unpacked; a version has up to 300,000 characters, a pack seldom more than five of them


Problems = Callable[[dict[str, bytes]], Iterator[str]]
NOTE = "note: "  # what a reader should know, and nothing wrong


class NotAPack(Exception):
    """It can't be read as an evidence pack at all; the message says why."""


@dataclass
class Checked:
    """What was found: ``problems`` name the file; ``notes`` are what a reader should know; ``held`` is what holds.

    The checksums of analysis and wording are those of a whole pack, else empty.
    """

    publication: str
    digest: str
    content_sha256: str = ""
    wording_sha256: str = ""
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return not self.problems


def check(packed: bytes) -> Checked:
    """Check a pack.

    Raises:
        NotAPack: if it is no ZIP file, is too large, or has no readable manifest.
    """
    files = _unpack(packed)
    manifest = _manifest(files)
    checked = Checked(str(manifest.get("publication")), hashlib.sha256(files[MANIFEST]).hexdigest())
    for what, problems in (
        (f"{len(files) - 1} files have the length and the SHA-256 of the manifest.", _file_problems),
        ("The record, the texts and their checksums fit together.", _record_problems),
        ("Every quote stands in the archived text.", _quote_problems),
        ("Every citation is an entry of the legal catalogue that is in the pack.", _citation_problems),
        ("The difference leads from the earlier text to this one.", _difference_problems),
        ("It was approved by as many people as the rules ask for.", _approval_problems),
    ):
        _apply(checked, files, what, problems)
    if checked.is_whole:
        record = _load(files, "publication.json")
        checked.content_sha256, checked.wording_sha256 = record["content_sha256"], record["wording"]["sha256"]
    return checked


def _apply(checked: Checked, files: dict[str, bytes], what: str, problems: Problems) -> None:
    try:
        found = list(problems(files))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as error:
        found = [f"It does not have the form of an evidence pack: {type(error).__name__}: {error}"]
    notes = [text for text in found if text.startswith(NOTE)]
    problems_found = [text for text in found if not text.startswith(NOTE)]
    checked.notes += [text.removeprefix(NOTE) for text in notes]
    checked.problems += problems_found
    checked.held += [] if problems_found else [what]


def _unpack(packed: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_BYTES:
                raise NotAPack("It is larger than any evidence pack of Atlas.")
            names = [entry.filename for entry in entries]
            if len(set(names)) != len(names):
                raise NotAPack("It has two files of one name.")
            return {entry.filename: _read(archive, entry) for entry in entries}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise NotAPack(f"It is not a ZIP file that can be read: {error}") from None


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """At most what the directory announced: a header that lies does not fill the memory."""
    try:
        with archive.open(entry) as file:
            return file.read(entry.file_size + 1)
    except zipfile.BadZipFile:
        raise NotAPack(f"{entry.filename} is damaged: its bytes are not those that were packed.") from None


def _manifest(files: dict[str, bytes]) -> dict[str, Any]:
    if MANIFEST not in files:
        raise NotAPack(f"It has no {MANIFEST}.")
    try:
        manifest = json.loads(files[MANIFEST])
    except (ValueError, RecursionError):
        raise NotAPack(f"{MANIFEST} is not JSON.") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise NotAPack(f"{MANIFEST} is not of the format {FORMAT}.")
    return manifest


def _file_problems(files: dict[str, bytes]) -> Iterator[str]:
    listed = _load(files, MANIFEST)["files"]
    for name in sorted(listed.keys() - files.keys()):
        yield f"{name} is missing."
    for name in sorted(files.keys() - listed.keys() - {MANIFEST}):
        yield f"{name} is not in the manifest."
    for name in sorted(listed.keys() & files.keys()):
        if (len(files[name]), _sha256(files[name])) != (listed[name]["bytes"], listed[name]["sha256"]):
            yield f"{name} was altered: it does not have the SHA-256 that the manifest says."


def _load(files: dict[str, bytes], name: str) -> Any:
    return json.loads(files[name])


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _record_problems(files: dict[str, bytes]) -> Iterator[str]:
    record = _load(files, "publication.json")
    if content_hash(record["content"]) != record["content_sha256"]:
        yield "publication.json: the analysis does not have its content_sha256."
    if _sha256(files["wording.txt"]) != record["wording"]["sha256"]:
        yield "wording.txt does not have the SHA-256 that publication.json says."
    version = record["version"]
    if _sha256(files[version["file"]]) != version["sha256"]:
        yield f"{version['file']} does not have the SHA-256 that publication.json says."
    place = version["wording_stands_at"]
    if place is not None and files[version["file"]].decode()[slice(*place)] != files["wording.txt"].decode():
        yield f"wording.txt does not stand in {version['file']} where publication.json says."


def _quote_problems(files: dict[str, bytes]) -> Iterator[str]:
    content = _load(files, "publication.json")["content"]
    listed = {(row["part"], row["start"], row["end"]): row for row in _load(files, "quotes.json")}
    waived = _load(files, "review.json").get("waivers", 0)
    for part in TEXT_FIELDS:
        for quote in quotes(content[part]):
            row = listed.get((part, quote.start, quote.end))
            source = f"versions/{quote.version}.md" if quote.version else "wording.txt"
            shown = f"“{quote.text[:60]}”"
            if row is None or row["file"] != source:
                yield f"quotes.json does not tell where {shown} stands."
            elif row["stands_at"] is None:
                words = f"{shown} does not stand in {source}."
                yield f"{NOTE}{words} An editor waived that check by name." if waived else f"quotes.json: {words}"
            elif locate(quote.text, files[source].decode()[slice(*row["stands_at"])]) is None:
                yield f"{source}: {shown} does not stand where quotes.json says."
    for fact in _load(files, "coded-facts.json"):
        if fact["stands_at"] is None or locate(fact["quote"], files["wording.txt"].decode()) is None:
            yield f"coded-facts.json: the quote of “{fact['name']}” does not stand in wording.txt."


def _citation_problems(files: dict[str, bytes]) -> Iterator[str]:
    content = _load(files, "publication.json")["content"]
    known = {row["key"] for row in _load(files, "obligations.json")}
    for part in TEXT_FIELDS:
        for citation in citations(content[part]):
            if citation.key not in known:
                yield f"obligations.json: [@{citation.key}] is cited and not there."


def _difference_problems(files: dict[str, bytes]) -> Iterator[str]:
    if "difference.json" not in files:
        yield f"{NOTE}The wording is the first that was archived of its provision: there is no difference to show."
        return
    difference = _load(files, "difference.json")
    if _sha256(files["earlier-wording.txt"]) != difference["earlier_sha256"]:
        yield "earlier-wording.txt does not have the SHA-256 that difference.json says."
    new = "".join(text for op, text in difference["parts"] if op != "removed")
    if new != files["wording.txt"].decode():
        yield "difference.json does not lead to wording.txt."


def _approval_problems(files: dict[str, bytes]) -> Iterator[str]:
    record, review = _load(files, "publication.json"), _load(files, "review.json")
    wording = _sha256(files["wording.txt"])
    people = {
        row["person"]
        for row in review["approvals"]
        if (row["content_sha256"], row["wording_sha256"]) == (record["content_sha256"], wording)
    }
    needs_two = (
        record["content"]["exposure_level"] == Exposure.HIGH or review["kind"] == "correction" or review["waivers"]
    )
    if record["solo_review"]:
        yield f"{NOTE}Approved under single-editor review: no second person has read it."
    required = 2 if needs_two and not record["solo_review"] else 1
    if len(people) < required:
        yield f"review.json has {len(people)} approvals of this text against this wording, and {required} are needed."
    if len(record["approvals"]) < required:
        yield f"publication.json names {len(record['approvals'])} people who approved, and {required} are needed."
