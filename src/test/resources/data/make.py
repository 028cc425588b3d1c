"""Makes the data sets next to it, which the tests of data sets read, and expected.npz with their contents.

Every format is written by what writes it elsewhere: NumPy, gzip and tarfile, Pillow, TensorFlow's
TFRecordWriter. Needs numpy, pillow and tensorflow-cpu.
"""

import gzip
import io
import struct
import tarfile
from pathlib import Path

import numpy as np
from PIL import Image

here = Path(__file__).parent
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


def add(tar, name, data):
    info = tarfile.TarInfo(name)
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))


def gz(path, data):
    with open(path, "wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) as out:
        out.write(data)


def cifar10():
    """As torchvision reads it: a byte for the class, then channels, rows, columns."""
    batches = {f"data_batch_{i}.bin": 4 for i in range(1, 6)} | {"test_batch.bin": 3}
    data = io.BytesIO()
    train, labels = [], []
    with tarfile.open(fileobj=data, mode="w") as tar:
        for seed, (name, count) in enumerate(batches.items()):
            images = pictures(seed, count, 32, 32, 3)
            classes = np.random.default_rng(100 + seed).integers(0, 10, count).astype(np.uint8)
            records = np.concatenate([classes[:, None], images.transpose(0, 3, 1, 2).reshape(count, -1)], axis=1)
            add(tar, "cifar-10-batches-bin/" + name, records.tobytes())
            if name == "test_batch.bin":
                expected["cifar10_test"], expected["cifar10_test_labels"] = images, classes
            else:
                train.append(images)
                labels.append(classes)
    expected["cifar10_train"], expected["cifar10_train_labels"] = np.concatenate(train), np.concatenate(labels)
    gz(here / "cifar-10-binary.tar.gz", data.getvalue())


def idx():
    folder = here / "idx"
    folder.mkdir(exist_ok=True)

    def data(array):
        return struct.pack(">BBBB", 0, 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()

    train, test = pictures(20, 5, 7, 6, 1), pictures(21, 3, 7, 6, 1)
    train_labels, test_labels = np.array([3, 1, 4, 1, 5], np.uint8), np.array([9, 2, 6], np.uint8)
    gz(folder / "train-images-idx3-ubyte.gz", data(train[..., 0]))
    gz(folder / "train-labels-idx1-ubyte.gz", data(train_labels))
    (folder / "t10k-images-idx3-ubyte").write_bytes(data(test[..., 0]))
    (folder / "t10k-labels-idx1-ubyte").write_bytes(data(test_labels))
    expected.update(idx_train=train, idx_test=test, idx_train_labels=train_labels, idx_test_labels=test_labels)


def numpy_files():
    folder = here / "numpy"
    folder.mkdir(exist_ok=True)
    train, test = pictures(30, 6, 5, 4, 3), pictures(31, 2, 5, 4, 3)
    arrays = dict(
        train_images=train, train_labels=np.arange(6) % 3, test_images=test, test_labels=np.array([2, 0])
    )
    np.savez(folder / "stored.npz", **arrays)
    np.savez_compressed(folder / "compressed.npz", **arrays)
    np.save(folder / "train.npy", train)
    np.save(folder / "test.npy", test)
    np.save(folder / "grey.npy", train[..., 0])
    np.save(folder / "float.npy", train / 255)
    np.save(folder / "fortran.npy", np.asfortranarray(train))
    expected.update(numpy_train=train, numpy_test=test, numpy_train_labels=arrays["train_labels"])


def imagenet():
    folder = here / "imagenet32"
    folder.mkdir(exist_ok=True)
    train, test = pictures(40, 5, 32, 32, 3), pictures(41, 2, 32, 32, 3)

    def rows(images):
        return images.transpose(0, 3, 1, 2).reshape(len(images), -1)

    labels = np.array([1, 1000, 17, 500, 2])
    np.savez(folder / "train_data_batch_1.npz", data=rows(train[:3]), labels=labels[:3], mean=np.zeros(3072))
    np.savez(folder / "train_data_batch_2.npz", data=rows(train[3:]), labels=labels[3:], mean=np.zeros(3072))
    np.savez(folder / "val_data.npz", data=rows(test), labels=np.array([5, 6]))
    for split, images in (("train", train), ("valid", test)):
        pngs = here / "imagenet32-png" / f"{split}_32x32"
        pngs.mkdir(parents=True, exist_ok=True)
        for i, image in enumerate(images):
            Image.fromarray(image).save(pngs / f"{i + 1:04}.png")
    expected.update(imagenet_train=train, imagenet_test=test, imagenet_train_labels=labels - 1)


def folders():
    """Lossless formats of all kinds under two classes; JPEG apart, as PIL decodes it."""
    folder = here / "pictures"
    images = pictures(50, 4, 6, 8, 3)
    for number, (name, fmt) in enumerate([("cat/a.png", "PNG"), ("cat/b.bmp", "BMP"), ("dog/c.png", "PNG")]):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(images[number]).save(path, fmt)
    few = (images[3] // 64) * 85
    Image.fromarray(few).convert("P", palette=Image.Palette.ADAPTIVE, colors=64).save(folder / "dog/d.gif")
    decoded = np.array(Image.open(folder / "dog/d.gif").convert("RGB"))
    expected["pictures"] = np.stack([images[0], images[1], images[2], decoded])

    jpeg = here / "jpeg"
    jpeg.mkdir(exist_ok=True)
    large = pictures(51, 1, 48, 64, 3)[0] // 4 + np.uint8(64)
    Image.fromarray(large).save(jpeg / "colour.jpg", quality=95, subsampling=0)
    Image.fromarray(large).convert("L").save(jpeg / "grey.jpg", quality=95)
    expected["jpeg_colour"] = np.array(Image.open(jpeg / "colour.jpg"))
    expected["jpeg_colour_as_grey"] = np.array(Image.open(jpeg / "colour.jpg").convert("L"))
    expected["jpeg_grey"] = np.array(Image.open(jpeg / "grey.jpg"))

    scaled = here / "scaled"
    scaled.mkdir(exist_ok=True)
    wide = Image.fromarray(large)
    wide.save(scaled / "wide.png")
    expected["scaled_resize"] = np.array(wide.resize((16, 16), Image.Resampling.BOX))
    expected["scaled_crop"] = np.array(wide.crop((8, 0, 56, 48)).resize((24, 24), Image.Resampling.BOX))


def tfrecords():
    import tensorflow as tf

    folder = here / "tfrecord"
    folder.mkdir(exist_ok=True)

    def png(image):
        out = io.BytesIO()
        Image.fromarray(image).save(out, "PNG")
        return out.getvalue()

    def example(features):
        def feature(value):
            if isinstance(value, bytes):
                return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))
            return tf.train.Feature(int64_list=tf.train.Int64List(value=[value]))

        return tf.train.Example(
            features=tf.train.Features(feature={k: feature(v) for k, v in features.items()})
        ).SerializeToString(deterministic=True)

    def write(name, examples):
        with tf.io.TFRecordWriter(str(here / name)) as writer:
            for e in examples:
                writer.write(e)

    train, test = pictures(60, 5, 6, 5, 3), pictures(61, 2, 6, 5, 3)
    encoded = [example({"image": png(i), "label": n}) for n, i in enumerate(train)]
    write("tfrecord/set-train.tfrecord-00000-of-00002", encoded[:3])
    write("tfrecord/set-train.tfrecord-00001-of-00002", encoded[3:])
    write("tfrecord/set-validation.tfrecord-00000-of-00001", [example({"image": png(i), "label": 7}) for i in test])
    write(
        "raw.tfrecord",
        [
            example({"height": 6, "width": 5, "depth": 3, "image_raw": i.tobytes(), "label": n})
            for n, i in enumerate(train)
        ],
    )
    write("named.tfrecord", [example({"a/picture": png(i), "a/name": b"x"}) for i in train])
    expected.update(tfrecord_train=train, tfrecord_test=test)


def low_frequencies():
    """A Gaussian of 0.06·32 pixels, 19 long, mirrored at the border, by TensorFlow in float32."""
    import tensorflow as tf

    sigma, length = 0.06 * 32, 19
    x = np.arange(length) - length // 2
    kernel = np.exp(-(x**2) / (2 * sigma**2))
    kernel = (kernel / kernel.sum()).astype(np.float32)
    square = np.tile((kernel[:, None] * kernel[None, :])[:, :, None, None], (1, 1, 3, 1))
    images = tf.pad(expected["cifar10_train"].astype(np.float32), [[0, 0], [9, 9], [9, 9], [0, 0]], "REFLECT")
    low = tf.nn.depthwise_conv2d(images, square, [1, 1, 1, 1], "VALID")
    expected["cifar10_low"] = low.numpy().astype(np.uint8)


cifar10()
low_frequencies()
idx()
numpy_files()
imagenet()
folders()
tfrecords()
np.savez_compressed(here / "expected.npz", **expected)
