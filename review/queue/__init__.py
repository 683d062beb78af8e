"""The queue: what waits for whom. One tab is one list; its count and its list come from the same query set."""

from review.queue.filters import Filters, choices
from review.queue.pages import counts, page_of
from review.queue.tabs import TABS, Tab

__all__ = ["TABS", "Filters", "Tab", "choices", "counts", "page_of"]
