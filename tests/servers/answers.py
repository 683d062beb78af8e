"""What a model says: a good answer, and answers that go wrong in every way that we know of."""

import json
from collections.abc import Callable
from itertools import count
from typing import Any

from tests.servers.double import Answer, Asked, grounded_answer, mended_answer, with_quote
from tests.servers.replies import Behaviour, Reply, completion

HUGE = 5_000_000  # characters
_numbers = count()


def good(asked: Asked) -> Reply:
    return 200, {}, completion(json.dumps(grounded_answer(asked)))


def saying(content: str | None, *, finish_reason: str = "stop", **message: object) -> Behaviour:
    """``content`` whatever was asked."""
    return lambda asked: (200, {}, completion(content, finish_reason=finish_reason, **message))


def changed(change: Callable[[Answer, Asked], object]) -> Behaviour:
    """The good answer after ``change`` worked on it."""

    def behave(asked: Asked) -> Reply:
        answer = json.loads(json.dumps(grounded_answer(asked)))
        change(answer, asked)
        return 200, {}, completion(json.dumps(answer))

    return behave


# Not what was asked for.

broken_json = saying('{"summary": [')
not_an_object = saying('"The provision lets the platform train on content."')
empty_content = saying("")
null_content = saying(None)
refusal = saying(None, refusal="I can't help with that.")
stopped_by_filter = saying("The provision", finish_reason="content_filter")
cut_off = saying('{"summary": [{"quotes"', finish_reason="length")
with_null_character = changed(lambda answer, asked: answer.update(title="A null \0 character"))
with_half_a_surrogate = saying('{"title": "half \ud800 a letter"}')
huge = changed(lambda answer, asked: answer.update(title="x" * HUGE))


def in_a_fence(asked: Asked) -> Reply:
    return 200, {}, completion(f"```json\n{json.dumps(grounded_answer(asked), indent=2)}\n```\n")


def padded(asked: Asked) -> Reply:
    """A good answer among five million blanks."""
    return 200, {}, completion(json.dumps(grounded_answer(asked)) + " " * HUGE)


def invented_citation(asked: Asked) -> Reply:
    return changed(lambda answer, asked: answer["summary"][0].update(obligations=["gdpr-art-999"]))(asked)


# As it was asked for, and wrong.

nonsense_words = "Lorem ipsum dolor sit amet, consectetur adipiscing elit"


def nonsense(asked: Asked) -> Reply:
    """Every sentence fits the schema and rests on nothing."""

    def empty_words(answer: Answer, asked: Asked) -> None:
        for part in ("summary", "why_it_matters", "practical_effect", "contract_implications"):
            answer[part] = [{"quotes": [], "obligations": [], "text": nonsense_words}]

    return changed(empty_words)(asked)


def invented_quote(asked: Asked) -> Reply:
    return 200, {}, completion(json.dumps(with_quote(asked, lambda _: "We sell all of your data to everyone")))


def altered_quote(asked: Asked) -> Reply:
    return 200, {}, completion(json.dumps(with_quote(asked, lambda quote: quote.replace(" may ", " may not ", 1))))


def misquoting(words: str, instead: str) -> Behaviour:
    """A quote of the summary in which ``instead`` stands for ``words`` of the provision."""

    def misquote(answer: Answer, asked: Asked) -> None:
        block, text = next((key, text) for key, text in asked.blocks.items() if words in text)
        sentence = next(sentence for sentence in text.split(". ") if words in sentence)
        answer["summary"][0]["quotes"] = [{"block": block, "text": sentence.replace(words, instead, 1)}]

    return changed(misquote)


def stating(words: str) -> Behaviour:
    """A sentence of the model's own, beside a quote that is in order."""
    return changed(lambda answer, asked: answer["why_it_matters"][0].update(text=words))


def acting(words: str) -> Behaviour:
    return changed(lambda answer, asked: answer["compliance_considerations"][0].update(text=words))


def in_german(asked: Asked) -> Reply:
    """Every sentence of the model's own in another language; the quotes stay."""

    def translate(node: Any) -> None:
        if isinstance(node, dict) and {"quotes", "after"} & set(node) and "text" in node:
            node["text"] = (
                "Der Text sagt, was die Plattform mit den Inhalten der Nutzer machen darf, und dass sie diese Inhalte "
                "auch für das Training ihrer Modelle verwenden kann, wenn der Nutzer dem nicht widerspricht"
            )
        for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            translate(child)

    return changed(lambda answer, asked: translate(answer))(asked)


def echoing_the_boundary(asked: Asked) -> Reply:
    words = f"The text between <<{asked.boundary} provision>> and the end states this"
    return stating(words)(asked)


def flagging_foreign_law(asked: Asked) -> Reply:
    """A flag of one jurisdiction that cites the law of another."""

    def mix(answer: Answer, asked: Asked) -> None:
        (key, place) = asked.candidates[0]
        other = next(other for _, other in asked.candidates if other != place)
        answer["jurisdiction_flags"][0]["jurisdiction"] = other
        answer["jurisdiction_flags"][0]["statement"]["obligations"] = [key]

    return changed(mix)(asked)


# Said beside the answer.


def with_envelope(**fields: Any) -> Behaviour:
    """A good answer in a body whose ``fields`` are others; None takes one away."""

    def behave(asked: Asked) -> Reply:
        body = completion(json.dumps(grounded_answer(asked))) | fields
        return 200, {}, {name: value for name, value in body.items() if name not in fields or value is not None}

    return behave


def with_usage(usage: object) -> Behaviour:
    def behave(asked: Asked) -> Reply:
        return 200, {}, completion(json.dumps(grounded_answer(asked))) | {"usage": usage}

    return behave


# Answers to the request to mend quotes.


def mending_nothing(asked: Asked) -> Reply:
    """The model says of each quote that no words of the provision carry it."""
    return 200, {}, completion(json.dumps(mended_answer(asked, lambda asked, repair: None)))


def mending_badly(asked: Asked) -> Reply:
    """Other words in place of each quote, which do not stand in the provision either."""
    return 200, {}, completion(json.dumps(mended_answer(asked, _invented)))


def _invented(asked: Asked, repair: str) -> Answer:
    return {"block": next(iter(asked.blocks)), "text": f"We sell what we know about you ({next(_numbers)})"}
