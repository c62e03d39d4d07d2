"""The song folder: versions of the words, takes and their manifests."""
