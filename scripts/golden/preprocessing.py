"""Makes test/golden/image_layers.json and lookup_layers.json with Keras 3 on TensorFlow:

python scripts/golden/preprocessing.py test/golden
"""

import json
import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import tensorflow as tf

images = []
lookups = []


def tensor(array):
    array = np.asarray(array)
    kind = {"dtype": "int32"} if array.dtype.kind == "i" else {}
    data = [int(v) if kind else float(f"{v:.9g}") for v in array.ravel()]
    return {"shape": list(array.shape), "data": data, **kind}


def pattern(*shape):
    size = int(np.prod(shape))
    values = [round((((i + 1) * 7919) % 2003) / 1001.5 - 1, 4) for i in range(size)]
    return np.asarray(values, "float32").reshape(shape)


def image(name, shape, training=False, **config):
    """A layer on images: outputs, and the gradient of sum(y * upstream) by x.

    Of affine maps TensorFlow's gradient is that of the inverse map, which is not the adjoint of what it computes: left out.
    """
    layer = getattr(keras.layers, name)(**config)
    x = tf.constant(pattern(*shape))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x, training=training)
        upstream = pattern(*y.shape)[::-1]
        total = tf.reduce_sum(y * upstream)
    grad = tape.gradient(total, x)
    images.append(
        {
            "name": f"{name} {json.dumps(config)} {list(shape)}",
            "config": {"layer": name, "training": training, **config},
            "inputs": {"x": tensor(x)},
            "outputs": {"y": tensor(y)},
            **({} if "fill_mode" in config else {"upstream": {"y": tensor(upstream)}, "grads": {"x": tensor(grad)}}),
        }
    )


for size in [(3, 3), (8, 10), (4, 7), (1, 2)]:
    for interpolation in ["bilinear", "nearest"]:
        image("Resizing", (2, 5, 6, 3), height=size[0], width=size[1], interpolation=interpolation)
for shape in [(1, 4, 9, 1), (1, 9, 4, 2)]:
    image("Resizing", shape, height=6, width=5, crop_to_aspect_ratio=True)
    image("Resizing", shape, height=6, width=5, pad_to_aspect_ratio=True, fill_value=0.25)
image("CenterCrop", (2, 6, 7, 2), height=3, width=4)
image("CenterCrop", (2, 3, 7, 2), height=5, width=4)
for fill in ["reflect", "nearest", "constant"]:
    for interpolation in ["bilinear", "nearest"]:
        way = {"fill_mode": fill, "interpolation": interpolation, "fill_value": 0.5}
        image("RandomRotation", (2, 5, 6, 2), True, factor=(0.07, 0.07), **way)
        image("RandomRotation", (1, 4, 4, 1), True, factor=(0.25, 0.25), **way)
        image("RandomTranslation", (2, 4, 7, 3), True, height_factor=(0.3, 0.3), width_factor=(-0.4, -0.4), **way)
        image("RandomZoom", (1, 5, 6, 4), True, height_factor=(0.3, 0.3), **way)
        image("RandomZoom", (1, 5, 6, 4), True, height_factor=(-0.45, -0.45), width_factor=(0.2, 0.2), **way)
# Moves by whole pixels: between the last pixel and the first, TensorFlow does not interpolate when it wraps.
image("RandomTranslation", (1, 4, 5, 2), True, height_factor=(0.25, 0.25), width_factor=(-0.4, -0.4), fill_mode="wrap")
image("RandomBrightness", (2, 3, 4, 2), True, factor=(0.3, 0.3), value_range=(-1.0, 1.0))


def lookup(name, config, data, adapt=None):
    """A layer that prepares data: the vocabulary, and what it makes of `data`."""
    layer = getattr(keras.layers, name)(**config)
    if adapt is not None:
        # Rows of different length are documents; Keras takes them ragged.
        ragged = isinstance(adapt[0], list) and len({len(row) for row in adapt}) > 1
        layer.adapt(iter([tf.ragged.constant(adapt)]) if ragged else np.asarray(adapt))
    y = layer(np.asarray(data))
    y = y.numpy() if hasattr(y, "numpy") else np.asarray(y)
    text = y.dtype.kind in "OSU"
    outputs = [v.decode() for v in y.ravel()] if text else tensor(y)
    # Counts come as int64 from Keras; they are numbers for a network.
    if not text and config.get("output_mode", "int") != "int":
        outputs.pop("dtype", None)
    vocabulary = [v.item() if hasattr(v, "item") else v for v in layer.get_vocabulary()]
    lookups.append(
        {
            "name": f"{name} {json.dumps(config)}",
            "config": {"layer": name, **config},
            "inputs": {"adapt": adapt, "data": data},
            "outputs": {"y": outputs, "vocabulary": vocabulary, "size": layer.vocabulary_size()},
        }
    )


