"""Published files: the catalogue, download, verification, conversion, and the models folder."""
