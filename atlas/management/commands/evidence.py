"""``manage.py evidence``: make the evidence pack of a publication, or check one."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from atlas.evidence.checking import Checked, NotAPack, check
from atlas.evidence.packing import digest_of, pack
from atlas.models import Publication, UnknownIdentifier


class Command(BaseCommand):
    help = (
        "Write the evidence pack of a publication: its text, the archived texts that it rests on, where each quote "
        "stands, what it cites and how it was approved, with a manifest of hashes. With --verify, check a pack "
        "without the database; exit code 1 names the file if anything was altered."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("publication", nargs="?", metavar="AT-A-…", help="the publication")
        parser.add_argument("-o", "--output", type=Path, metavar="FILE.zip", help="where to write the pack")
        parser.add_argument("--verify", type=Path, metavar="FILE.zip", help="check this pack instead")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted, target, given = options["publication"], options["output"], options["verify"]
        if given and not (wanted or target):
            self.verify(given)
        elif wanted and target and not given:
            self.write(wanted, target)
        else:
            raise CommandError("Say either `AT-A-… -o FILE.zip` or `--verify FILE.zip`.", returncode=2)

    def write(self, public_id: str, target: Path) -> None:
        try:
            publication = Publication.objects.get(pk=Publication.key_from(public_id))
        except (UnknownIdentifier, Publication.DoesNotExist):
            raise CommandError(f"There is no publication {public_id}.", returncode=2) from None
        packed = pack(publication)
        try:
            target.write_bytes(packed)
        except OSError as error:
            raise CommandError(f"The pack can't be written: {error}") from None
        self.stdout.write(f"{target}: {len(packed):,} bytes. SHA-256 of its manifest: {digest_of(packed)}")
        if not publication.is_live:
            self.stdout.write(f"Mind: {public_id} no longer stands. Its page says why: {publication.permalink}")

    def verify(self, given: Path) -> None:
        try:
            checked = check(given.read_bytes())
        except OSError as error:
            raise CommandError(f"The pack can't be read: {error}", returncode=2) from None
        except NotAPack as error:
            raise CommandError(f"{given} is no evidence pack of Atlas. {error}") from None
        self.stdout.write(in_words(checked))
        if not checked.is_whole:
            raise CommandError(f"The pack is not what it says. First problem: {checked.problems[0]}")


def in_words(checked: Checked) -> str:
    lines = [f"Evidence pack of {checked.publication}"]
    lines += [f"  not right: {problem}" for problem in checked.problems]
    lines += [f"  holds: {sentence}" for sentence in checked.held]
    lines += [f"  note: {note}" for note in checked.notes]
    lines.append(f"SHA-256 of its manifest: {checked.digest}")
    lines.append("Compare it with the checksum of the evidence pack on the page of the publication.")
    return "\n".join(lines)
