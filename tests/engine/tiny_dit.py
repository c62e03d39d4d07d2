"""Sizes of a transformer that is small enough for tests and has every part."""

from songsmith.engine.diffrhythm.model.dit import DiTConfig

TINY = DiTConfig(
    dim=64,
    depth=2,
    heads=32,
    ff_mult=2,
    text_dim=32,
    conv_layers=1,
    mel_dim=64,
    text_num_embeds=20,
    max_frames=6144,
)
