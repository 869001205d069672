"""A short name for what a book says."""

from __future__ import annotations

import hashlib
import json

from routeplan.book.models import Book

__all__ = ["digest"]


def digest(book: Book) -> str:
    """SHA-256 of the book's content, whatever file it came from."""
    content = json.dumps(book.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()
