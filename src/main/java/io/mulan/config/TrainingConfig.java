package io.mulan.config;

/**
 * The training of a run.
 *
 * @param steps updates in all
 * @param batch images a step
 * @param accumulate parts that a batch is computed in, one after another, their gradients summed: a
 *     divisor of {@code batch}
 * @param optimizer how weights move along their gradients
 * @param learningRate after the warm-up
 * @param warmupSteps over which the rate grows linearly from 0
 * @param learningRateDecay how the rate then falls
 * @param weightDecay on everything but biases
 * @param clipNorm largest norm of the gradients, of bits/dim; 0 for no limit
 * @param clipByPart whether that is the norm of network, encoder and schedule each, or of all
 * @param encoderRate factor of the learning rate for the encoder
 * @param scheduleRate factor of the learning rate for the schedule
 * @param scheduleRateByWidth whether the rates of the schedule's weights are multiplied by 256 /
 *     outputs and those of its matrices also by 8 / inputs, each at most 1
 * @param klWarmupSteps over which the weight of the latent's KL in the training loss grows linearly
 *     from 0 to 1; what is printed always has weight 1
 * @param freeBits bits of the latent's KL, as a mean over the batch, that the training loss does
 *     not charge (over each part, where a batch has parts); what is printed always does
 * @param balance weight, in the training loss, of what the mean of q(c|x) over the batch is off the
 *     prior, for latents of categories; what is printed never has it
 * @param ema decay of the averaged weights, with which everything is evaluated
 * @param seed of weights, order of images, times, noise and dropout
 * @param recompute whether the inside of each block is computed again for its gradient, and not
 *     kept
 * @param fused whether element-wise operations are compiled into few passes over memory
 * @param precision of products; weights, everything between, schedule and loss are not rounded
 * @param evaluateEvery steps; 0 for the end only
 * @param timesPerImage times t for each test image in an evaluation
 * @param saveEvery steps between checkpoints; 0 for evaluations and the end only
 * @param keep newest checkpoints that stay, in addition to the best
 * @param logEvery steps between entries of the metrics
 * @param summariesEvery steps between histograms for TensorBoard, which has samples and schedules
 *     of evaluations; 0 for neither
 */
public record TrainingConfig(
    int steps,
    int batch,
    int accumulate,
    Optimizer optimizer,
    double learningRate,
    int warmupSteps,
    Decay learningRateDecay,
    double weightDecay,
    double beta1,
    double beta2,
    double clipNorm,
    boolean clipByPart,
    double encoderRate,
    double scheduleRate,
    boolean scheduleRateByWidth,
    int klWarmupSteps,
    double freeBits,
    double balance,
    double ema,
    long seed,
    boolean recompute,
    Fused fused,
    Precision precision,
    Xla xla,
    int evaluateEvery,
    int timesPerImage,
    int saveEvery,
    int keep,
    int logEvery,
    int summariesEvery) {

  /** How weights move along their gradients. */
  public enum Optimizer {
    /** By moments of each element (Loshchilov, Hutter 2019), as published. */
    ADAMW,
    /** Kernels inside the score network by Muon (Jordan et al. 2024), the rest by AdamW. */
    MUON
  }

  /** How the learning rate falls after the warm-up. */
  public enum Decay {
    /** It stays constant. */
    NONE,
    /** In a straight line to 0 at {@code steps}. */
    LINEAR,
    /** By half a cosine to 0 at {@code steps} (Loshchilov, Hutter 2017, without restarts). */
    COSINE
  }

  /** What the networks' convolutions and matrix products multiply, while training. */
  public enum Precision {
    FLOAT32,
    /** Eight bits of significand: fast where the processor multiplies them itself. */
    BFLOAT16
  }

  /** Whether XLA compiles what lies between convolutions, products and sums. */
  public enum Fused {
    /** Where it was measured to be faster: on CPUs, unless XLA compiles the whole step. */
    AUTO,
    ON,
    OFF
  }

  /** Whether XLA compiles the step. */
  public enum Xla {
    /** Where it is faster: on GPUs; not where blocks are recomputed. */
    AUTO,
    ON,
    OFF
  }

  public TrainingConfig {
    Check.atLeast("training.steps", steps, 1);
    Check.atLeast("training.batch", batch, 1);
    Check.atLeast("training.accumulate", accumulate, 1);
    Check.require(
        batch % accumulate == 0,
        "training.accumulate",
        accumulate,
        "a divisor of training.batch, " + batch);
    Check.positive("training.learning_rate", learningRate);
    Check.atLeast("training.warmup_steps", warmupSteps, 0);
    Check.notNegative("training.weight_decay", weightDecay);
    Check.fraction("training.beta1", beta1);
    Check.fraction("training.beta2", beta2);
    Check.notNegative("training.clip_norm", clipNorm);
    Check.notNegative("training.encoder_rate", encoderRate);
    Check.notNegative("training.schedule_rate", scheduleRate);
    Check.atLeast("training.kl_warmup_steps", klWarmupSteps, 0);
    Check.notNegative("training.free_bits", freeBits);
    Check.notNegative("training.balance", balance);
    Check.fraction("training.ema", ema);
    // XLA keys its random numbers by 32 bits.
    Check.between("training.seed", seed, 0, Integer.MAX_VALUE);
    Check.require(
        !recompute || xla != Xla.ON,
        "training.recompute",
        recompute,
        "false where training.xla is on: XLA would join what is computed twice");
    Check.atLeast("training.evaluate_every", evaluateEvery, 0);
    Check.atLeast("training.times_per_image", timesPerImage, 1);
    Check.atLeast("training.save_every", saveEvery, 0);
    Check.atLeast("training.keep", keep, 1);
    Check.atLeast("training.log_every", logEvery, 1);
    Check.atLeast("training.summaries_every", summariesEvery, 0);
  }
}
