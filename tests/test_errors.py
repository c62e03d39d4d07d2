from songsmith.errors import SongsmithError


def test_an_error_names_what_is_endlessly_long_by_its_beginning():
    told = str(
        SongsmithError(f"there is no take '{'9' * 5_000}'", where="/songs/x", hint="give t001")
    )
    assert told.startswith("/songs/x: there is no take '999") and told.endswith("9…; give t001")
    assert len(told) < 200


def test_an_error_is_one_line_of_where_what_and_hint():
    error = SongsmithError("holds two\nlines", where="song.lrc:7", hint="join them")
    assert str(error) == "song.lrc:7: holds two lines; join them"
