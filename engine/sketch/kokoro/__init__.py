"""Kokoro's network: its files, its parts, its voices, and what it reads."""
