"""Documents of a fictional service, long enough to pass for documents."""

PARAGRAPHS = {
    "Definitions": (
        "In these terms, Service means the assistant that Marrowmint offers at its address, and Content means what you "
        "enter into the Service and what the Service gives back to you."
    ),
    "Use of Content": (
        "We may use your Content to train and improve our models. You can opt out of this at any time in your settings."
    ),
    "Retention": (
        "We keep your Content for 30 days after you delete it, so that we can look into misuse of the Service."
    ),
    "Termination": (
        "You may close your account at any time. We may suspend your account if you break these terms, after we have "
        "told you why."
    ),
    "Governing law": (
        "These terms are governed by the law of Ireland, and disputes are heard by the courts of Dublin."
    ),
}


def document(**changes: str | None) -> str:
    """The terms of Marrowmint. ``Use_of_Content="…"`` replaces a paragraph, None leaves it out, new names are added."""
    paragraphs: dict[str, str | None] = {
        **PARAGRAPHS,
        **{name.replace("_", " "): text for name, text in changes.items()},
    }
    sections = [f"{title}\n{'-' * len(title)}\n\n{text}" for title, text in paragraphs.items() if text is not None]
    return "Terms of Marrowmint\n===================\n\n" + "\n\n".join(sections) + "\n"


ERROR_PAGE = "This page isn't available\n\nAn unexpected error has occurred. Try reloading the page.\n"
