"""The examples of `docs/models.md` are names and settings that litellm and Atlas know. Without network."""

import os
import re
import subprocess
import sys

import pytest

from atlas.config import Config, load_config
from tests.processes import ROOT

TEXT = (ROOT / "docs" / "models.md").read_text()
EXAMPLES = [dict(re.findall(r"^export (\w+)=(.*)$", block, re.MULTILINE)) for block in TEXT.split("```sh")[1:]]
MODELS = [example for example in EXAMPLES if "ATLAS_LLM_MODEL" in example]
PROBE = """
import sys
from analysis import llm
litellm = llm._litellm()
from litellm.utils import get_optional_params
call = llm.Call("", [], {"type": "object", "properties": {}, "required": []}, 100, 0.2, 10)
for name in sys.argv[1:]:
    model, provider, *_ = litellm.get_llm_provider(name)
    form = llm._arguments(call)["response_format"]
    sent = get_optional_params(
        model=model, custom_llm_provider=provider, response_format=form, max_tokens=100, temperature=0.2,
        drop_params=True,
    )
    print(provider, bool({"response_format", "format", "tools", "output_format", "outputConfig"} & set(sent)), sent)
"""


@pytest.mark.parametrize("example", MODELS, ids=lambda example: example["ATLAS_LLM_MODEL"])
def test_an_example_is_settings_that_atlas_takes(example: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    known = {f"ATLAS_{name.upper()}" for name in Config.model_fields}
    assert {name for name in example if name.startswith("ATLAS_")} <= known
    for name, value in example.items():
        monkeypatch.setenv(name, value)
    load_config.cache_clear()
    try:
        assert load_config().llm_model == example["ATLAS_LLM_MODEL"]
    finally:
        monkeypatch.undo()
        load_config.cache_clear()


def test_litellm_knows_each_model_and_sends_it_our_schema() -> None:
    names = [example["ATLAS_LLM_MODEL"] for example in MODELS]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "atlas.settings"}
    probe = subprocess.run(
        [sys.executable, "-c", PROBE, *names], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    told = [line.split(" ", 2) for line in probe.stdout.splitlines()]
    assert [provider for provider, *_ in told] == [name.partition("/")[0] for name in names]
    assert all(has_form == "True" for _, has_form, _ in told), probe.stdout
