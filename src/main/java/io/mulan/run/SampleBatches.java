package io.mulan.run;

import io.mulan.cluster.Workers;
import io.mulan.config.DataConfig;
import io.mulan.config.ImageShape;
import io.mulan.console.Countdown;
import io.mulan.console.Stopped;
import io.mulan.console.Terminal;
import io.mulan.data.ImageSet;
import io.mulan.drawing.ImageGrid;
import io.mulan.files.ConfigException;
import io.mulan.flow.FlowSolver;
import io.mulan.numpy.Npy;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.Npz;
import io.mulan.sampling.ImageSampler;
import io.mulan.tf.Tensors;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/** Draws images, batch by batch; processes that work together share the batches. */
public final class SampleBatches {
  /** Pieces that the steps are made in, for progress and moving pictures. */
  private static final int PIECES = 50;

  private final TrainedRun run;
  private final SamplingPlan plan;
  private final Workers workers;
  private final Terminal terminal;
  private final ImageShape shape;

  /**
   * @param workers who share the batches
   */
  public SampleBatches(TrainedRun run, SamplingPlan plan, Workers workers, Terminal terminal) {
    this.run = run;
    this.plan = plan;
    this.workers = workers;
    this.terminal = terminal;
    this.shape = run.image();
  }

  /** Takes what was drawn, batch by batch, in order. */
  @FunctionalInterface
  public interface Drawn {
    /**
     * Takes a batch.
     *
     * @param levels of the images, one after the other
     * @param latents of the images, with the conditions next to them [B,m+k]
     * @param evaluations of the network, for each image
     */
    void batch(byte[] levels, float[] latents, int evaluations);
  }

