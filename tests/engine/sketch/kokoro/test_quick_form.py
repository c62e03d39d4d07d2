"""The quick form of a graph gives what the graph gives, with fewer steps."""

import copy
from collections import Counter

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")
from onnx import TensorProto, helper, numpy_helper  # noqa: E402

from songsmith.engine.sketch.kokoro.quick_form import in_quick_form  # noqa: E402

CHANNELS, LENGTH = 4, 50


def spelled_out():
    """A normalisation, the activation x + sin²(ax) / a and a convolution, as the voice's graph writes them."""
    random = np.random.default_rng(1)
    factor = random.uniform(0.5, 2, (1, CHANNELS, 1)).astype(np.float32)
    constants = {
        "axis": np.array([2]),
        "tiny": np.float32(1e-5),
        "two": np.float32(2),
        "factor": factor,
        "inverse": 1 / factor,
        "scale": random.normal(size=(1, CHANNELS, 1)).astype(np.float32),
        "shift": random.normal(size=(1, CHANNELS, 1)).astype(np.float32),
        "weights": random.normal(size=(CHANNELS, CHANNELS, 3)).astype(np.float32),
        "bias": random.normal(size=CHANNELS).astype(np.float32),
    }
    make = helper.make_node
    nodes = [
        make("ReduceMean", ["x", "axis"], ["mean"]),
        make("Sub", ["x", "mean"], ["centred"]),
        make("Mul", ["centred", "centred"], ["squares"]),
        make("ReduceMean", ["squares", "axis"], ["variance"]),
        make("Add", ["variance", "tiny"], ["safe"]),
        make("Sqrt", ["safe"], ["deviation"]),
        make("Div", ["centred", "deviation"], ["normal"]),
        make("Mul", ["scale", "normal"], ["scaled"]),
        make("Add", ["scaled", "shift"], ["shifted"]),
        make("Mul", ["factor", "shifted"], ["turned"]),
        make("Sin", ["turned"], ["sine"]),
        make("Pow", ["sine", "two"], ["square"]),
        make("Mul", ["inverse", "square"], ["wave"]),
        make("Add", ["shifted", "wave"], ["active"]),
        make("Conv", ["active", "weights", "bias"], ["y"], kernel_shape=[3], dilations=[2], pads=[2, 2], strides=[1]),
    ]  # fmt: skip
    shape = [1, CHANNELS, None]
    graph = helper.make_graph(
        nodes,
        "a block",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)


def test_a_block_in_quick_form_gives_the_same_values_in_fewer_steps():
    model = spelled_out()
    quick = in_quick_form(copy.deepcopy(model))
    x = np.random.default_rng(2).normal(2, 3, (1, CHANNELS, LENGTH)).astype(np.float32)
    np.testing.assert_allclose(run(quick, x), run(model, x), atol=1e-4)
    kinds = Counter(node.op_type for node in quick.graph.node)
    assert kinds["InstanceNormalization"] == kinds["Sin"] == kinds["Conv"] == 1
    assert not {"ReduceMean", "Div", "Pow", "Sqrt"} & set(kinds)


def run(model, x):
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(None, {"x": x})[0]
