"""Times a training step of a PyTorch VDM, addtt/variational-diffusion-models.

    .venv-torch/bin/python scripts/benchmark/torch_step.py --checkout DIR --precision bfloat16

Its model, loss and network are imported from the checkout; its configuration is made of the defaults of
its train.py, and the step follows the loop there.
"""
import argparse
from typing import Any, Callable, Tuple

import stepping
from stepping import Images

STAND_INS = ("accelerate", "torchinfo", "torchvision", "yaml")
# The defaults of the options of train.py.
DEFAULTS = dict(
    n_attention_heads=1,
    dropout_prob=0.1,
    norm_groups=32,
    input_channels=3,
    use_fourier_features=True,
    attention_everywhere=False,
    noise_schedule="fixed_linear",
    gamma_min=-13.3,
    gamma_max=5.0,
    antithetic_time_sampling=True,
    lr=2e-4,
    weight_decay=0.01,
    clip_grad_norm=True,
)


def read_options() -> argparse.Namespace:
    parser = stepping.parser("Times a training step of a PyTorch VDM.")
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32",
                        help="bfloat16: by autocast (float32)")
    options = parser.parse_args()
    stepping.check(options, "vdm.py", "vdm_unet.py", "utils.py")
    return options


def diffusion(options: argparse.Namespace) -> Tuple[Any, Any]:
    """The model of the loss, and its configuration."""
    from utils import TrainConfig
    from vdm import VDM
    from vdm_unet import UNetVDM

    config = TrainConfig(embedding_dim=options.channels, n_blocks=options.layers,
                         batch_size=options.batch, **DEFAULTS)
    shape = (stepping.COLOURS, stepping.SIDE, stepping.SIDE)
    return VDM(UNetVDM(config), config, image_shape=shape), config


def moving_average(model: Any) -> Any:
    from ema_pytorch import EMA

    ema = EMA(model, beta=0.9999, update_every=1, power=3 / 4)
    ema.ema_model.eval()
    # In its first steps it only copies; it is measured as in the rest of the training.
    ema.step += ema.update_after_step + 1
    return ema


def training(model: Any, config: Any, precision: str) -> Callable[[Images], float]:
    """A function that makes one step."""
    import torch

    ema = moving_average(model)
    optimizer = torch.optim.AdamW(model.parameters(), config.lr, betas=(0.9, 0.99),
                                  weight_decay=config.weight_decay, eps=1e-8)

    def step(images: Images) -> float:
        # [B, H, W, C] of levels to [B, C, H, W] in [0, 1], as torchvision's ToTensor does.
        batch = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous().float().div(255)
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bfloat16"):
            loss, _ = model(batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        ema.update()
        return loss.item()

    return step


def main() -> None:
    options = read_options()
    stepping.need(".venv-torch", "torch", "ema_pytorch", "tqdm")
    stepping.limit_processors(options.threads)
    stepping.import_from(options.checkout, STAND_INS)
    import torch

    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    model, config = diffusion(options)
    step = training(model.train(), config, options.precision)
    figures = stepping.measure(step, options)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    stepping.report("torch", "vdm", options.precision, options, figures, parameters)


if __name__ == "__main__":
    main()
