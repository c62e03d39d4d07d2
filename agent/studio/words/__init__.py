"""The verbs on the words of an open song: written, rewritten, offered in several wordings, changed by hand, checked."""
