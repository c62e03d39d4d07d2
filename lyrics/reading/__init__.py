"""LRC and the other ways in which people write lyrics down."""