words = [["the", "cat", "sat"], ["the", "dog", "Ünï"], ["a", "cat", "\U0001f600"], ["the", "\uff5e", "dog"]]
query = [["cat", "the", "unknown"], ["dog", "dog", "[UNK]"], ["\U0001f600", "sat", ""]]
vocabulary = ["the", "cat", "dog", "sat"]
for mode in ["int", "multi_hot", "count", "one_hot", "tf_idf"]:
    lookup("StringLookup", {"output_mode": mode}, query, words)
    lookup("StringLookup", {"output_mode": mode, "mask_token": "", "num_oov_indices": 3}, query, words)
for limit in [4, 6, 50]:
    lookup("StringLookup", {"max_tokens": limit}, query, words)
    lookup("StringLookup", {"max_tokens": limit, "output_mode": "count", "pad_to_max_tokens": True}, query, words)
lookup("StringLookup", {"vocabulary": vocabulary, "num_oov_indices": 0}, [["cat", "sat"]])
lookup("StringLookup", {"vocabulary": ["", "[UNK]", *vocabulary], "mask_token": ""}, query)
lookup("StringLookup", {"vocabulary": vocabulary, "invert": True}, [[1, 2, 0], [4, 3, 9]])
lookup("StringLookup", {"vocabulary": vocabulary, "invert": True, "mask_token": ""}, [[1, 2, 0], [4, 3, 9]])
weights = [0.5, 1.5, 2.0, 3.0]
lookup("StringLookup", {"vocabulary": vocabulary, "output_mode": "tf_idf", "idf_weights": weights}, query)

numbers = [[7, 7, 1000000007], [-3, 12, 7], [12, 0, 5]]
asked = [[7, 12, 99], [-3, -8, 1000000007], [0, 100, 5]]
for mode in ["int", "multi_hot", "count", "one_hot", "tf_idf"]:
    lookup("IntegerLookup", {"output_mode": mode}, asked, numbers)
    lookup("IntegerLookup", {"output_mode": mode, "mask_token": 0, "num_oov_indices": 3}, asked, numbers)
lookup("IntegerLookup", {"vocabulary": [12, 7, 5], "invert": True}, [[1, 2, 0], [3, 9, 1]])
lookup("IntegerLookup", {"vocabulary": [12, 7, 5], "invert": True, "mask_token": 0, "oov_token": -9}, [[1, 2, 0], [3, 9, 4]])

texts = ["The cat, the DOG!", "a cat\tsat  on\nthe mat...", "Émile's \"quoted\" e-mail: x_y@z", "", "naïve\u00a0space \U0001f600 end"]
asks = ["the mat; the CAT", "unseen words", "", "émile's Émiles email", "x\u00a0y end \U0001f600"]
for standardize in ["lower_and_strip_punctuation", "lower", "strip_punctuation", None]:
    for split in ["whitespace", "character"]:
        lookup("TextVectorization", {"standardize": standardize, "split": split}, asks, texts)
for mode in ["multi_hot", "count", "tf_idf"]:
    lookup("TextVectorization", {"output_mode": mode}, asks, texts)
    lookup("TextVectorization", {"output_mode": mode, "max_tokens": 40, "pad_to_max_tokens": True, "ngrams": 2}, asks, texts)
lookup("TextVectorization", {"ngrams": 2}, asks, texts)
lookup("TextVectorization", {"ngrams": (1, 3)}, asks, texts)
lookup("TextVectorization", {"max_tokens": 5, "output_sequence_length": 3}, asks, texts)
lookup("TextVectorization", {"output_sequence_length": 9}, asks, texts)
lookup("TextVectorization", {"vocabulary": ["cat", "the"], "split": None, "standardize": None, "output_sequence_length": 4}, [["the", "cat", "dog"]])

strings = [("ab\u00e9" * 200)[:n] for n in [*range(70), 96, 127, 128, 129, 191, 192, 193, 200, 500]] + ["123", "\U0001f600"]
hashes = {str(n): [int(v) for v in tf.strings.to_hash_bucket_fast(strings, n).numpy()] for n in [2, 7, 1000003, 2**62]}
hashes[str(2**62)] = [str(v) for v in hashes[str(2**62)]]
lookups.append({"name": "hash", "config": {}, "inputs": {"strings": strings}, "outputs": hashes})



def write(family, cases, conventions):
    oracle = f"Keras {keras.__version__} on TensorFlow {tf.__version__}"
    head = json.dumps({"family": family, "oracle": oracle, "conventions": conventions})[:-1]
    with open(os.path.join(sys.argv[1], f"{family}.json"), "w") as file:
        file.write(head + ', "cases": [\n')
        file.write(",\n".join(json.dumps(case, separators=(",", ":")) for case in cases))
        file.write("\n]}\n")
    print(family, len(cases), "cases")


write("image_layers", images, "The oracle computes in float32: 1e-5. Random layers draw from ranges of one number.")
write("lookup_layers", lookups, "Indices and vocabularies are exact; weights of tf_idf to 1e-6.")
