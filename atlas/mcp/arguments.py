"""What each tool is asked with."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from atlas.api.parameters import Day, Key, PublicId, Text
from atlas.api.routes.provisions import CHANGE_CLASSES

MOST = 20  # records of one answer
LONGEST = 20_000  # characters of one answer of archived text
Words = Annotated[Text, Field(max_length=300)]


class Arguments(BaseModel):
    """Anything that is not asked for by name is refused, so that a slip does not widen an answer."""

    model_config = ConfigDict(extra="forbid")


class Search(Arguments):
    words: Words = Field(
        "",
        description='Words of the text: "exact words" in quotes, `or`, `-` before a word that must not occur.',
    )
    platform: Key = Field("", description="Slug of a platform, such as `streamly`.")
    topic: Key = Field("", description="Key of a topic, such as `training-user-content`.")
    limit: int = Field(10, ge=1, le=MOST)
    cursor: Annotated[Text, Field(max_length=1000)] = Field(
        "", description="Without words: `next_cursor` of the answer before."
    )


class OfProvision(Arguments):
    id: PublicId = Field(description="Identifier of a provision, such as AT-P-000123.")


class OfPublication(Arguments):
    id: PublicId = Field(description="Identifier of a publication, such as AT-A-000007.")


class VersionText(Arguments):
    id: PublicId = Field("", description="Identifier of a version, such as AT-V-000012. Or give document and day.")
    document: PublicId = Field("", description="Identifier of a document, such as AT-D-000001.")
    day: Day | None = Field(None, description="The day (UTC) of whose end the text is asked for, such as 2026-05-01.")
    start: int = Field(0, ge=0, le=10**9, description="Character to begin with; long texts come in pieces.")
    length: int = Field(LONGEST, ge=1, le=LONGEST, description="How many characters at most.")


class Changes(Arguments):
    platform: Key = Field("", description="Slug of a platform.")
    document: PublicId = Field("", description="Identifier of a document.")
    provision: PublicId = Field("", description="Identifier of a provision.")
    topic: Key = Field("", description="Key of a topic.")
    change_class: CHANGE_CLASSES = Field(
        "announced", description="announced: substantive, and not a return to a text that was archived before."
    )
    since: Day | None = Field(None, description="Captured on this day (UTC) or later.")
    limit: int = Field(10, ge=1, le=MOST)
    cursor: Annotated[Text, Field(max_length=1000)] = Field("", description="`next_cursor` of the answer before.")


class Comparison(Arguments):
    topic: Key = Field(description="Key of a topic, such as `training-user-content`.")
    platforms: list[Key] = Field(
        default_factory=list, max_length=10, description="Slugs of the platforms to compare; none: all of them."
    )
    at: Annotated[Text, Field(max_length=40)] = Field(
        "", description="A moment of the past: 2026-05-01 (the end of that day, UTC), or 2026-05-01T12:00:00Z."
    )
    cursor: Annotated[Text, Field(max_length=1000)] = Field("", description="`next_cursor` of the answer before.")


class Checksum(Arguments):
    sha256: Annotated[str, Field(pattern="^[0-9a-fA-F]{64}$")] = Field(description="A SHA-256 in hexadecimal.")
