"""What songsmith needs on this machine: one small check for each thing, and the safe repairs."""
