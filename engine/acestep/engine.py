"""The ACE-Step engine: a request in, takes out. Models are loaded at the first render and stay."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from songsmith.engine.acestep.card import CARD, extra
from songsmith.engine.acestep.cost import song_frames, song_wall_s
from songsmith.engine.acestep.lora import Lora, check_lora, parse_lora
from songsmith.engine.acestep.options import Options
from songsmith.engine.acestep.parts import TOKENIZER, part_for
from songsmith.engine.acestep.placing import Placing, place
from songsmith.engine.acestep.plan import Plan, check_plan_outline, make_plan
from songsmith.engine.acestep.readiness import readiness, song_seconds
from songsmith.engine.acestep.tokens import check_tokens
from songsmith.engine.engine import (
    EngineError,
    EngineStatus,
    Forecast,
    OnProgress,
    RenderRequest,
    RequestOutline,
    Take,
)
from songsmith.engine.speed import format_wait, machine_flops_per_s
from songsmith.engine.times import SungTimes
from songsmith.engine.weights.parts import format_bytes
from songsmith.engine.weights.store import Store, models_folder

if TYPE_CHECKING:
    from songsmith.engine.acestep.models import Resident

__all__ = ["AceStepEngine"]


class AceStepEngine:
    """Sings fifty languages from the published ACE-Step 1.5 turbo weights."""

    card = CARD
    name = CARD.name

    def __init__(self) -> None:
        self._resident: Resident | None = None

    def status(self) -> EngineStatus:
        """Whether the packages and the weights are here; torch is imported only if they are."""
        return readiness(Store(models_folder()))

    def song_seconds(self, duration_s: float) -> float:
        """By a short measurement of the CPU; 0, unknown, where a GPU would sing that torch does not see yet."""
        return song_seconds(Store(models_folder()), duration_s)

    def check_outline(self, outline: RequestOutline) -> None:
        """Options, length, language, style, weights, device and memory; see `Engine.check_outline`."""
        options = check_plan_outline(outline)
        store = _complete_store(options)
        placing = place(options, store, song_frames(outline.duration_s))
        _lora_of(options, store, placing)

    def forecast(self, request: RenderRequest) -> Forecast:
        """Model, steps, memory and time. Raises `EngineError` for what `render` would refuse."""
        plan = make_plan(request)
        store = _complete_store(plan.options)
        placing = place(plan.options, store, plan.frames)
        check_tokens(plan, store.folder / part_for(placing.model).name / TOKENIZER)
        _lora_of(plan.options, store, placing)
        wall_s = _wall_s(plan, placing, len(request.seeds))
        return Forecast(
            style=_style_in_words(plan),
            wall_s=wall_s,
            memory_bytes=placing.memory_bytes,
            notes=(_cost_note(plan, placing, wall_s, len(request.seeds)), *plan.notes),
        )

    def render(self, request: RenderRequest, on_progress: OnProgress) -> Iterator[Take]:
        """Takes in the order of the seeds. What can be refused without loading a model is refused at once."""
        plan = make_plan(request)
        store = _complete_store(plan.options)
        placing = place(plan.options, store, plan.frames)
        check_tokens(plan, store.folder / part_for(placing.model).name / TOKENIZER)
        lora = _lora_of(plan.options, store, placing)

        from songsmith.engine.acestep.models import Resident
        from songsmith.engine.acestep.rendering import Rendering

        if self._resident is None:
            self._resident = Resident()
        return Rendering(plan, request, store, placing, self._resident, on_progress, lora).takes()

    def sung_times(self, take: Take, request: RenderRequest) -> SungTimes | None:
        """Read from the model's attention; None for a model or a take where that can't be done."""
        if take.engine != self.name or not request.lyrics.lines:
            return None
        plan = make_plan(request)
        store = _complete_store(plan.options)
        placing = place(plan.options, store, plan.frames)

        from songsmith.engine.acestep.attention_times import heads_of
        from songsmith.engine.acestep.line_times import times_by_attention
        from songsmith.engine.acestep.models import Resident
        from songsmith.engine.acestep.rendering import kept_latents

        latents, _ = kept_latents(take, plan)
        if latents is None or take.details.get("model") != placing.model:
            return None
        self._resident = self._resident or Resident()
        models = self._resident.models(store, placing, _lora_of(plan.options, store, placing))
        heads = heads_of(placing.model, models.transformer)
        if heads is None:
            return None
        times = times_by_attention(self._resident, models, plan, request.lyrics, latents, heads)
        return replace(times, model=placing.model) if times else None


def _complete_store(options: Options) -> Store:
    """The models folder, with all in it that one of the wanted models needs."""
    store = Store(models_folder())
    models = options.models()
    if extra().missing or not any(store.has(part_for(model)) for model in models):
        status = readiness(store, models)
        raise EngineError(f"ACE-Step can't sing here yet: {status.reason}", hint=status.remedy)
    return store


def _lora_of(options: Options, store: Store, placing: Placing) -> Lora | None:
    """The LoRA that is asked for. Raises `EngineError` for one that the model can't sing with."""
    if not options.lora:
        return None
    lora = parse_lora(options.lora)
    check_lora(lora, store.folder / part_for(placing.model).name / "transformer")
    return lora


def _wall_s(plan: Plan, placing: Placing, takes: int) -> float:
    new_frames = sum(end - start for start, end in plan.new_frames) or None
    return takes * song_wall_s(
        placing.sizes,
        plan.frames,
        plan.options.steps,
        machine_flops_per_s(placing.device, placing.dtype_name),
        is_cpu=placing.device == "cpu",
        new_frames=new_frames,
    )


def _cost_note(plan: Plan, placing: Placing, wall_s: float, takes: int) -> str:
    stages = ", in stages" if placing.is_staged else ""
    count = f", {takes} takes" if takes > 1 else ""
    return (
        f"{placing.model} model, {plan.options.steps} steps on {placing.device} "
        f"in {placing.dtype_name}{stages}{count}: "
        f"{format_wait(wall_s)}, {format_bytes(placing.memory_bytes)} of memory"
    )


def _style_in_words(plan: Plan) -> str:
    """The text as it is sent, and the numbers sent beside it."""
    facts = plan.facts
    sent = [f"{facts.bpm} bpm"] if facts.bpm else []
    sent += [word for word in (facts.key, facts.metre) if word]
    if plan.options.style_audio is not None:
        sent.append(f"timbre of {plan.options.style_audio.name}")
    return " · ".join([plan.caption, *sent])
