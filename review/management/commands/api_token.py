"""Make, list and revoke the keys of the API."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from atlas.models import User
from review.models import ApiToken
from review.tokens import make_token, revoke


class Command(BaseCommand):
    help = "Make a key for the API (shown once), list the keys there are, or revoke one."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        make = verbs.add_parser("make", help="make a key by which a program acts as a person")
        make.add_argument("username")
        make.add_argument("--name", required=True, help="what uses it, for example “procurement tool”")
        verbs.add_parser("list", help="list the keys, without the keys themselves")
        end = verbs.add_parser("revoke", help="revoke a key")
        end.add_argument("number", type=int, help="its number in the list")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, options["verb"])(options)

    def make(self, options: dict[str, Any]) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"There is nobody called {options['username']!r}.", returncode=2)
        _, key = make_token(user, options["name"])
        self.stderr.write(
            "This key is shown once and kept nowhere. Give it to the program as “Authorization: Bearer …”."
        )
        self.stdout.write(key)

    def list(self, options: dict[str, Any]) -> None:
        for token in ApiToken.objects.select_related("user"):
            state = f"revoked {token.revoked_at:%Y-%m-%d}" if token.revoked_at else "valid"
            used = f"used {token.used_at:%Y-%m-%d}" if token.used_at else "never used"
            self.stdout.write(f"{token.pk}  {token.user.username}  {token.name}  {state}, {used}")

    def revoke(self, options: dict[str, Any]) -> None:
        token = ApiToken.objects.filter(pk=options["number"]).first()
        if token is None:
            raise CommandError(f"There is no key {options['number']}.", returncode=2)
        revoke(token)
        self.stdout.write(f"“{token.name}” of {token.user.username} opens nothing any more.")
