"""Only the provider may speak through the webhook (vectors: tests/data/twilio/SOURCE.md)."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData

from channels.sms.signature import genuine

DATA = json.loads((Path(__file__).parents[2] / "data/twilio/vectors.json").read_text("utf-8"))
VECTORS = DATA["vectors"]


def body(vector):
    return vector["body"] if "body" in vector else FormData([tuple(p) for p in vector["params"]])


def test_there_are_seven():
    assert len(VECTORS) == 7


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v["name"])
def test_the_vendors_vectors(vector):
    token = DATA["auth_token"]
    assert genuine(vector["url"], body(vector), vector["signature"], token)
    assert not genuine(vector["url"], body(vector), vector["signature"], token + "6")
    assert not genuine(vector["url"] + "&x=1", body(vector), vector["signature"], token)
    assert not genuine(vector["url"], body(vector), vector["signature"][::-1], token)


@pytest.mark.parametrize("signature", [None, "", "é", " "])
def test_missing_or_mangled(signature):
    assert not genuine("https://a.example/x", FormData(), signature, "12345")


def test_no_token_opens_nothing():
    assert not genuine(VECTORS[0]["url"], body(VECTORS[0]), VECTORS[0]["signature"], "")


@given(st.text(), st.dictionaries(st.text(), st.text()))
def test_noise_is_refused_and_never_raises(signature, fields):
    assert not genuine("https://a.example/x", FormData(fields), signature, "12345")
