package io.mulan.run;

import io.mulan.config.DataConfig;
import io.mulan.config.ImageShape;
import io.mulan.data.GrowingNpz;
import io.mulan.data.ImageSet;
import io.mulan.numpy.NpyArray;
import java.nio.file.Path;

/** The archive of what a model draws: images, latents and, where it is conditioned, classes. */
public final class DrawnFile implements SampleBatches.Drawn, AutoCloseable {
  private static final String IMAGES = "images";

  private final GrowingNpz npz;
  private final ImageShape shape;
  private final DataConfig data;

  /**
   * @throws io.mulan.files.ConfigException if nothing can be written there
   */
  public DrawnFile(Path file, TrainedRun run) {
    this.npz = new GrowingNpz(file);
    this.shape = run.image();
    this.data = run.config().data();
  }

  @Override
  public void batch(byte[] levels, float[] withConditions) {
    int count = levels.length / shape.size();
    int width = withConditions.length / count;
    int size = width - data.conditions();
    float[] latents = new float[count * size];
    int[] classes = new int[count];
    for (int i = 0; i < count; i++) {
      System.arraycopy(withConditions, i * width, latents, i * size, size);
      while (data.classes() > 0 && withConditions[i * width + size + classes[i]] == 0) {
        classes[i]++;
      }
    }
    npz.add(IMAGES, NpyArray.of(levels, count, shape.height(), shape.width(), shape.channels()));
    npz.add("latents", NpyArray.of(latents, count, size));
    if (data.classes() > 0) {
      npz.add("labels", NpyArray.of(classes, count));
    }
  }

  /** How many images were drawn. */
  public int count() {
    return npz.count(IMAGES);
  }

  /** All that were drawn. */
  public ImageSet images() {
    return npz.images(IMAGES, "samples", data.levels());
  }

  /** Writes the archive. */
  public void write() {
    npz.write();
  }

  @Override
  public void close() {
    npz.close();
  }
}
