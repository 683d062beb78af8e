"""A dossier as a PDF: pages with numbers, a table of contents, an outline; the same bytes for the same state."""

import io
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph
from reportlab.platypus.tableofcontents import TableOfContents

from atlas.controls import one_line
from atlas.dossier.contents import Dossier
from atlas.dossier.sections import SECTIONS, opening
from atlas.dossier.typesetting import BODY, NOTICE, PART, PLAIN, SECTION, WIDTH, Setter, gap

MARGIN = 20 * mm
MISSED = (
    "Some characters of these texts are not in the typeface of this document, or are of a script that it cannot set."
    " They stand as codes like U+4E2D on grey, and after many of these as □; the addresses and checksums lead to the"
    " texts as archived."
)


def print_dossier(told: Dossier) -> bytes:
    """The PDF of ``told``."""
    setter = Setter()
    sections = _sections(told, setter)  # first, for it finds out whether letters were missed
    start = list(opening(told, setter))
    start += [setter.paragraph(MISSED, NOTICE)] if setter.letters.has_missed else []
    written = io.BytesIO()
    pages = _Pages(written, told)
    pages.multiBuild([*start, gap(), Paragraph("Contents", PART), _contents(), *sections])
    return written.getvalue()


def _sections(told: Dossier, setter: Setter) -> list[Flowable]:
    made: list[Flowable] = []
    for title, (_, section) in zip(_titles(), SECTIONS, strict=True):
        made += [setter.paragraph(title, SECTION), *section(told, setter)]
    return made


def _contents() -> TableOfContents:
    """With its lines from the beginning, so that only their page numbers are missing after the first of two passes."""
    contents = TableOfContents()
    contents.levelStyles = [BODY]
    contents.dotsMinLevel = 0
    contents.addEntries([(0, title, 0, _key(title)) for title in _titles()])
    return contents


def _titles() -> list[str]:
    return [f"{number}. {name}" for number, (name, _) in enumerate(SECTIONS, start=1)]


def _key(title: str) -> str:
    return f"section-{title.partition('.')[0]}"


class _Pages(BaseDocTemplate):  # type: ignore[misc]  # the library has no types
    """A4 pages with one column. Tells the table of contents and the outline of each section."""

    def __init__(self, file: io.BytesIO, told: Dossier) -> None:
        provision = told.provision
        title = f"{provision.public_id} {one_line(provision.title)}"
        # invariant: no time of printing, and no number at random, in the file
        super().__init__(file, pagesize=A4, title=title, author="Atlas", lang="en-GB", invariant=1)
        self.footer = f"Atlas · dossier of {provision.public_id} · not legal advice"
        frame = Frame(MARGIN, MARGIN, WIDTH, A4[1] - 2 * MARGIN, leftPadding=0, rightPadding=0)
        self.addPageTemplates(PageTemplate("page", [frame], onPage=self._foot))

    def _foot(self, canvas: Canvas, _: Any) -> None:
        canvas.setFont(PLAIN, 7.5)
        canvas.drawString(MARGIN, 12 * mm, self.footer)
        canvas.drawRightString(MARGIN + WIDTH, 12 * mm, f"page {canvas.getPageNumber()}")

    def afterFlowable(self, flowable: Flowable) -> None:
        if not isinstance(flowable, Paragraph) or flowable.style is not SECTION:
            return
        title = flowable.getPlainText()
        self.canv.bookmarkPage(_key(title))
        self.canv.addOutlineEntry(title, _key(title), 0)
        self.notify("TOCEntry", (0, title, self.page, _key(title)))
