"""Voices and band mixed: filters, levels, effects."""
