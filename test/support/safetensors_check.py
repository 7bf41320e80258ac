"""Writes and reads safetensors files with the reference library, for test/data/safetensors.test.ts.

read <file>: prints {"metadata": {...}, "tensors": {name: {"dtype", "shape", "data"}}} as JSON, read by the library `safetensors`.
write <file>: writes a file with one tensor of every element type numpy has.
Exits with 3 when the library is not installed.
"""

import json
import sys

try:
    import numpy as np
    from safetensors import safe_open
    from safetensors.numpy import save_file
except ImportError:
    sys.exit(3)

action, path = sys.argv[1:]
if action == "read":
    with safe_open(path, framework="numpy") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}
        metadata = file.metadata()
    print(
        json.dumps(
            {
                "metadata": metadata,
                "tensors": {
                    name: {"dtype": str(x.dtype), "shape": list(x.shape), "data": x.ravel().tolist()} for name, x in tensors.items()
                },
            }
        )
    )
else:
    values = [0, 1, 2, 100]
    types = ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool"]
    tensors = {name: np.array(values).astype(name).reshape(2, 2) for name in types}
    tensors["scalar"] = np.array(-2.5, np.float32)
    tensors["none"] = np.zeros((0, 3), np.float32)
    tensors["halves"] = np.array([1 / 3, -0.0, 65504, 6e-8, 6.1e-5, np.inf, -np.inf], np.float16)
    save_file(tensors, path, metadata={"made by": "safetensors"})