  /**
   * Draws them all into memory: for a few.
   *
   * @throws Stopped if that was asked for
   */
  public ImageSet few(SamplingModel model, Latents latents) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    if (!draw(model, latents, look -> {}, (levels, used, evaluations) -> all.writeBytes(levels))) {
      throw new Stopped();
    }
    return images(all.toByteArray());
  }

  /**
   * Draws them all.
   *
   * @param latents where they come from
   * @param frames shown the first batch from time to time; what it does not ask for is not made
   * @return whether all are drawn; if not, stopping was asked for
   */
  public boolean draw(
      SamplingModel model, Latents latents, Consumer<Supplier<ImageSet>> frames, Drawn drawn) {
    int size = shape.size();
    int width = model.sampler().withConditionsSize();
    SharedBatches rounds =
        new SharedBatches(
            workers, plan.count(), plan.batch(), Integer.BYTES + size + width * Float.BYTES);
    int steps = plan.way() instanceof SamplingPlan.Steps chain ? chain.steps() : 1;
    Countdown countdown =
        new Countdown(
            terminal,
            plan.way() instanceof SamplingPlan.Flow ? "batches" : "steps",
            (long) rounds.count() * steps,
            0);
    try {
      return rounds.run(
          0,
          terminal::asked,
          (first, count, made) -> {
            Consumer<Supplier<ImageSet>> seen = first == 0 ? frames : none -> {};
            long before = (long) rounds.round(first) * steps;
            try (TFloat32 c = latents.of(model, first, count)) {
              End end = end(model, c, first, count, steps, seen, k -> countdown.at(before + k));
              made.putInt(end.evaluations());
              made.put(
                  plan.last() == SamplingPlan.Last.DRAW
                      ? model.sampler().drawn(end.z0(), c, first)
                      : model.sampler().mostLikely(end.z0(), c));
              made.asFloatBuffer().put(Tensors.floats(c));
            }
          },
          (first, count, made) -> {
            int evaluations = made.getInt();
            byte[] levels = new byte[shape.bytes(count)];
            made.get(levels);
            float[] used = new float[count * width];
            made.asFloatBuffer().get(used);
            drawn.batch(levels, used, evaluations);
          });
    } finally {
      countdown.end();
    }
  }

  private ImageSet images(byte[] levels) {
    return new ImageSet("samples", shape, run.config().data().levels(), levels);
  }

  private static int pieces(int steps) {
    return Math.min(PIECES, steps);
  }

  private record End(double[] z0, int evaluations) {}

  private End end(
      SamplingModel model,
      TFloat32 c,
      int first,
      int count,
      int steps,
      Consumer<Supplier<ImageSet>> frames,
      IntConsumer done) {
    ImageSampler sampler = model.sampler();
    double[] noise = sampler.noise(first, count);
    if (plan.way() instanceof SamplingPlan.Flow flow) {
      FlowSolver.End end = model.solver(flow.tolerance(), terminal::asked).follow(noise, c, 1, 0);
      done.accept(1);
      return new End(end.z(), end.evaluations());
    }
    int pieces = pieces(steps);
    look(frames, sampler, noise, c);
    ImageSampler.State state = ImageSampler.State.of(noise);
    for (int piece = 0; piece < pieces; piece++) {
      if (terminal.asked()) {
        throw new Stopped();
      }
      int from = (int) ((long) steps * piece / pieces);
      int to = (int) ((long) steps * (piece + 1) / pieces);
      state = sampler.advance(state, c, first, from, to, steps);
      look(frames, sampler, state.z(), c);
      done.accept(to);
    }
    return new End(state.z(), steps * plan.sampler().evaluations());
  }

  private void look(
      Consumer<Supplier<ImageSet>> frames, ImageSampler sampler, double[] z, TFloat32 c) {
    frames.accept(() -> images(firstOf(sampler.view(z, c))));
  }

  /** As many images as a picture of them shows. */
  private byte[] firstOf(byte[] levels) {
    long most = (long) ImageGrid.most(shape) * shape.size();
    return most < levels.length ? Arrays.copyOf(levels, (int) most) : levels;
  }

  /** Where latents come from. */
  @FunctionalInterface
  public interface Latents {
    /** Of the images from {@code first} on, with the conditions next to them [count,m+k]. */
    TFloat32 of(SamplingModel model, int first, int count);

    /** Of the prior. */
    static Latents prior(TrainedRun run, SamplingPlan plan) {
      DataConfig data = run.config().data();
      return (model, first, count) ->
          model.sampler().latents(first, count, plan.conditions(data, first, count));
    }

    /** Of the posteriors of images; after the last one comes the first. */
    static Latents like(ImageSet images, long seed) {
      return (model, first, count) -> like(model, images, seed, first, count);
    }

    private static TFloat32 like(
        SamplingModel model, ImageSet images, long seed, int first, int count) {
      IntUnaryOperator index = i -> (first + i) % images.count();
      byte[] levels = images.copies(count, index);
      return model.encodings().draw(levels, images.conditions(count, index), seed, first);
    }

    /**
     * Of a file [N,m]; after the last one comes the first.
     *
     * @throws ConfigException if it has no latents of the model's size
     */
    static Latents given(Path file, DataConfig data, SamplingPlan plan) {
      NpyArray array;
      if (file.toString().endsWith(".npz")) {
        try (Npz npz = Npz.open(file)) {
          array = npz.array("latents");
        }
      } else {
        array = Npy.read(file);
      }
      int[] found = array.shape();
      if (found.length != 2 || array.count() == 0) {
        throw new ConfigException(
            file + " has latents of shape " + Arrays.toString(found) + "; [count, size] is needed");
      }
      float[] values = floats(array);
      return (model, first, count) -> {
        int size = model.sampler().withConditionsSize() - data.conditions();
        if (found[1] != size) {
          throw new ConfigException(
              file + " has latents of size " + found[1] + ", the model's have " + size);
        }
        float[] chosen = new float[count * size];
        for (int i = 0; i < count; i++) {
          int row = (first + i) % found[0];
          System.arraycopy(values, row * size, chosen, i * size, size);
        }
        try (TFloat32 latents = Tensors.of(Shape.of(count, size), chosen)) {
          return Tensors.concat(latents, plan.conditions(data, first, count));
        }
      };
    }

    private static float[] floats(NpyArray array) {
      double[] values = array.toDoubles();
      float[] floats = new float[values.length];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = (float) values[i];
      }
      return floats;
    }
  }
}
