"""What became of a draft, in the words of the people who read it. Pure; the kinds are those of `analysis.retries`."""

KINDS = {
    "transient": "The model service could not be reached",
    "timeout": "The model took too long to answer",
    "rate": "The model service asked for patience",
    "empty": "The model's answer was empty",
    "refused": "The model declined to answer",
    "too_long": "The provision is too long for the model",
    "truncated": "The model's answer was cut off",
    "request": "The model service refused the request",
    "invalid": "The model's answer was not usable",
    "bug": "Something went wrong on our side",
    "config": "The model is not set up",
    "budget": "The account of the model service is used up",
    "lost": "The worker stopped without a word",
    "set_aside": "Its change was set aside",
}
NAMELESS = "No cause was noted"


def in_words(kind: str) -> str:
    """The cause of a failure; one that has no words yet is shown by its name."""
    return KINDS.get(kind, kind.replace("_", " ").capitalize() if kind else NAMELESS)
