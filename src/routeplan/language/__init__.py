"""What users read, in their language: messages are data, texts live in one catalogue a language."""

from routeplan.language.catalogue import LANGUAGES, Texts, user_language
from routeplan.language.message import Message, message

__all__ = ["LANGUAGES", "Message", "Texts", "message", "user_language"]
