"""The command line: one module of commands per group, and the frame and flags they share."""
