import pytest

from songsmith.engine.acestep.cost import sizes_published, song_wall_s, tile_frames

H100_FLOPS_PER_S = 700e12


@pytest.mark.parametrize(("duration_s", "measured_s"), [(95, 0.83), (240, 1.71)])
def test_the_forecast_on_a_gpu_is_near_what_was_measured(duration_s, measured_s):
    frames = 25 * duration_s
    wall_s = song_wall_s(sizes_published("2b"), frames, 8, H100_FLOPS_PER_S, is_cpu=False)
    assert wall_s == pytest.approx(measured_s, rel=0.2)


def test_a_fix_is_forecast_by_the_frames_that_are_decoded():
    sizes = sizes_published("2b")
    whole, part = (
        song_wall_s(sizes, 2_375, 8, 190e9, is_cpu=True, new_frames=frames)
        for frames in (None, 100)
    )
    assert part < whole


@pytest.mark.parametrize(
    ("spare_gb", "frames", "tile"),
    [(60, 2_375, 3_072), (60, 700, 768), (12, 2_375, 768), (1, 2_375, 96)],
)
def test_a_gpu_decodes_as_much_at_once_as_fits_and_a_cpu_little_by_little(spare_gb, frames, tile):
    assert tile_frames(spare_gb * 10**9, frames, is_cpu=False) == tile
    assert tile_frames(spare_gb * 10**9, frames, is_cpu=True) == 96
