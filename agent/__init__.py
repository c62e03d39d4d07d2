"""The conversation, and every face of the product."""
