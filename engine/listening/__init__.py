"""What was sung: a take transcribed and compared with its lyrics, line by line."""
