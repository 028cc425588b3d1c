package io.mulan.data;

import io.mulan.config.ConfigException;
import java.util.Arrays;
import java.util.Optional;

/** Images whose classes come from somewhere else. */
record LabelledImages(ImageStore images, int[] known) implements ImageStore {

  /**
   * Images with these classes.
   *
   * @param name of what holds the classes
   * @throws ConfigException if there are fewer than images, or one is no class
   */
  static LabelledImages of(ImageStore images, long[] classes, String name) {
    if (classes.length < images.count()) {
      throw new ConfigException(
          "%s has %d classes for %d images; each needs one"
              .formatted(name, classes.length, images.count()));
    }
    int[] known = new int[images.count()];
    for (int i = 0; i < known.length; i++) {
      if (classes[i] < 0 || classes[i] > 1_000_000) {
        throw new ConfigException(
            "%s: class %d of image %d is not from 0 to 1000000".formatted(name, classes[i], i));
      }
      known[i] = (int) classes[i];
    }
    return new LabelledImages(images, known);
  }

  /** The same for whole numbers of 32 bits. */
  static LabelledImages of(ImageStore images, int[] classes, String name) {
    return of(images, Arrays.stream(classes).asLongStream().toArray(), name);
  }

  @Override
  public int count() {
    return images.count();
  }

  @Override
  public void read(int first, int count, byte[] target, int offset) {
    images.read(first, count, target, offset);
  }

  @Override
  public Optional<int[]> labels() {
    return Optional.of(known.clone());
  }
}
