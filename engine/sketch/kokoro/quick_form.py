"""The voice's graph with less to do for the same sound.

The published graph spells a normalisation out in nine steps and its activation, x + sin²(ax) / a, in five, over tensors
that no core's cache can hold. Here they are one step and three: the factors of the activation go into the normalisation
before it and the convolution after it. Convolutions get a height of one, since onnxruntime's for pictures are quicker
than those for sound. What comes out differs by less than rounding does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.sketch.kokoro.graph import GraphReader, add_constant, replace_nodes

__all__ = ["in_quick_form"]

_HEIGHT, _FLAT = "axis of the height", "flat"


@dataclass(frozen=True)
class _Activation:
    """x + sin²(ax) / a, then a convolution: the name of `a` and its inverse, and the names of what comes out."""

    factor: str
    inverse: NDArray[np.float32]
    result: str
    convolved: str


@dataclass(frozen=True)
class _Norm:
    """A normalisation over time of `source`, times `scale` plus `shift`, (1, channels, 1) each."""

    source: str
    scale: str
    shift: str
    epsilon: float
    result: str


def in_quick_form(model: Any) -> Any:
    """`model` (an ONNX ModelProto, changed in place) with its normalisations, activations and convolutions as above."""
    graph = model.graph
    add_constant(graph, _HEIGHT, np.array([2]))
    add_constant(graph, _FLAT, np.array([-1]))
    reader = GraphReader(graph)
    norms = {norm.result: norm for norm in _norms(graph, reader)}
    activations = {norm.result: _activation(norm.result, reader) for norm in norms.values()}
    by_result = {each.result: (name, each) for name, each in activations.items() if each}
    inverses = {each.convolved: each.inverse for each in activations.values() if each}
    nodes: list[Any] = []
    for node in graph.node:
        name = node.output[0]
        if name in norms:
            nodes += _norm_nodes(norms[name], activations[name])
        elif name in by_result:
            nodes += _activation_nodes(*by_result[name])
        elif node.op_type == "Conv":
            nodes += _convolution_nodes(graph, node, inverses.get(name))
        else:
            nodes.append(node)
    replace_nodes(graph, nodes)
    return model


def _norms(graph: Any, reader: GraphReader) -> Iterator[_Norm]:
    """Every (x - mean) / sqrt(variance + epsilon) * scale + shift of the graph; several may share their quotient."""
    for quotient in graph.node:
        if quotient.op_type != "Div":
            continue
        above, below = map(reader.maker, quotient.input)
        if not (above and below and above.op_type == "Sub" and below.op_type == "Sqrt"):
            continue
        epsilon = float(reader.value(reader.maker(below.input[0]).input[1]))
        for scaled in reader.readers(quotient.output[0], "Mul"):
            (shifted,) = reader.readers(scaled.output[0], "Add")
            yield _Norm(
                source=above.input[0],
                scale=_other(scaled, quotient.output[0]),
                shift=_other(shifted, scaled.output[0]),
                epsilon=epsilon,
                result=shifted.output[0],
            )


def _activation(name: str, reader: GraphReader) -> _Activation | None:
    """The activation that the tensor `name` goes through, if it goes through one to a convolution."""
    for scaled in reader.readers(name, "Mul"):
        steps = [scaled]
        for kind in ("Sin", "Pow", "Mul", "Add", "Conv"):
            steps += reader.readers(steps[-1].output[0], kind)[:1]
        if len(steps) == 6 and name in steps[4].input:
            factor = _other(scaled, name)
            inverse = reader.value(_other(steps[3], steps[2].output[0]))
            assert np.allclose(reader.value(factor) * inverse, 1, atol=1e-3)
            return _Activation(factor, inverse, steps[4].output[0], steps[5].output[0])
    return None


def _other(node: Any, name: str) -> str:
    """The one of a node's two inputs that is not `name`."""
    return str(node.input[1] if node.input[0] == name else node.input[0])


def _norm_nodes(norm: _Norm, activation: _Activation | None) -> Iterator[Any]:
    """`norm`, already times the factor of the activation that comes after it."""
    from onnx.helper import make_node

    flat = []
    for part in (norm.scale, norm.shift):
        given = part
        if activation:
            given = f"{norm.result} {part} times factor"
            yield make_node("Mul", [part, activation.factor], [given])
        flat.append(f"{norm.result} {part} flat")
        yield make_node("Reshape", [given, _FLAT], flat[-1:])
    inputs = [norm.source, *flat]
    yield make_node("InstanceNormalization", inputs, [norm.result], epsilon=norm.epsilon)


def _activation_nodes(name: str, activation: _Activation) -> Iterator[Any]:
    """y + sin²(y) of the tensor `name`, which is ax; the convolution divides by a."""
    from onnx.helper import make_node

    sine, square = f"{name} sine", f"{name} square"
    yield make_node("Sin", [name], [sine])
    yield make_node("Mul", [sine, sine], [square])
    yield make_node("Add", [name, square], [activation.result])


def _convolution_nodes(graph: Any, node: Any, inverse: NDArray[np.float32] | None) -> Iterator[Any]:
    """A convolution over time as one over pictures of height 1, its inputs times `inverse` if that is given."""
    from onnx.helper import make_node

    name, weights = node.output[0], node.input[1]
    if inverse is not None:
        by_channel = add_constant(graph, f"{name} inverse", inverse.reshape(1, -1, 1))
        yield make_node("Mul", [weights, by_channel], [f"{name} weights"])
        weights = f"{name} weights"
    picture = f"{name} picture weights"
    yield make_node("Unsqueeze", [weights, _HEIGHT], [picture])
    spans = {each.name: list(each.ints) for each in node.attribute if each.ints}
    before, after = spans["pads"]
    yield make_node("Unsqueeze", [node.input[0], _HEIGHT], [f"{name} given"])
    yield make_node(
        "Conv",
        [f"{name} given", picture, *node.input[2:]],
        [f"{name} picture"],
        kernel_shape=[1, *spans["kernel_shape"]],
        dilations=[1, *spans["dilations"]],
        strides=[1, *spans["strides"]],
        pads=[0, before, 0, after],
    )
    yield make_node("Squeeze", [f"{name} picture", _HEIGHT], [name])
