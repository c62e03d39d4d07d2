"""The networks of DiffRhythm and the sampler: tensors in, tensors out."""
