"""``manage.py classify_changes``: on collections written here, and scored on the labelled changes of a real one."""

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.atlas.collections import CollectionMaker

OLD = (
    "# Orchard Terms\n\nYou keep your photos.\n\nWe keep them for 30 days after you leave.\n\nIrish law applies.\n" * 2
)
NEW = OLD.replace("30 days", "90 days")
ERROR = "Page not found\n"
DOCUMENT = "Orchard/Terms of Service"
Row = dict[str, Any]


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    """Orchard's terms: old, new, an error page, and new again."""
    maker = CollectionMaker().first("Orchard", "Terms of Service", OLD)
    for text in (NEW, ERROR, NEW + "\nYou must be 18.\n"):
        maker.change("Orchard", "Terms of Service", text)
    return maker.write(tmp_path / "orchard.git")


def commits(repository: Path) -> list[str]:
    log = ["git", "-C", str(repository), "log", "--reverse", "--format=%H"]
    return subprocess.run(log, check=True, capture_output=True, text=True).stdout.split()


def classify(repository: Path | str, *lines: Row | str) -> list[Row]:
    """What the command answers; a row lacks what does not matter to its test."""
    out = StringIO()
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    stdin = text.encode().splitlines(keepends=True)
    call_command("classify_changes", repository=str(repository), stdin=stdin, stdout=out, stderr=StringIO())
    return [json.loads(line) for line in out.getvalue().splitlines()]


def row(repository: Path, way: tuple[int, int], old: str | None, new: str | None, **fields: str) -> Row:
    """A change between two of the collection's commits, counted from 0."""
    shas = commits(repository)
    known = {"id": "a", "document": DOCUMENT, "from_commit": shas[way[0]], "to_commit": shas[way[1]]}
    return known | {"old_text": old, "new_text": new} | fields


def labels(answers: list[Row]) -> list[str]:
    return [answer["label"] for answer in answers]


def test_each_line_gets_an_answer_with_reasons_in_its_place(collection: Path) -> None:
    changed = row(
        collection, (0, 1), "We keep them for 30 days after you leave.", "We keep them for 90 days after you leave."
    )
    same = row(collection, (0, 1), "You keep your photos.", "**You** keep your photos.", id="b")
    assert classify(collection, changed, "", same, changed) == [
        {"id": "a", "label": "substantive", "reasons": ["A number changed: “30” became “90”."]},
        {"id": "b", "label": "cosmetic", "reasons": ["Only markup or link targets changed."]},
        {"id": "a", "label": "substantive", "reasons": ["A number changed: “30” became “90”."]},
    ]


def test_what_stands_elsewhere_in_the_versions_is_moved_and_what_does_not_is_added_or_removed(collection: Path) -> None:
    moved = row(collection, (0, 1), None, "You keep your photos. Irish law applies.")
    gone = row(collection, (0, 1), "We keep them for 30 days after you leave.", None)
    come = row(collection, (0, 1), None, "We keep them for 90 days after you leave.")
    assert labels(classify(collection, moved, gone, come)) == ["split", "removed", "added"]


def test_a_failed_capture_and_the_recovery_from_it_are_noise_and_what_comes_with_it_is_not(collection: Path) -> None:
    failed = row(collection, (1, 2), "You keep your photos.", None)
    error = row(collection, (1, 2), None, ERROR)
    recovered = row(collection, (2, 3), None, "You keep your photos.")
    new = row(collection, (2, 3), None, "You must be 18.")
    answers = classify(collection, failed, error, recovered, new)
    assert labels(answers) == ["capture_noise", "capture_noise", "capture_noise", "added"]


def test_earlier_versions_tell_a_flapping_page(tmp_path: Path) -> None:
    maker = CollectionMaker().first("Orchard", "Terms of Service", OLD)
    maker.change("Orchard", "Terms of Service", NEW).change("Orchard", "Terms of Service", OLD)
    repository = maker.write(tmp_path / "flapping.git")
    back = "We keep them for 90 days after you leave.", "We keep them for 30 days after you leave."
    answers = classify(repository, row(repository, (1, 2), *back), row(repository, (0, 1), *reversed(back)))
    assert labels(answers) == ["capture_noise", "substantive"]


class TestARenamedService:
    """A service's new folder goes on with the documents of the old one, under another name."""

    TERMS = "\n\n".join(f"{{name}} prints the photos of album {number} that you upload to it." for number in range(8))
    COOKIES = "Cookies are files on your device when you visit our sites, such as {name} or the Press.\n"
    ASKED = COOKIES.format(name="Albumio"), COOKIES.format(name="Leafly")

    def judged(self, later_terms: str, tmp_path: Path) -> list[str]:
        maker = CollectionMaker().first("Albumio", "Terms of Service", self.TERMS.format(name="Albumio"))
        maker.first("Leafly", "Terms of Service", later_terms)
        maker.first("Leafly", "Trackers Policy", OLD + "\n" + self.ASKED[0])
        maker.change("Leafly", "Trackers Policy", OLD + "\n" + self.ASKED[1])
        repository = maker.write(tmp_path / "renamed.git")
        return labels(classify(repository, row(repository, (2, 3), *self.ASKED, document="Leafly/Trackers Policy")))

    def test_its_names_mean_the_same(self, tmp_path: Path) -> None:
        assert self.judged(self.TERMS.format(name="Leafly"), tmp_path) == ["cosmetic"]

    def test_the_name_of_another_service_does_not(self, tmp_path: Path) -> None:
        assert self.judged(self.TERMS.format(name="Leafly").replace("photos", "maps"), tmp_path) == ["substantive"]


