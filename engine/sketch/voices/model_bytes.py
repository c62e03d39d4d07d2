"""What a voice asks of a published ONNX model, read from its bytes and joined to them: onnxruntime names no inner
tensors, and the library that does takes longer to load than the voice to say a line.

A model is a protocol buffer: fields, each with its number, the kind of its content, and the content. Protocol buffers
are merged when they are joined.
"""

from collections.abc import Iterator

__all__ = ["input_names", "results_of", "told_output"]

_GRAPH = 7  # of a model
_NODE, _INPUT, _OUTPUT = 1, 11, 12  # of a graph
_NAME = 1  # of an input or output
_RESULT, _KIND = 2, 4  # of a node
_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5


def input_names(model: bytes) -> set[str]:
    """The names of a model's inputs. Raises `ValueError` for what is no model."""
    return {
        _text(name)
        for graph in _contents(memoryview(model), _GRAPH)
        for given in _contents(graph, _INPUT)
        for name in _contents(given, _NAME)
    }


def results_of(model: bytes, kind: str) -> list[str]:
    """The names of the tensors that the model's operators of a `kind`, such as "Ceil", make. Raises `ValueError`
    for what is no model."""
    return [
        _text(result)
        for graph in _contents(memoryview(model), _GRAPH)
        for node in _contents(graph, _NODE)
        if any(each == kind.encode() for each in _contents(node, _KIND))
        for result in _contents(node, _RESULT)
    ]


def told_output(name: str) -> bytes:
    """What makes an output of the tensor `name` where it is joined to a model's bytes."""
    return _field(_GRAPH, _field(_OUTPUT, _field(_NAME, name.encode())))


def _contents(message: memoryview, wanted: int) -> Iterator[memoryview]:
    """The contents of the fields numbered `wanted` of a message."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, kind = key >> 3, key & 7
        if kind == _BYTES:
            length, at = _varint(message, at)
        elif kind in (_EIGHT_BYTES, _FOUR_BYTES):
            length = 8 if kind == _EIGHT_BYTES else 4
        elif kind == _VARINT:
            length, (_, at) = 0, _varint(message, at)
        else:
            raise ValueError(f"no protocol buffer has a field of kind {kind}")
        if at + length > len(message):
            raise ValueError("the protocol buffer ends in the middle of a field")
        if number == wanted and kind == _BYTES:
            yield message[at : at + length]
        at += length


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """The number that begins at `at`, in groups of seven bits, the lowest first, and where it ends."""
    number = shift = 0
    while at < len(message):
        group = message[at]
        number |= (group & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if group <= 0x7F:
            return number, at
    raise ValueError("the protocol buffer ends in the middle of a number")


def _field(number: int, content: bytes) -> bytes:
    length, groups = len(content), []
    while length > 0x7F:
        groups.append(length & 0x7F | 0x80)
        length >>= 7
    return bytes([number << 3 | _BYTES, *groups, length]) + content


def _text(content: memoryview) -> str:
    return bytes(content).decode()
