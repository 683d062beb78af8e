"""How many pages a second Wagtail serves on this machine, beside our page of a provision with its analysis. By hand:

    PYTHONPATH=. uv run python tests/benchmarks/bench_wagtail.py [SECONDS]

Makes a Wagtail site in a scratch folder, whose home page has the words of one of our pages as rich text, and serves it
with the same numbers of workers and threads to the same eight readers. It has SQLite, which for one page that is only
read is the quickest that Wagtail can have; and it compresses nothing, as it comes. No part of the project.
"""

import html
import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atlas.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402

from atlas.models import Publication  # noqa: E402
from tests.benchmarks.filling import say, scratch_database  # noqa: E402
from tests.benchmarks.public_filling import fill_database  # noqa: E402
from tests.benchmarks.public_load import ask, serving, wait_for  # noqa: E402

PORT, ROUNDS = 8466, 3
RUN = ["uv", "run", "--no-project", "--with", "wagtail>=7,<8", "--with", "gunicorn>=23,<26"]
MODEL = """
from django.db import models
from wagtail.fields import RichTextField
from wagtail.models import Page

class HomePage(Page):
    body = RichTextField(blank=True)
"""
TEMPLATE = """{% extends "base.html" %}{% load wagtailcore_tags %}
{% block content %}<h1>{{ page.title }}</h1>{{ page.body|richtext }}{% endblock %}"""
SETTINGS = """
from .base import *
DEBUG, SECRET_KEY, ALLOWED_HOSTS = False, "bench", ["*"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
"""
WRITE = """
import sys; from home.models import HomePage
page = HomePage.objects.get(); page.body = open("words.html").read(); page.save_revision().publish()
"""


@contextmanager
def wagtail(words: list[str]) -> Iterator[int]:
    """A Wagtail site with one page that has ``words`` as paragraphs. Gives its port."""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder)
        env = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
        env["DJANGO_SETTINGS_MODULE"] = "scratch.settings.bench"

        def run(*command: str, given: str = "") -> None:
            subprocess.run([*RUN, *command], cwd=site, env=env, input=given, text=True, check=True, capture_output=True)

        run("wagtail", "start", "scratch", ".")
        (site / "home/models.py").write_text(MODEL)
        (site / "home/templates/home/home_page.html").write_text(TEMPLATE)
        (site / "scratch/settings/bench.py").write_text(SETTINGS)
        (site / "words.html").write_text("".join(f"<p>{html.escape(line)}</p>" for line in words))
        run("python", "manage.py", "makemigrations", "home")
        run("python", "manage.py", "migrate")
        run("python", "manage.py", "shell", "-c", WRITE)
        serve = ["gunicorn", "scratch.wsgi", "--workers", "2", "--threads", "4", "--bind", f"127.0.0.1:{PORT}"]
        server = subprocess.Popen([*RUN, *serve, "--preload", "--log-level", "warning"], cwd=site, env=env)
        try:
            wait_for(PORT)
            yield PORT
        finally:
            server.terminate()
            server.wait(20)


def words_of(page: str) -> list[str]:
    """The text of a page of ours, paragraph by paragraph."""
    body = page[page.index("<main") : page.index("</main>")]
    lines = (html.unescape(re.sub(r"<[^>]*>", " ", piece)) for piece in re.split(r"</(?:p|h\d|li|tr|dd)>", body))
    return [" ".join(line.split()) for line in lines if line.strip()]


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    with scratch_database():
        call_command("load_catalogue", stdout=io.StringIO())
        fill_database()
        settings.DEBUG, settings.ALLOWED_HOSTS = False, ["testserver"]
        address = Publication.objects.live().order_by("pk")[7].get_absolute_url()
        words = words_of(Client().get(address).content.decode())
        say(f"{sum(map(len, words)):,} characters of {address}")
        with serving() as ours, wagtail(words) as theirs:
            for _ in range(ROUNDS):
                for name, port, path in (("Atlas", ours, address), ("Wagtail", theirs, "/")):
                    told = ask(port, [path], seconds)
                    say(f"{name:8} {told['rate']:7.0f} a second, {told['median']:6.1f} ms, p99 {told['p99']:6.0f} ms")


if __name__ == "__main__":
    main()
