"""Makes the data sets in formats/ beside it, as people have them, and formats.npz, what is in them.

Pickles are written by Python's pickle at protocols 0 to 5 and tars by tarfile and webdataset, zips by
zipfile, Parquet by pyarrow and by Hugging Face's datasets, WebP by Pillow. Needs what
make_formats.txt lists.
"""

import io
import json
import pickle
import struct
import tarfile
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

here = Path(__file__).parent
out = here / "formats"
out.mkdir(exist_ok=True)
expected = {}


def pictures(seed, count, height, width, channels):
    """Smooth images, each different, that use all levels: uint8 [N,H,W,C]."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    images = np.zeros((count, height, width, channels), np.uint8)
    for n in range(count):
        for c in range(channels):
            a, b, s = rng.integers(1, 16, 2).tolist() + [int(rng.integers(0, 256))]
            images[n, :, :, c] = (a * y + b * x + s) % 256
    return images


def encoded(image, fmt="PNG", **options):
    data = io.BytesIO()
    Image.fromarray(image.squeeze()).save(data, fmt, **options)
    return data.getvalue()


def archive(path, files):
    with tarfile.open(path, "w:gz", compresslevel=9) as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


class Python2(pickle._Pickler):
    """Writes bytes as Python 2 wrote its strings, which CIFAR's own files have."""

    dispatch = dict(pickle._Pickler.dispatch)

    def save_bytes(self, obj):
        if self.proto == 0:
            literal = repr(obj)[1:].encode("latin1")
            self.write(b"S" + literal + b"\n")
        elif len(obj) < 256:
            self.write(b"U" + bytes([len(obj)]) + obj)
        else:
            self.write(b"T" + struct.pack("<i", len(obj)) + obj)
        self.memoize(obj)

    dispatch[bytes] = save_bytes


def by_python2(batch, protocol):
    data = io.BytesIO()
    Python2(data, protocol).dump(batch)
    return data.getvalue()


def planar(images):
    return images.transpose(0, 3, 1, 2).reshape(len(images), -1)


def cifar():
    train, labels, files = [], [], {}
    for n in range(6):
        images, classes = pictures(200 + n, 2, 32, 32, 3), [n, (7 * n + 3) % 10]
        batch = {b"batch_label": b"batch", b"labels": classes, b"data": planar(images), b"filenames": [b"a.png", b"b.png"]}
        name = f"data_batch_{n + 1}" if n < 5 else "test_batch"
        files["cifar-10-batches-py/" + name] = pickle.dumps(batch, protocol=n)
        if n < 5:
            train.append(images)
            labels.extend(classes)
        else:
            expected["cifar10_test"], expected["cifar10_test_labels"] = images, classes
    expected["cifar10_train"], expected["cifar10_train_labels"] = np.concatenate(train), labels
    archive(out / "cifar-10-python.tar.gz", files)

    files, binary = {}, {}
    for protocol, (split, count) in enumerate({"test": 2, "train": 3}.items()):
        images = pictures(210 + protocol, count, 32, 32, 3)
        fine, coarse = [99 - n for n in range(count)], [19 - n for n in range(count)]
        batch = {"filenames": ["x"] * count, "fine_labels": fine, "coarse_labels": coarse, "data": planar(images)}
        batch = {k.encode(): [v.encode() for v in b] if k == "filenames" else b for k, b in batch.items()}
        files["cifar-100-python/" + split] = by_python2(batch, 2 * protocol)
        records = np.concatenate([np.array([coarse, fine], np.uint8).T, planar(images)], axis=1)
        binary[f"cifar-100-binary/{split}.bin"] = records.tobytes()
        expected[f"cifar100_{split}"] = images
        expected[f"cifar100_{split}_labels"], expected[f"cifar100_{split}_coarse"] = fine, coarse
    archive(out / "cifar-100-python.tar.gz", files)
    archive(out / "cifar-100-binary.tar.gz", binary)


def arrays():
    train, test = pictures(220, 4, 5, 4, 3), pictures(221, 2, 5, 4, 3)
    np.savez(out / "unnamed.npz", train, np.arange(4))
    np.savez(out / "named.npz", pixels_train=train, kinds_train=np.arange(4), pixels_test=test, kinds_test=np.arange(2))
    expected.update(arrays_train=train, arrays_test=test)


def mnist():
    folder = out / "torchvision/MNIST/raw"
    folder.mkdir(parents=True, exist_ok=True)
    for name, seed, count in (("train", 230, 3), ("t10k", 231, 2)):
        images = pictures(seed, count, 28, 28, 1)
        head = struct.pack(">BBBBIII", 0, 0, 8, 3, count, 28, 28)
        (folder / f"{name}-images-idx3-ubyte").write_bytes(head + images.tobytes())
        (folder / f"{name}-labels-idx1-ubyte").write_bytes(struct.pack(">BBBBI", 0, 0, 8, 1, count) + bytes(range(count)))
        expected[f"mnist_{name}"] = images
        expected[f"mnist_{name}_padded"] = np.pad(images, ((0, 0), (2, 2), (2, 2), (0, 0)))


cifar()
arrays()
mnist()
np.savez_compressed(here / "formats.npz", **expected)
