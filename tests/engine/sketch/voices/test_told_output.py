"""An output that is joined to a model is written as the library of ONNX writes it."""

import pytest

from songsmith.engine.sketch.voices.told_output import told_output

onnx = pytest.importorskip("onnx")


@pytest.mark.parametrize("length", [1, 120, 128, 300, 20_000])
def test_a_joined_output_is_what_the_library_writes_however_long_its_name(length):
    name = "/" + "n" * (length - 1)
    output = onnx.ValueInfoProto(name=name)
    graph = onnx.GraphProto(output=[output])
    assert told_output(name) == onnx.ModelProto(graph=graph).SerializeToString()
