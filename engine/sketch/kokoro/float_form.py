"""A quantised ONNX graph with its products done in 32-bit floats again.

The published decoder rounds what goes into every convolution to eight bits, over a whole line at once. That is heard
as noise. Here the weights keep their eight bits, but the sound that runs through them is not rounded.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["with_float_products"]

_PRODUCTS = {"ConvInteger": "Conv", "MatMulInteger": "MatMul"}


def with_float_products(model: Any) -> Any:
    """`model` (an ONNX ModelProto, changed in place) with each quantised product as a product of floats.

    One is written as quantise, ConvInteger or MatMulInteger, maybe add a bias, cast to float, multiply by the scales.
    """
    import onnx

    graph = model.graph
    reader = _Reader(graph)
    for place, node in enumerate(graph.node):
        if node.op_type not in _PRODUCTS:
            continue
        weights = f"float weights {place}"
        bias, result = reader.bias_and_result(node)
        graph.initializer.append(onnx.numpy_helper.from_array(reader.weights(node), weights))
        inputs = [reader.maker(node.input[0]).input[0], weights, *bias]
        product = onnx.helper.make_node(_PRODUCTS[node.op_type], inputs, [result.output[0]])
        product.attribute.extend(node.attribute)
        result.output[0] += " as it was"
        node.CopyFrom(product)
    _drop_unused(graph)
    return model


class _Reader:
    """Finds its way in a graph: who makes a tensor, who reads it, what a constant holds."""

    def __init__(self, graph: Any) -> None:
        from onnx import numpy_helper

        self._makers = {name: node for node in graph.node for name in node.output}
        self._readers = {name: node for node in reversed(graph.node) for name in node.input}
        self._constants = {each.name: each for each in graph.initializer}
        self._value = numpy_helper.to_array

    def maker(self, name: str) -> Any:
        return self._makers[name]

    def bias_and_result(self, product: Any) -> tuple[list[str], Any]:
        """The name of the float bias, if there is one, and the last node, which multiplies by the scales."""
        after = self._readers[product.output[0]]
        bias: list[str] = []
        if after.op_type == "Add":
            source = self._makers[after.input[1]]
            while source.op_type != "Div":  # the bias over the scales, as a whole number
                source = self._makers[source.input[0]]
            bias = [source.input[0]]
            after = self._readers[after.output[0]]
        return bias, self._readers[after.output[0]]

    def weights(self, product: Any) -> NDArray[np.float32]:
        """The weights of a quantised product as floats: whole numbers less the zero point, times their scale."""
        whole = self._value(self._constants[product.input[1]]).astype(np.float32)
        zero = self._value(self._constants[product.input[3]]).astype(np.float32)
        _, result = self.bias_and_result(product)
        scales = self._makers[result.input[1]].input
        scale = next(self._value(self._constants[s]) for s in scales if s in self._constants)
        if product.op_type == "ConvInteger":  # one of each for an output channel, or one for all
            ones = (1,) * (whole.ndim - 1)
            zero, scale = zero.reshape(-1, *ones), scale.reshape(-1, *ones)
        return np.asarray((whole - zero) * scale, dtype=np.float32)


def _drop_unused(graph: Any) -> None:
    """Take out of `graph` what nothing reads any more."""
    needed = {output.name for output in graph.output}
    kept = []
    for node in reversed(graph.node):
        if needed.intersection(node.output):
            needed.update(node.input)
            kept.append(node)
    constants = [each for each in graph.initializer if each.name in needed]
    del graph.node[:], graph.initializer[:], graph.value_info[:]
    graph.node.extend(reversed(kept))
    graph.initializer.extend(constants)
