"""Speech turned into singing, line by line, in helper processes."""
