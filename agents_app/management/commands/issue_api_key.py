"""Issues an API key from the command line; prints the key and nothing else, so that a script can
take it.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from agents_app.api_keys import issue_api_key
from agents_app.models import Business


class Command(BaseCommand):
    help = "Issue an API key for a business and print it. It can't be read again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--business", required=True, metavar="SLUG", help="whose key it is")
        parser.add_argument("--name", default="Command line", help="what it is for")

    def handle(self, *args: Any, **options: Any) -> None:
        business = Business.objects.filter(slug=options["business"]).first()
        if business is None:
            raise CommandError(f"No business has the slug {options['business']!r}.{_known_slugs()}")
        self.stdout.write(issue_api_key(business=business, name=options["name"][:100]))


def _known_slugs() -> str:
    slugs = Business.objects.order_by("slug").values_list("slug", flat=True)[:20]
    return f" There are: {', '.join(slugs)}." if slugs else " There is none yet."
