"""A tensor inside a published ONNX model as one of its outputs, without the model being read or written anew."""

__all__ = ["told_output"]


def told_output(name: str) -> bytes:
    """What makes an output of the tensor `name` where it is joined to a model's bytes: protocol buffers are merged when
    they are joined, and this is ModelProto.graph.output.name."""
    return _field(7, _field(12, _field(1, name.encode())))


def _field(number: int, content: bytes) -> bytes:
    """A field of a protocol buffer: what it is, its length in groups of seven bits, what it holds."""
    length, groups = len(content), []
    while length > 0x7F:
        groups.append(length & 0x7F | 0x80)
        length >>= 7
    return bytes([number << 3 | 2, *groups, length]) + content
