"""The kinds of vectors: which there are, what of the method they hold, which tests read them, how long they take."""

from typing import NamedTuple


class Kind(NamedTuple):
    part: str
    """Of the method, as the table calls it."""
    test: str
    """The Java test that computes the same."""
    share: float
    """Of the time it takes to make, in seconds on two processors."""
    rank: int
    """Of its random numbers."""
    large: bool = False
    """Whether it is of the CIFAR-10 size."""
    checkouts: tuple = ("mulan", "vdm")


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
}
# Those in the test resources.
GOLDEN = tuple(KINDS)
