"""Under which other names a collection holds a service: its former name, or its later one.

A service that is renamed gets a new folder, and its documents go on there. Told by the documents: what the new folder
begins with is what the old one said last, but for the name.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from atlas.archive.collections.ota import Texts
from atlas.archive.collections.past_texts import PastTexts, Recorded

ALIKE = 0.5  # share of the newer text's paragraphs that the older one holds; of unrelated services it is below 0.05
SHORTEST_PARAGRAPH = 40  # characters; headings and dates are alike everywhere
FEWEST_PARAGRAPHS = 5


class Successors:
    """The names of each service of a collection. Texts are read only when somebody asks."""

    def __init__(self, collection: PastTexts, texts: Texts) -> None:
        self.collection = collection
        self.texts = texts
        self.names = cache(self._names)

    def _names(self, service: str) -> frozenset[str]:
        """The other names of ``service``; mostly there are none."""
        return frozenset(
            other
            for other, document in self._with_the_same_documents(service)
            if self._goes_on(service, other, document) or self._goes_on(other, service, document)
        )

    def _with_the_same_documents(self, service: str) -> Iterator[tuple[str, str]]:
        types: dict[str, list[str]] = defaultdict(list)
        for path in self.collection.documents:
            name, _, document = path.partition("/")
            types[document].append(name)
        for document, services in types.items():
            if service in services:
                yield from ((other, document) for other in services if other != service)

    def _goes_on(self, former: str, later: str, document: str) -> bool:
        """Does the later folder begin with the text of the former one?"""
        first = self.collection.documents[f"{later}/{document}"][0]
        before = _latest_before(self.collection.documents[f"{former}/{document}"], first)
        if before is None:
            return False
        old = _paragraphs(self.texts.read(before.blob).replace(former, later))
        new = _paragraphs(self.texts.read(first.blob))
        return len(new) >= FEWEST_PARAGRAPHS and len(old & new) >= ALIKE * len(new)


def _latest_before(recorded: list[Recorded], first: Recorded) -> Recorded | None:
    return next((text for text in reversed(recorded) if text.position < first.position), None)


def _paragraphs(text: str) -> frozenset[str]:
    return frozenset(paragraph for paragraph in text.split("\n\n") if len(paragraph) >= SHORTEST_PARAGRAPH)
