"""The stand-in answers imports and nothing else."""

from __future__ import annotations

import pytest
import tensorflow as tf
from tensorflow import TensorFlowAbsent


def test_imports_and_class_definitions_work() -> None:
    import tensorflow.keras.layers as layers

    class Layer(layers.Layer):  # type: ignore[misc]
        """As Rasa defines them."""

    @tf.function
    def decorated(x: int) -> int:
        return x

    assert decorated(3) == 3
    assert Layer.__name__ == "Layer"


def test_computing_is_a_clear_error() -> None:
    with pytest.raises(TensorFlowAbsent, match="Linden runs Rasa without TensorFlow"):
        tf.constant(3)
