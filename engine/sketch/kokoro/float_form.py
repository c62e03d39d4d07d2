"""A quantised ONNX graph with its products done in 32-bit floats again.

The published decoder rounds what goes into every convolution to eight bits, over a whole line at once. That is heard
as noise. Here the weights keep their eight bits, but the sound that runs through them is not rounded.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from songsmith.engine.sketch.kokoro.graph import GraphReader, add_constant, replace_nodes

__all__ = ["with_float_products"]

_PRODUCTS = {"ConvInteger": "Conv", "MatMulInteger": "MatMul"}


def with_float_products(model: Any) -> Any:
    """`model` (an ONNX ModelProto, changed in place) with each quantised product as a product of floats.

    One is written as quantise, ConvInteger or MatMulInteger, maybe add a bias, cast to float, multiply by the scales.
    """
    from onnx.helper import make_node

    graph = model.graph
    reader = GraphReader(graph)
    nodes: list[Any] = []
    for node in graph.node:
        if node.op_type in _PRODUCTS:
            bias, result = _bias_and_result(node, reader)
            nodes += _weight_nodes(graph, node, result, reader)
            inputs = [reader.maker(node.input[0]).input[0], nodes[-1].output[0], *bias]
            product = make_node(_PRODUCTS[node.op_type], inputs, [result.output[0]])
            product.attribute.extend(node.attribute)
            result.output[0] += " as it was"
            node.CopyFrom(product)
        nodes.append(node)
    replace_nodes(graph, nodes)
    return model


def _bias_and_result(product: Any, reader: GraphReader) -> tuple[list[str], Any]:
    """The name of the float bias, if there is one, and the last node, which multiplies by the scales."""
    (after,) = reader.readers(product.output[0])
    bias: list[str] = []
    if after.op_type == "Add":
        source = reader.maker(after.input[1])
        while source.op_type != "Div":  # the bias over the scales, as a whole number
            source = reader.maker(source.input[0])
        bias = [source.input[0]]
        (after,) = reader.readers(after.output[0])
    return bias, reader.readers(after.output[0])[0]


def _weight_nodes(graph: Any, product: Any, result: Any, reader: GraphReader) -> Iterator[Any]:
    """The weights of a quantised product as floats: whole numbers less the zero point, times their scale. That is left
    to the runtime, which does it once, when the graph is loaded."""
    from onnx import TensorProto
    from onnx.helper import make_node

    name = product.input[1]
    zero = reader.value(product.input[3]).astype(np.float32)
    scales = reader.maker(result.input[1]).input
    scale = next(reader.value(s) for s in scales if reader.is_constant(s))
    if product.op_type == "ConvInteger":  # one of each for an output channel, or one for all
        zero, scale = zero.reshape(-1, 1, 1), scale.reshape(-1, 1, 1)
    zero_name = add_constant(graph, f"{name} zero", zero)
    scale_name = add_constant(graph, f"{name} scale", scale)
    yield make_node("Cast", [name], [f"{name} cast"], to=TensorProto.FLOAT)
    yield make_node("Sub", [f"{name} cast", zero_name], [f"{name} less zero"])
    yield make_node("Mul", [f"{name} less zero", scale_name], [f"{name} float"])
