"""Makes the data sets in formats/ next to it, in the usual formats, and formats.npz with their contents.

Pickles are written by Python's pickle at protocols 0 to 5 and tars by tarfile and webdataset, zips by
zipfile, Parquet by pyarrow and by Hugging Face's datasets, WebP by Pillow. Needs what
make_formats.txt lists, and libwebp's dwebp.
"""

import gzip
import io
import json
import pickle
import struct
import subprocess
import tarfile
import zipfile
from pathlib import Path

import datasets
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import webdataset
from PIL import Image, ImageOps

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
    with open(path, "wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) as data, tarfile.open(fileobj=data, mode="w") as tar:
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


def zipped(path, files, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, method)


def archives():
    """As EDM and StyleGAN keep sets (dataset.json), as WebDataset does (key.png, key.cls), and plain ones."""
    train, test = pictures(240, 6, 6, 5, 3), pictures(241, 3, 6, 5, 3)
    expected.update(archive_train=train, archive_test=test, archive_train_labels=[5, 4, 3, 2, 1, 0])
    names = [f"{n // 4:05}/img{n:08}.png" for n in range(6)]
    table = {"labels": [[name, 5 - n] for n, name in reversed(list(enumerate(names)))]}
    files = dict(zip(names, map(encoded, train)))
    zipped(out / "edm.zip", files | {"dataset.json": json.dumps(table)}, zipfile.ZIP_STORED)
    zipped(out / "without-classes.zip", files | {"dataset.json": json.dumps({"labels": None})})

    folders = {f"set/train/{'cat' if n % 2 else 'ant'}/{n}.png": encoded(i) for n, i in enumerate(train)}
    folders |= {f"set/test/cat/{n}.png": encoded(i) for n, i in enumerate(test)}
    zipped(out / "folders.zip", folders | {"__MACOSX/set/train/cat/._1.png": b"x", "set/readme.txt": b"x"})
    archive(out / "folders.tar.gz", folders)

    shards = out / "webdataset"
    shards.mkdir(exist_ok=True)
    for name, images, first in (("train-000000", train[:4], 0), ("train-000001", train[4:], 4), ("val-000000", test, 0)):
        with webdataset.TarWriter(str(shards / f"{name}.tar"), mtime=0, user="", group="") as sink:
            for n, image in enumerate(images):
                sink.write({"__key__": f"{first + n:06}", "png": image, "cls": 5 - first - n, "json": {"n": n}})
    with tarfile.open(out / "two-pictures.tar", "w") as tar:
        for n, image in enumerate(train):
            for ending, data in (("png", encoded(image)), ("mask.png", encoded(test[0])), ("cls", str(5 - n).encode())):
                info = tarfile.TarInfo(f"long/{'x' * 120}/{n}.{ending}")
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))