def test_unknown_commits_and_documents_are_judged_on_their_texts_and_said_so(collection: Path) -> None:
    step = "We keep it for 30 days.", "We keep it for 90 days."
    unknown = row(collection, (0, 1), *step, from_commit="0" * 40)
    other = row(collection, (0, 1), *step, document="Walnut/Privacy Policy")
    for answer in classify(collection, unknown, other):
        assert (answer["label"], answer["alone"]) == ("substantive", True)


def test_a_clone_with_files_and_a_bundle_give_the_same_answers(collection: Path, tmp_path: Path) -> None:
    question = row(collection, (2, 3), None, "You keep your photos.")
    clone, bundle = tmp_path / "clone", tmp_path / "orchard.bundle"
    subprocess.run(["git", "clone", "--quiet", str(collection), str(clone)], check=True)
    subprocess.run(["git", "-C", str(clone), "bundle", "create", "--quiet", str(bundle), "HEAD", "--all"], check=True)
    assert classify(clone, question) == classify(bundle, question) == classify(collection, question)


def test_a_header_of_a_pair_tells_document_and_commits_of_what_follows(collection: Path) -> None:
    first, second = commits(collection)[:2]
    header = {"type": "pair", "id": "p", "document": DOCUMENT, "from_commit": first, "to_commit": second}
    passage = {"id": "p.0", "old_text": None, "new_text": "We keep them for 90 days after you leave."}
    assert classify(collection, header, passage)[0]["label"] == "added"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("nonsense", "line 2 is not JSON"),
        ("[]", "line 2 is not a JSON object"),
        ('{"id": "b"}', 'line 2: "document" is missing'),
        ('{"id": 7}', 'line 2: "id" is missing or not a text'),
    ],
)
def test_bad_input_is_named_by_its_line(collection: Path, line: str, message: str) -> None:
    with pytest.raises(CommandError, match=message) as error:
        classify(collection, row(collection, (0, 1), "a", "b"), line)
    assert error.value.returncode == 2


def test_texts_that_are_none_are_bad_input(collection: Path) -> None:
    with pytest.raises(CommandError, match='"old_text" and "new_text" are both null'):
        classify(collection, row(collection, (0, 1), None, None))
    with pytest.raises(CommandError, match='"new_text" has to be a text or null'):
        classify(collection, row(collection, (0, 1), "a", None) | {"new_text": 3})


def test_bytes_that_are_no_text_are_bad_input(collection: Path) -> None:
    with pytest.raises(CommandError, match="line 1 is not UTF-8") as error:
        call_command("classify_changes", repository=str(collection), stdin=[b"\xff\xfe\n"])
    assert error.value.returncode == 2


def test_any_text_that_json_can_hold_gets_an_answer(collection: Path) -> None:
    odd = row(collection, (0, 1), "\ud800 \0 [](", "\ud800 \0 [](", id="\ud800")
    empty = row(collection, (0, 1), "", None)
    assert labels(classify(collection, odd, empty)) == ["unchanged", "merged"]


def test_a_repository_that_is_none_is_a_failure_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="nowhere") as error:
        classify(tmp_path / "nowhere")
    assert error.value.returncode == 1
    with pytest.raises(CommandError, match="git repository"):
        (tmp_path / "a.bundle").write_text("no bundle")
        classify(tmp_path / "a.bundle")


@pytest.fixture(scope="module")
def labelled(shared_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The answers to all labelled changes of the real collection."""
    folder = tmp_path_factory.mktemp("labelled")
    bundle, repository = shared_path / "ota" / "genai-eu-versions.bundle", folder / "eu.git"
    subprocess.run(["git", "clone", "--quiet", "--bare", str(bundle), str(repository)], check=True)
    files = [shared_path / "changes" / "dev.jsonl", *sorted((shared_path / "changes").glob("pairs_*.jsonl"))]
    lines = [line for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    answers = folder / "answers.jsonl"
    answers.write_text("".join(json.dumps(answer) + "\n" for answer in classify(repository, *lines)))
    return answers


@pytest.mark.parametrize(("gold", "bar"), [("dev.jsonl", "1.0,0.92"), ("pairs_*.jsonl", "1.0,0.85")])
def test_every_labelled_change_of_substance_is_found_and_few_others(
    labelled: Path, shared_path: Path, gold: str, bar: str
) -> None:
    """Scored by the scorer that comes with the labels. Bars: recall, precision."""
    changes = shared_path / "changes"
    score = [sys.executable, str(changes / "score.py"), str(labelled), *map(str, sorted(changes.glob(gold)))]
    done = subprocess.run([*score, "--bar", bar, "--errors", "20"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
