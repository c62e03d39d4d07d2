"""The DiffRhythm engine: a request in, takes out. Models are loaded at the first render and stay."""

from collections.abc import Iterator

from songsmith.engine.device import choose_device, choose_dtype
from songsmith.engine.diffrhythm.card import CARD, extra
from songsmith.engine.diffrhythm.forecast import Cost, cost_of
from songsmith.engine.diffrhythm.model_cache import Resident, dit_config
from songsmith.engine.diffrhythm.options import Options
from songsmith.engine.diffrhythm.parts import Version, dit_part, parts_for
from songsmith.engine.diffrhythm.plan import Plan, check_plan_outline, make_plan
from songsmith.engine.diffrhythm.readiness import readiness, song_seconds
from songsmith.engine.diffrhythm.styles import style_similarity
from songsmith.engine.engine import (
    Audio,
    EngineError,
    EngineStatus,
    Forecast,
    OnProgress,
    RenderRequest,
    RequestOutline,
    Take,
)
from songsmith.engine.speed import format_wait, machine_flops_per_s
from songsmith.engine.weights.parts import format_bytes
from songsmith.engine.weights.store import Store, models_folder
from songsmith.lyrics.frames import Variant

__all__ = ["DiffRhythmEngine"]


class DiffRhythmEngine:
    """Sings English and Chinese from the published DiffRhythm weights."""

    card = CARD
    name = CARD.name

    def __init__(self) -> None:
        self._resident = Resident()

    def status(self) -> EngineStatus:
        """Whether the weights are here, and an accelerator; torch is imported only if the weights are."""
        return readiness(Store(models_folder()))

    def song_seconds(self, duration_s: float) -> float:
        """On a CPU by a short measurement of it; 0, unknown, where a GPU would sing that torch does not see yet."""
        return song_seconds(Store(models_folder()), duration_s)

    def style_similarity(self, audio: Audio, style: str) -> float | None:
        """By its style encoder; see `JudgesStyle`."""
        return style_similarity(Store(models_folder()), audio, style)

    def check_outline(self, outline: RequestOutline) -> None:
        """Options, length, language, style, weights and device; see `Engine.check_outline`."""
        options = check_plan_outline(outline)
        _complete_store(options.variant_for(outline.duration_s), options.version)
        choose_dtype(options.dtype, choose_device(options.device))

    def forecast(self, request: RenderRequest) -> Forecast:
        """Variant, lines, steps, memory and time. Raises `EngineError` for what `render` would refuse."""
        plan = make_plan(request)
        store = _complete_store(plan.variant, plan.options.version)
        device = choose_device(plan.options.device)
        cost = _cost(plan, request, store, device)
        return Forecast(
            style=_style_in_words(request, plan.options),
            wall_s=cost.wall_s,
            memory_bytes=cost.memory_bytes,
            notes=(*_cost_notes(plan, request, cost, device), *plan.notes),
        )

    def render(self, request: RenderRequest, on_progress: OnProgress) -> Iterator[Take]:
        """Takes in the order of the seeds. What can be refused without loading a model is refused at once."""
        plan = make_plan(request)
        store = _complete_store(plan.variant, plan.options.version)
        device = choose_device(plan.options.device)
        choose_dtype(plan.options.dtype, device)

        from songsmith.engine.diffrhythm.rendering import Rendering

        return Rendering(plan, request, store, device, self._resident, on_progress).takes()


def _complete_store(variant: Variant, version: Version) -> Store:
    """The models folder, with all that this model needs in it."""
    store = Store(models_folder())
    parts = parts_for(variant, version)
    is_whole = all(store.has(part) for part in parts if part.is_required)
    if extra().missing or not is_whole:
        status = readiness(store, variant, version)
        raise EngineError(f"DiffRhythm can't sing here yet: {status.reason}", hint=status.remedy)
    return store


def _cost(plan: Plan, request: RenderRequest, store: Store, device: str) -> Cost:
    from songsmith.engine.diffrhythm.model.sampler import forwards

    dtype = choose_dtype(plan.options.dtype, device)
    folder = store.folder / dit_part(plan.variant, plan.options.version).name
    return cost_of(
        dit_config(folder, plan.variant),
        frames=plan.frames,
        takes=len(request.seeds),
        forwards=forwards(plan.options.sampler()),
        bytes_per_weight=dtype.itemsize,
        chunk_frames=plan.options.chunk_frames,
        takes_at_once=plan.options.takes_at_once,
        flops_per_s=machine_flops_per_s(device, str(dtype).removeprefix("torch.")),
    )


def _cost_notes(plan: Plan, request: RenderRequest, cost: Cost, device: str) -> list[str]:
    """What will be calculated, how long and with how much memory, and whether it is the official way."""
    from songsmith.engine.device_limits import room_bytes
    from songsmith.engine.diffrhythm.model.sampler import PRESETS, forwards

    sampler = plan.options.sampler()
    takes = f", {len(request.seeds)} takes" if len(request.seeds) > 1 else ""
    notes = [
        f"{plan.variant} model {plan.options.version}, {plan.frames} frames, "
        f"{forwards(sampler)} forward passes on {device}{takes}: "
        f"{format_wait(cost.wall_s)}, {format_bytes(cost.memory_bytes)} of memory"
    ]
    if sampler != PRESETS["exact"]:
        notes.append("not the official sampling but an approximation: another, similar song")
    room = room_bytes(device)
    if 0 < room < cost.memory_bytes:
        notes.append(f"{device} has {format_bytes(room)} of memory, which may not be enough")
    return notes


def _style_in_words(request: RenderRequest, options: Options) -> str:
    if not options.style_audio:
        return request.style
    names = ", ".join(reference.path.name for reference in options.style_audio)
    words = f" and “{request.style}”" if options.style_text_weight else ""
    return f"after {names}{words}"
