"""Write a checkpoint as the files the bot loads: bot/pipeline/own/encoder.onnx and encoder.json.

    python export.py [--work DIR] [--out DIR] [--original]

The graph starts behind the table of words (inputs ``rows`` (b, n, 384) and ``mask`` (b, n) float32,
output ``vectors`` (b, 384), length 1). Weights are 8 bit, one scale a column, 7 bits used
(``reduce_range``): without it, processors that lack VNNI overflow in their 16-bit sums.
``--original`` exports the untuned model, to compare runtimes alone.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers import optimizer
from weights import HEADS, HIDDEN, Body, original, saved

from bot.pipeline.own.table import Wheel, wheel_path
from bot.settings import ROOT


def to_onnx(body: Body, path: Path) -> None:
    """The body as a float graph, LayerNorm, attention and Gelu fused."""
    body.eval()
    rows, mask = torch.randn(2, 9, HIDDEN), torch.ones(2, 9)
    axes = {0: "b", 1: "n"}
    raw = path.with_suffix(".raw.onnx")
    torch.onnx.export(
        body, (rows, mask), str(raw), input_names=["rows", "mask"], output_names=["vectors"],
        dynamic_axes={"rows": axes, "mask": axes, "vectors": {0: "b"}}, opset_version=17,
        dynamo=False,
    )  # fmt: skip
    fused = optimizer.optimize_model(
        str(raw), model_type="bert", num_heads=HEADS, hidden_size=HIDDEN, opt_level=0
    )
    fused.save_model_to_file(str(path))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=ROOT / "var" / "encoder")
    parser.add_argument("--out", type=Path, default=ROOT / "bot" / "pipeline" / "own")
    parser.add_argument("--original", action="store_true")
    parser.add_argument("--full-range", action="store_true", help="all 8 bits (VNNI only)")
    options = parser.parse_args()
    body = original(Wheel()) if options.original else saved(options.work / "checkpoint.pt")
    options.out.mkdir(parents=True, exist_ok=True)
    target = options.out / "encoder.onnx"
    with tempfile.TemporaryDirectory() as folder:
        fused = Path(folder) / "fused.onnx"
        to_onnx(body, fused)
        quantize_dynamic(
            str(fused), str(target), weight_type=QuantType.QInt8, per_channel=True,
            reduce_range=not options.full_range, op_types_to_quantize=["MatMul", "Attention"],
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT, "MatMulConstBOnly": True},
        )  # fmt: skip
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    manifest = {
        "version": f"own-{digest[:12]}",
        "dimension": HIDDEN,
        "sha256": digest,
        "table_sha256": hashlib.sha256(wheel_path().read_bytes()).hexdigest(),
    }
    (options.out / "encoder.json").write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")

    import onnxruntime

    run = onnxruntime.InferenceSession(str(target), providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(7)
    wheel = Wheel()
    numbers = rng.integers(10, 200_000, (32, 17))
    rows, mask = wheel.rows(numbers), np.ones((32, 17), np.float32)
    with torch.no_grad():
        wanted = body.eval()(torch.from_numpy(rows), torch.from_numpy(mask)).numpy()
    found = run.run(None, {"rows": rows, "mask": mask})[0]
    cosine = (wanted * found).sum(1)
    print(f"{target}: {target.stat().st_size / 1e6:.1f} MB, {manifest['version']}, cosine to the "
          f"float model min {cosine.min():.4f} mean {cosine.mean():.4f}")  # fmt: skip


if __name__ == "__main__":
    main()
