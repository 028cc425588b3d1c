"""The kinds of vectors: which there are, what of the method they hold, which tests read them, how long they take."""

from typing import NamedTuple


class Kind(NamedTuple):
    part: str
    """Part of the method, as in the table."""
    test: str
    """The Java test that computes the same."""
    share: float
    """Seconds that the vectors take on two processors."""
    rank: int
    """Rank in the seeds of random numbers."""
    large: bool = False
    """Whether it has the CIFAR-10 size."""
    checkouts: tuple = ("mulan", "vdm")
    """The checkouts that make the vectors."""
    module: str = ""
    """Module in the package cases that makes them; by default the name of the kind without -cifar10."""

    def cases(self, name):
        return self.module or name.partition("-")[0]


KINDS = {
    "schedules": Kind("schedules", "SchedulesGoldenTest", 4, 0),
    "latents": Kind("latents", "LatentsGoldenTest", 5, 1),
    "encdec": Kind("pixels", "ImageCodecGoldenTest", 3, 2),
    "scorenets": Kind("score networks", "ScoreNetsGoldenTest,EmbeddingsGoldenTest", 30, 3),
    "encoders": Kind("encoders", "EncodersGoldenTest", 8, 4),
    "losses": Kind("loss and gradients", "LossesGoldenTest", 300, 5),
    "optimizer": Kind("optimiser", "AdamWGoldenTest", 10, 6),
    "samplers": Kind("samplers", "SamplersGoldenTest", 50, 7),
    "vectorfields": Kind("vector field", "VectorFieldsGoldenTest", 60, 8),
    "times": Kind("times", "TimesGoldenTest", 5, 9),
    "likelihood": Kind("ODE likelihood", "ExactLikelihoodGoldenTest", 60, 10),
    "fullsize": Kind("loss and gradients", "LossesGoldenTest", 60, 11),
    "training": Kind("twenty steps", "TrainingGoldenTest", 60, 12),
    "losses-torch": Kind(
        "loss and gradients",
        "LossesGoldenTest",
        10,
        20,
        module="torch_vdm",
        checkouts=("vdm", "torch"),
    ),
    "losses-torch-cifar10": Kind(
        "loss and gradients",
        "LossesGoldenTest",
        30,
        21,
        large=True,
        module="torch_vdm",
        checkouts=("vdm", "torch"),
    ),
    "schedules-cifar10": Kind("schedules", "SchedulesGoldenTest", 60, 13, large=True),
    "scorenets-cifar10": Kind("score networks", "ScoreNetsGoldenTest", 300, 14, large=True),
    "encoders-cifar10": Kind("encoders", "EncodersGoldenTest", 100, 15, large=True),
    "losses-cifar10": Kind("loss and gradients", "LossesGoldenTest", 300, 16, large=True),
    "samplers-cifar10": Kind("samplers", "SamplersGoldenTest", 300, 17, large=True),
    "vectorfields-cifar10": Kind("vector field", "VectorFieldsGoldenTest", 300, 18, large=True),
    "training-cifar10": Kind("twenty steps", "TrainingGoldenTest", 1700, 19, large=True),
}
# Those in the test resources.
GOLDEN = tuple(KINDS)[: list(KINDS).index("training") + 1]
LARGE = tuple(name for name, kind in KINDS.items() if kind.large)
