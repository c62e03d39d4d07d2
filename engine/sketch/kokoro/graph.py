"""An ONNX graph as something to find one's way in and to change."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["GraphReader", "add_constant", "replace_nodes"]


class GraphReader:
    """Who makes a tensor of `graph` (an ONNX GraphProto), who reads it, what a constant holds."""

    def __init__(self, graph: Any) -> None:
        from onnx import numpy_helper

        self._makers = {name: node for node in graph.node for name in node.output}
        self._readers: dict[str, list[Any]] = {}
        for node in graph.node:
            for name in node.input:
                self._readers.setdefault(name, []).append(node)
        self._constants = {each.name: each for each in graph.initializer}
        self._value = numpy_helper.to_array

    def maker(self, name: str) -> Any:
        """The node that makes a tensor, None for an input or a constant."""
        return self._makers.get(name)

    def readers(self, name: str, kind: str = "") -> list[Any]:
        """The nodes that read a tensor, or those of them whose operator is `kind`."""
        nodes = self._readers.get(name, [])
        return [node for node in nodes if not kind or node.op_type == kind]

    def is_constant(self, name: str) -> bool:
        return name in self._constants

    def value(self, name: str) -> NDArray[Any]:
        """What the constant `name` holds."""
        return np.asarray(self._value(self._constants[name]))


def add_constant(graph: Any, name: str, value: NDArray[Any]) -> str:
    """`value` as a constant of `graph`; its name."""
    import onnx

    graph.initializer.append(onnx.numpy_helper.from_array(np.ascontiguousarray(value), name))
    return name


def replace_nodes(graph: Any, nodes: Sequence[Any]) -> None:
    """Let `graph` consist of `nodes`, in their order, less those, and those constants, that nothing reads any more."""
    needed = {output.name for output in graph.output}
    kept = []
    for node in reversed(nodes):
        if needed.intersection(node.output):
            needed.update(node.input)
            kept.append(_copy(node))
    constants = [each for each in graph.initializer if each.name in needed]
    _refill(graph.node, reversed(kept))
    _refill(graph.initializer, constants)
    del graph.value_info[:]


def _copy(node: Any) -> Any:
    copy = type(node)()
    copy.CopyFrom(node)
    return copy


def _refill(field: Any, items: Iterable[Any]) -> None:
    items = list(items)
    del field[:]
    field.extend(items)
