"""A model service for tests: a real HTTP server that speaks OpenAI's chat completions, and a double for the model.

By default it answers from the request itself: it reads the blocks and the obligations of the prompt and quotes them,
so any provision gets a valid, grounded analysis. `script` makes the next requests behave otherwise, one entry each.
"""

import json
import re
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = dict[str, Any]
FACTORS = ("direction", "sensitivity", "breadth", "permanence", "regulatory_hook")
BLOCK = re.compile(r"^\[([PB]\d+)\] (.*?)(?=\n\n\[[PB]\d+\] |\n*\Z)", re.MULTILINE | re.DOTALL)
CANDIDATE = re.compile(r"^- `([^`]+)` \(([A-Z-]+)\) ", re.MULTILINE)
LIKELY_TOPICS = re.compile(r"^Cue words suggest: (.*)\. Cues err", re.MULTILINE)
PLAIN = re.compile(r"[^\[\]()<>{}“”\"*_`|\\\n#]{12,}")
NAME = "test-double-1"
TRICKLE_SECONDS = 0.05


def blocks_in(prompt: str, name: str) -> dict[str, str]:
    """The blocks between the boundary lines ``<<… name>>`` and ``<<… end>>``."""
    found = re.search(rf"^<<(\S+) {name}>>\n(.*?)^<<\1 end>>", prompt, re.MULTILINE | re.DOTALL)
    return dict(BLOCK.findall(found[2])) if found else {}


def quotable(text: str) -> str:
    """The longest run of ``text`` without markup, at most about 160 characters of whole words."""
    runs = PLAIN.findall(text) or [text]
    words = max(runs, key=len).strip(" -:;,.").split(" ")
    while len(words) > 3 and len(" ".join(words)) > 160:
        words.pop()
    return " ".join(words)


def grounded_answer(prompt: str) -> Answer:
    """An analysis whose quotes stand in the prompt's blocks and whose citations are among its obligations."""
    blocks, before = blocks_in(prompt, "provision"), blocks_in(prompt, "previous")
    block, text = max(blocks.items(), key=lambda item: len(quotable(item[1])))
    quote = {"block": block, "text": quotable(text)}
    catalogue = prompt.split("# Topics")[0]
    cited = CANDIDATE.search(catalogue)
    topics = LIKELY_TOPICS.search(prompt)

    def statement(words: str, *keys: str) -> Answer:
        return {"quotes": [quote], "obligations": list(keys), "text": words}

    changes = []
    if before:
        old_block, old_text = max(before.items(), key=lambda item: len(quotable(item[1])))
        old = {"block": old_block, "text": quotable(old_text)}
        changes = [{"before": [old], "after": [quote], "text": "The provision is worded anew"}]
    return {
        "summary": [statement("The document states what the provision is about in these words")],
        "why_it_matters": [statement("A team that relies on the platform reads these words first")],
        "practical_effect": [statement("What follows in practice depends on these words")],
        "interpretive_note": [],
        "change_summary": changes,
        "no_material_change": False,
        "regulatory_landscape": [statement("The obligation is relevant to these words", cited[1])] if cited else [],
        "exposure": {
            "factors": [{"name": name, "quotes": [quote], "score": 1} for name in FACTORS],
            "concerns": ["business_customers"],
            "rationale": [statement("The rating rests on these words")],
        },
        "jurisdiction_flags": [
            {"jurisdiction": cited[2], "statement": statement("These words need a closer look", cited[1])}
        ]
        if cited
        else [],
        "contract_implications": [statement("The contract can settle what these words leave open")],
        "compliance_considerations": [
            {"quotes": [quote], "obligations": [], "text": "Record where the organisation relies on these words"}
        ],
        "attributes": [],
        "topics": topics[1].split(", ")[:6] if topics else [],
        "title": "What the provision states",
        "abstained": ["interpretive_note", "attributes"],
    }


def with_quote(prompt: str, alter: Callable[[str], str]) -> Answer:
    """The grounded answer with the quote of its summary altered."""
    answer: Answer = json.loads(json.dumps(grounded_answer(prompt)))
    quote = answer["summary"][0]["quotes"][0]
    quote["text"] = alter(quote["text"])
    return answer


