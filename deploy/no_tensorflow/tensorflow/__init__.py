"""Stands where Rasa imports TensorFlow.

Rasa 3.6 imports TensorFlow whether or not a pipeline uses it. Linden's does not, so this package
answers imports and class definitions, and raises `TensorFlowAbsent` as soon as anything wants to
compute with it.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import types
from typing import Any

_ROOTS = ("tensorflow", "keras", "tensorflow_hub", "tensorflow_text")
_VERSION = "2.12.0"


class TensorFlowAbsent(RuntimeError):
    """Something called TensorFlow, which is not part of Linden's environment."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} was called, but Linden runs Rasa without TensorFlow: use the components of "
            "bot.pipeline in config.yml (docs/decisions/0001-runtime.md)"
        )


class _Absent(type):
    """A class that may be inherited from and annotated with, but not used."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _absent(f"{cls.__name__}.{name}")

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls.__module__ == __name__:
            # A decorator such as @tf.function(...) is applied when a class is defined.
            if len(args) == 1 and callable(args[0]) and not kwargs:
                return args[0]
            if cls.__name__.endswith((".function", "register_keras_serializable", "TensorSpec")):
                return _Decorator()
            raise TensorFlowAbsent(cls.__name__)
        raise TensorFlowAbsent(cls.__name__)

    def __or__(cls, other: Any) -> Any:
        return cls

    __ror__ = __or__


class _Decorator:
    def __call__(self, function: Any) -> Any:
        return function


def _absent(name: str) -> _Absent:
    return _Absent(
        name,
        (object,),
        {"__module__": __name__, "__class_getitem__": classmethod(lambda cls, item: cls)},
    )


class _Module(types.ModuleType):
    __path__: list[str] = []
    __version__ = _VERSION

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = _absent(f"{self.__name__}.{name}")
        setattr(self, name, value)
        return value


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers ``import tensorflow.anything`` with an empty module."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name.split(".")[0] in _ROOTS and "." in name:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: Any) -> types.ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        pass


if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
    sys.meta_path.insert(0, _Finder())
sys.modules[__name__].__class__ = _Module
__version__ = _VERSION
