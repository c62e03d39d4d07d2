"""A quantised ONNX graph with its products done in 32-bit floats again.

The published decoder rounds what goes into every convolution to eight bits, over a whole line at once. That is heard
as noise. Here the weights keep their eight bits, but the sound that runs through them is not rounded.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from songsmith.engine.sketch.kokoro.graph import GraphReader, add_constant, replace_nodes

__all__ = ["with_float_products"]

_PRODUCTS = {"ConvInteger": "Conv", "MatMulInteger": "MatMul"}


def with_float_products(model: Any) -> Any:
    """`model` (an ONNX ModelProto, changed in place) with each quantised product as a product of floats.

    One is written as quantise, ConvInteger or MatMulInteger, maybe add a bias, cast to float, multiply by the scales.
    """
    import onnx

    graph = model.graph
    reader = GraphReader(graph)
    for place, node in enumerate(graph.node):
        if node.op_type not in _PRODUCTS:
            continue
        bias, result = _bias_and_result(node, reader)
        weights = add_constant(graph, f"float weights {place}", _weights(node, result, reader))
        inputs = [reader.maker(node.input[0]).input[0], weights, *bias]
        product = onnx.helper.make_node(_PRODUCTS[node.op_type], inputs, [result.output[0]])
        product.attribute.extend(node.attribute)
        result.output[0] += " as it was"
        node.CopyFrom(product)
    replace_nodes(graph, list(graph.node))
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


def _weights(product: Any, result: Any, reader: GraphReader) -> NDArray[np.float32]:
    """The weights of a quantised product as floats: whole numbers less the zero point, times their scale."""
    whole = reader.value(product.input[1]).astype(np.float32)
    zero = reader.value(product.input[3]).astype(np.float32)
    scales = reader.maker(result.input[1]).input
    scale = next(reader.value(s) for s in scales if reader.is_constant(s))
    if product.op_type == "ConvInteger":  # one of each for an output channel, or one for all
        ones = (1,) * (whole.ndim - 1)
        zero, scale = zero.reshape(-1, *ones), scale.reshape(-1, *ones)
    return np.asarray((whole - zero) * scale, dtype=np.float32)
