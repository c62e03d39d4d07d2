"""The embedded engine: a guide singer and a band on the CPU, in seconds, nothing to download."""