def parquet():
    """By Hugging Face's datasets, in shards, and by pyarrow in every way that it compresses and encodes."""
    train, test = pictures(250, 7, 6, 5, 3), pictures(251, 3, 6, 5, 3)
    labels = [2, 0, 1, 2, 0, 1, 2]
    expected.update(parquet_train=train, parquet_test=test, parquet_train_labels=labels)
    features = datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=["ant", "bee", "cat"])})

    def shard(images, classes, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        columns = {"image": [Image.fromarray(i) for i in images], "label": classes}
        datasets.Dataset.from_dict(columns, features=features).to_parquet(path)

    shard(train[:4], labels[:4], out / "huggingface/data/train-00000-of-00002-0123456789abcdef.parquet")
    shard(train[4:], labels[4:], out / "huggingface/data/train-00001-of-00002-0123456789abcdef.parquet")
    shard(test, [-1] * 3, out / "huggingface/data/test-00000-of-00001-0123456789abcdef.parquet")

    bytes_ = [encoded(i) for i in train]
    struct_type = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    table = pa.table(
        {
            "id": pa.array([f"x{n}" for n in range(7)]),
            "img": pa.array([{"bytes": b, "path": None} for b in bytes_], struct_type),
            "fine_label": pa.array(labels, pa.int32()),
            "coarse_label": pa.array([c // 2 for c in labels], pa.int64()),
        }
    )
    ways = {
        "snappy": dict(compression="snappy", row_group_size=3),
        "zstd": dict(compression="zstd", data_page_version="2.0", data_page_size=100, write_batch_size=2),
        "gzip": dict(compression="gzip", use_dictionary=False, row_group_size=2, write_page_checksum=True),
        "lz4": dict(compression="lz4", dictionary_pagesize_limit=100, write_batch_size=1, data_page_size=1),
        "none": dict(compression="none", write_page_index=True),
        "brotli": dict(compression="brotli"),
        "delta": dict(use_dictionary=False, column_encoding={"img.bytes": "DELTA_LENGTH_BYTE_ARRAY"}),
    }
    folder = out / "parquet"
    folder.mkdir(exist_ok=True)
    for name, options in ways.items():
        pq.write_table(table, folder / f"{name}.parquet", **options)
    required = pa.schema([pa.field("picture", pa.binary(), nullable=False), pa.field("label", pa.int64(), nullable=False)])
    pq.write_table(pa.table([bytes_, labels], schema=required), folder / "required.parquet")
    pq.write_table(pa.table({"image": pa.array([None, bytes_[1]], pa.binary())}), folder / "missing.parquet")
    pq.write_table(pa.table({"image": pa.array([{"bytes": None, "path": "a.png"}] * 2, struct_type)}), folder / "paths.parquet")
    pq.write_table(pa.table({"a": bytes_, "b": bytes_}), folder / "several.parquet")


def webp():
    """As Pillow writes and reads it: without loss, with, grey, transparent, turned by EXIF, moving."""
    folder = out / "webp"
    folder.mkdir(exist_ok=True)
    images = pictures(260, 2, 24, 32, 3)
    smooth = images[0] // 4 + np.uint8(64)
    alpha = np.concatenate([images[0], pictures(261, 1, 24, 32, 1)[0]], axis=2)
    (folder / "lossless.webp").write_bytes(encoded(images[0], "WEBP", lossless=True))
    (folder / "lossy.webp").write_bytes(encoded(smooth, "WEBP", quality=90))
    (folder / "alpha.webp").write_bytes(encoded(alpha, "WEBP", lossless=True, exact=True))
    (folder / "lossy-alpha.webp").write_bytes(encoded(alpha, "WEBP", quality=90))
    exif = Image.Exif()
    exif[0x0112] = 6
    (folder / "turned.webp").write_bytes(encoded(images[0], "WEBP", lossless=True, exif=exif))
    Image.fromarray(images[0]).save(
        folder / "moving.webp", save_all=True, append_images=[Image.fromarray(images[1])], lossless=True
    )
    expected["webp_lossless"] = np.array(Image.open(folder / "lossless.webp").convert("RGB"))
    # Pillow interpolates colours, which the format leaves open.
    plain = subprocess.run(["dwebp", "-nofancy", "-ppm", folder / "lossy.webp", "-o", "-"], capture_output=True, check=True)
    expected["webp_lossy"] = np.array(Image.open(io.BytesIO(plain.stdout)))
    expected["webp_turned"] = np.array(ImageOps.exif_transpose(Image.open(folder / "turned.webp")).convert("RGB"))
    for name, colour in (("black", 0), ("grey", 128), ("white", 255)):
        back = Image.new("RGBA", (32, 24), (colour, colour, colour, 255))
        laid = Image.alpha_composite(back, Image.fromarray(alpha))
        expected[f"alpha_{name}"] = np.array(laid.convert("RGB"))
    Image.fromarray(alpha).save(folder / "alpha.png")


cifar()
arrays()
webp()
mnist()
archives()
parquet()
np.savez_compressed(here / "formats.npz", **expected)
