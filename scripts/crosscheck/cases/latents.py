"""Latents drawn from given logits: the draw, its KL, and the gradients of both."""

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np

import tape
from generator import settings_of


def make(g):
    f, r = g.vectors(), g.mulan(g.settings["s"])
    eps_mod, vel_mod = r.model_mulan_epsilon, r.model_mulan_velocity
    B = 4

    class Identity(nn.Module):
        config: object

        def __call__(self, z, deterministic=True):
            return z

    class IdentityGaussian(nn.Module):
        config: object

        def __call__(self, z, deterministic=True):
            return z[:, 0], z[:, 1]

    gauss = eps_mod.UnetEncoderGaussian
    eps_mod.ENCODER_MODELS["identity"] = Identity
    eps_mod.UnetEncoderGaussian = IdentityGaussian
    try:
        todo = []
        for L, k in ((g.config()["latent_size"], g.config()["latent_k"]), (50, 15)):
            for mod, m in (("epsilon", eps_mod), ("velocity", vel_mod)):
                todo.append(
                    (
                        f"topk_gamma_{mod}_{L}",
                        m,
                        dict(latent_type="topk", topk_noise_type="gamma"),
                        L,
                        k,
                        0,
                    )
                )
            todo.append(
                (
                    f"topk_gumbel_epsilon_{L}",
                    eps_mod,
                    dict(latent_type="topk", topk_noise_type="gumbel"),
                    L,
                    k,
                    0,
                )
            )
            todo.append((f"gaussian_{L}", eps_mod, dict(latent_type="gaussian"), L, k, 0))
            for step in (0, 30000, 200000):
                todo.append(
                    (f"gumbel_step{step}_{L}", eps_mod, dict(latent_type="gumbel"), L, k, step)
                )
        L, k = g.config()["latent_size"], g.config()["latent_k"]
        todo.append(
            ("topk_gamma_ties", eps_mod, dict(latent_type="topk", topk_noise_type="gamma"), L, k, 0)
        )
        for name, m, kw, L, k, step in todo:
            c = g.config(latent_size=L, latent_k=k, encoder="identity", **kw)
            mod = m.VDM(settings_of(r, c))
            draws = ()
            if kw["latent_type"] == "gaussian":
                logits = np.stack([g.normal(B, L), np.exp(g.normal(B, L))], axis=1)
            else:
                logits = g.normal(B, L) * 2
            if name.endswith("ties"):
                logits = (np.arange(B * L).reshape(B, L) % 4).astype(np.float32)
                draws = [("gamma", np.full((10, B, L), 0.25, np.float32))]

            def fn(p, i, mod=mod, kw=kw, m=m, k=k):
                run = lambda x: mod.apply(
                    {},
                    x,
                    i["step"],
                    True,
                    rngs={"sample": jax.random.PRNGKey(0)},
                    method=mod._get_embedding_and_kl_z,
                )
                tape_pos = tape.at()
                e, kl = run(i["logits"])
                o = {"embedding": e, "kl": kl}
                tape.at(tape_pos)
                o["embedding_w_by_logits"] = jax.grad(lambda x: jnp.sum(run(x)[0] * i["w"]))(
                    i["logits"]
                )
                tape.at(tape_pos)
                o["kl_u_by_logits"] = jax.grad(lambda x: jnp.sum(run(x)[1] * i["u"]))(i["logits"])
                if kw.get("topk_noise_type") == "gamma":
                    tape.at(tape_pos)
                    o["noise_added"] = mod.apply(
                        {},
                        k,
                        i["logits"].shape,
                        rngs={"sample": jax.random.PRNGKey(0)},
                        method=mod._gamma_noise,
                    )
                o["deterministic_embedding"] = mod.apply(
                    {}, 2, method=mod._get_deterministic_embedding
                )
                return o

            f.case(
                name,
                fn,
                None,
                dict(logits=logits, w=g.normal(B, L), u=g.normal(B), step=np.int32(step)),
                draws=draws,
                config=c,
                refs=(r,),
                note=(
                    "gaussian: logits[:,0] = mu, logits[:,1] = var (after softplus)"
                    if "gaussian" in name
                    else None
                ),
            )
    finally:
        eps_mod.UnetEncoderGaussian = gauss
        eps_mod.ENCODER_MODELS.pop("identity", None)
    return f
