"""A model is read as the library of ONNX reads it, and an output joined to it is written as that would write it."""

import pytest

from songsmith.engine.sketch.voices.model_bytes import input_names, results_of, told_output

onnx = pytest.importorskip("onnx")


def written() -> bytes:
    nodes = [
        onnx.helper.make_node("Mul", ["lengths", "scale"], ["long"], alpha=0.5, name="Ceil"),
        onnx.helper.make_node("Ceil", ["long"], ["frames"]),
        onnx.helper.make_node("Split", ["frames"], ["left", "right"], axis=-1),
    ]
    numbers = onnx.TensorProto.FLOAT
    inputs = [onnx.helper.make_tensor_value_info(name, numbers, [2]) for name in ("lengths", "é")]
    outputs = [onnx.helper.make_tensor_value_info("right", numbers, [1])]
    scale = onnx.helper.make_tensor("scale", numbers, [300], [1.0] * 300)
    graph = onnx.helper.make_graph(nodes, "graph", inputs, outputs, [scale])
    return bytes(onnx.helper.make_model(graph).SerializeToString())


def test_inputs_and_the_results_of_operators_are_found_by_kind():
    assert input_names(written()) == {"lengths", "é"}
    assert results_of(written(), "Ceil") == ["frames"]
    assert results_of(written(), "Split") == ["left", "right"]
    assert results_of(written(), "Floor") == []


@pytest.mark.parametrize("length", [1, 120, 128, 300, 20_000])
def test_a_joined_output_is_what_the_library_writes_however_long_its_name(length):
    name = "/" + "n" * (length - 1)
    output = onnx.ValueInfoProto(name=name)
    graph = onnx.GraphProto(output=[output])
    assert told_output(name) == onnx.ModelProto(graph=graph).SerializeToString()


@pytest.mark.parametrize(
    "model", [b"\xff", b"\xff" * 40, b"\x3a\x7f", b"\x3b", b"\x39\x01", b"\x3a\x04\x5a\x02\x0a\x7f"]
)
def test_what_is_no_model_is_refused(model):
    with pytest.raises(ValueError, match="protocol buffer"):
        input_names(model)


def test_a_model_cut_anywhere_is_refused_or_lacks_its_end():
    model = written()
    for end in range(1, len(model)):
        try:
            found = input_names(model[:end])
        except ValueError:
            continue
        assert found <= {"lengths", "é"}
