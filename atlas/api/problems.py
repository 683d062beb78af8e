"""Answers that are errors: problem details (RFC 9457), each with a sentence that says what to do."""

from http import HTTPStatus

from django.http import HttpResponse
from pydantic import BaseModel, ConfigDict, Field


class Problem(BaseModel):
    """An error as RFC 9457 has it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "about:blank",
                    "title": "Not Found",
                    "status": 404,
                    "detail": "There is no provision AT-P-999999. Take identifiers from /provisions.",
                }
            ]
        }
    )

    type: str = Field(description="Always about:blank: the status says which kind of problem it is.")
    title: str = Field(description="The name of the status.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What is wrong, and what to do about it.")


class ProblemError(Exception):
    """Ends a request with a problem as its answer."""

    def __init__(self, status: int, detail: str) -> None:
        self.status, self.detail = status, detail
        super().__init__(detail)


def not_found(detail: str) -> ProblemError:
    return ProblemError(404, detail)


def bad_request(detail: str) -> ProblemError:
    return ProblemError(400, detail)


def problem(status: int, detail: str) -> HttpResponse:
    """The answer that tells a problem."""
    return told(Problem(type="about:blank", title=HTTPStatus(status).phrase, status=status, detail=detail))


def told(body: Problem) -> HttpResponse:
    """``body`` as an answer."""
    return HttpResponse(body.model_dump_json(), status=body.status, content_type="application/problem+json")