def completion(content: str | None, *, finish_reason: str = "stop", **message: object) -> Answer:
    return {
        "id": "chatcmpl-test",
        "object": "chat.completion",
        "created": 1_780_000_000,
        "model": NAME,
        "choices": [
            {
                "index": 0,
                "finish_reason": finish_reason,
                "message": {"role": "assistant", "content": content, **message},
            }
        ],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 200, "total_tokens": 1200},
    }


def error(message: str, code: str | None = None) -> Answer:
    return {"error": {"message": message, "type": "test", "code": code}}


Reply = tuple[int, dict[str, str], Answer | str]
Behaviour = Callable[[str], Reply]


def good(prompt: str) -> Reply:
    return 200, {}, completion(json.dumps(grounded_answer(prompt)))


def invented_quote(prompt: str) -> Reply:
    return 200, {}, completion(json.dumps(with_quote(prompt, lambda _: "We sell all of your data to everyone")))


def altered_quote(prompt: str) -> Reply:
    return 200, {}, completion(json.dumps(with_quote(prompt, lambda quote: quote.replace(" may ", " may not ", 1))))


def broken_json(prompt: str) -> Reply:
    return 200, {}, completion('{"summary": [')


def invented_citation(prompt: str) -> Reply:
    answer = grounded_answer(prompt)
    answer["summary"][0]["obligations"] = ["gdpr-art-999"]
    return 200, {}, completion(json.dumps(answer))


def cut_off(prompt: str) -> Reply:
    return 200, {}, completion('{"summary": [{"quotes"', finish_reason="length")


def refusal(prompt: str) -> Reply:
    return 200, {}, completion(None, refusal="I can't help with that.")


def empty(prompt: str) -> Reply:
    return 200, {}, {**completion(""), "choices": []}


def not_json(prompt: str) -> Reply:
    return 200, {}, "<html>Bad gateway</html>"


class Trickle(str):
    """A body of which a byte comes now and then: the connection is never silent for long, and never done."""


def trickle(prompt: str) -> Reply:
    return 200, {}, Trickle(" " * 10_000)


def status(code: int, message: str = "scripted", *, error_code: str | None = None, **headers: str) -> Behaviour:
    return lambda prompt: (
        code,
        {name.replace("_", "-"): value for name, value in headers.items()},
        error(message, error_code),
    )


def _last_shown(messages: list[dict[str, str]]) -> str:
    """The last message that shows a provision: one that asks for a correction shows none."""
    shown = [message["content"] for message in messages if " provision>>\n" in message["content"]]
    return shown[-1] if shown else messages[-1]["content"]


class ModelServer:
    """``script`` holds what the next requests get; ``gate`` holds answers back while it is closed.

    ``delay_seconds`` is how long the model thinks. ``requests`` are the bodies received.
    """

    def __init__(self) -> None:
        self.script: deque[Behaviour] = deque()
        self.requests: list[Answer] = []
        self.delay_seconds = 0.0
        self.gate = threading.Event()
        self.gate.set()
        self.waiting = 0
        self.most_at_once = 0
        self._lock = threading.Lock()
        self._http = _Server(("127.0.0.1", 0), _Handler)
        self._http.model = self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def reply(self, body: Answer) -> Reply:
        with self._lock:
            self.requests.append(body)
            behaviour = self.script.popleft() if self.script else good
            self.waiting += 1
            self.most_at_once = max(self.most_at_once, self.waiting)
        try:
            self.gate.wait()
            if self.delay_seconds:
                threading.Event().wait(self.delay_seconds)
            return behaviour(_last_shown(body["messages"]))
        finally:
            with self._lock:
                self.waiting -= 1

    @contextmanager
    def running(self) -> Iterator["ModelServer"]:
        thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.gate.set()
            self._http.shutdown()
            self._http.server_close()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    model: ModelServer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        code, headers, answer = self.server.model.reply(body)
        content = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
        try:
            self.send_response(code)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self._write(content, slowly=isinstance(answer, Trickle))
        except OSError:
            self.close_connection = True  # the caller gave up; that is what some tests are about

    def _write(self, content: bytes, *, slowly: bool) -> None:
        for piece in content if slowly else ():
            self.wfile.write(bytes([piece]))
            threading.Event().wait(TRICKLE_SECONDS)
        if not slowly:
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on stderr."""
