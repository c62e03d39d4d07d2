"""Many songs from a file of jobs: rows in, songs made here, by worker processes or on a Ray cluster, results out."""
