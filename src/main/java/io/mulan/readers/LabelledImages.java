package io.mulan.readers;

import io.mulan.files.ConfigException;
import java.util.Arrays;
import java.util.Optional;

/** Images whose classes come from somewhere else. */
public record LabelledImages(ImageStore images, int[] known) implements ImageStore {
  /** The largest number of a class; one beyond is more likely something else. */
  static final int MOST = 1_000_000;

  /**
   * Images with these classes.
   *
   * @param declared how many images there are to be, of which bad ones may be left out at the end
   * @param name of what holds the classes
   * @throws ConfigException if there are not as many as images, or one is not a class
   */
  public static LabelledImages of(ImageStore images, long[] classes, int declared, String name) {
    if (classes.length != declared) {
      throw new ConfigException(
          "%s has %d classes, but there are %d images; give one for each"
              .formatted(name, classes.length, declared));
    }
    int[] known = new int[images.count()];
    for (int i = 0; i < known.length; i++) {
      if (classes[i] < 0 || classes[i] > MOST) {
        throw new ConfigException(
            "%s: class %d of image %d is not from 0 to %d".formatted(name, classes[i], i, MOST));
      }
      known[i] = (int) classes[i];
    }
    return new LabelledImages(images, known);
  }

  /** The same for whole numbers of 32 bits. */
  static LabelledImages of(ImageStore images, int[] classes, int declared, String name) {
    return of(images, Arrays.stream(classes).asLongStream().toArray(), declared, name);
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
  public void keys(int first, int count, int imageBytes, long[] target, int at) {
    images.keys(first, count, imageBytes, target, at);
  }

  @Override
  public Optional<int[]> labels() {
    return Optional.of(known.clone());
  }
}
