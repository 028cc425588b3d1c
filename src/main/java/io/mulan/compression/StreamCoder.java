package io.mulan.compression;

import io.mulan.data.Conditions;
import io.mulan.data.ImageSet;
import io.mulan.likelihood.NotIncreasingException;
import io.mulan.training.DivergedException;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/**
 * A stream of images: one stack. A stack must have some bits to code an image by the model. So the
 * first images are coded as independent pixels, and the others in groups of 1, 2, 4, ...: as many
 * at once as there are bits for. The stack begins empty, and is empty again when all is read: if a
 * number of the model was another one, it is not.
 *
 * @param conditions of a model of these images
 * @param most images in a group
 */
record StreamCoder(GroupCoder coder, Conditions conditions, int most) {
  /** One bit of checksum is kept for so many dimensions, up to 32 for an image. */
  private static final int DIMENSIONS_PER_CHECK = 256;

  private static final int MOST_CHECK = 32;

  /** A stack of so many words for each dimension is enough for any image. */
  private static final int SCRATCH = 8;

  /**
   * A stream that was written.
   *
   * @param plain how many images are coded as independent pixels
   * @param plainBits what these took
   * @param plainCost what they would have taken
   * @param cost what the others took
   */
  record Written(byte[] bytes, int plain, double plainBits, Cost plainCost, Cost cost) {}

  /** Writes images. */
  Written write(ImageSet images) {
    Writing writing = new Writing(images);
    while (writing.at < images.count()) {
      writing.next();
    }
    return writing.end();
  }

  private final class Writing {
    private final ImageSet images;
    private final PlainImages rest;
    private final Cost cost = new Cost();
    private Rans stack = new Rans();
    private int at;
    private int plain;
    private double plainBits;

    /** The kind of the group before, and how many images are in it. */
    private int kind = GroupKind.NONE;

    private int count;

    Writing(ImageSet images) {
      this.images = images;
      this.rest = new PlainImages(images.shape().size(), images.levels());
      images.each((some, size) -> rest.add(Arrays.copyOf(some, size * images.shape().size())));
    }

    /** Twice as many images as in the group before, or as many as the stack has bits for. */
    void next() {
      int left = Math.min(most, images.count() - at);
      for (int k = GroupKind.largest(kind, left); k > GroupKind.PLAIN; k--) {
        Rans longer = stack.copy();
        try {
          int size = Math.min(left, GroupKind.size(k));
          cost.add(putGroup(longer, k, size));
          added(longer, k, size);
          return;
        } catch (Rans.EmptyException e) {
          // There may be enough for fewer.
        }
      }
      putPlain();
    }

    private Cost putGroup(Rans to, int nextKind, int size) {
      putKind(to, nextKind);
      byte[] group = copies(size);
      Cost took = coder.put(to, group, images.conditions(size, i -> at + i));
      putLabels(to, size);
      int n = images.shape().size();
      for (int i = size - 1; i >= 0; i--) {
        to.putUniform(check(group, i * n, n), checkBits(n));
      }
      return took;
    }

    private void putPlain() {
      double before = stack.bits();
      putKind(stack, GroupKind.PLAIN);
      byte[] image = copies(1);
      rest.remove(image);
      rest.put(stack, image);
      rest.add(image);
      putLabels(stack, 1);
      plain++;
      plainBits += stack.bits() - before;
      added(stack, GroupKind.PLAIN, 1);
    }

    /** The kind of the group before, for the reader who has this one. */
    private void putKind(Rans to, int nextKind) {
      if (kind != GroupKind.NONE) {
        GroupKind.put(to, kind, nextKind);
      }
    }

    private void putLabels(Rans to, int size) {
      if (conditions.classes() > 0) {
        int[] labels = images.labels().orElseThrow();
        for (int i = size - 1; i >= 0; i--) {
          classes().put(to, labels[at + i]);
        }
      }
    }

    private void added(Rans longer, int itsKind, int size) {
      rest.remove(copies(size));
      stack = longer;
      at += size;
      kind = itsKind;
      count = size;
    }

    private byte[] copies(int size) {
      return images.copies(size, i -> at + i);
    }

    Written end() {
      if (kind > GroupKind.PLAIN) {
        stack.putUniform(count - 1, kind - 1);
      }
      GroupKind.put(stack, kind, GroupKind.NONE);
      return new Written(stack.toBytes(), plain, plainBits, plainCost(), cost);
    }

    private Cost plainCost() {
      Cost none = new Cost();
      for (int first = 0; first < plain; first += most) {
        int from = first;
        int size = Math.min(most, plain - first);
        none.add(
            coder.put(
                Rans.random(SCRATCH * size * images.shape().size()),
                images.copies(size, i -> from + i),
                images.conditions(size, i -> from + i)));
      }
      return none;
    }
  }

  /**
   * Reads images.
   *
   * @param bytes that were written
   * @param count of the images
   * @return levels [count n]
   * @throws WrongImagesException if that is not what was written
   */
  Read read(byte[] bytes, int count) {
    try {
      return new Reading(Rans.of(bytes), count).all();
    } catch (Rans.EmptyException | DivergedException | NotIncreasingException e) {
      throw new WrongImagesException(e);
    }
  }

  /**
   * What was read.
   *
   * @param images levels [count n]
   * @param labels the class of each, if the model is conditioned on them
   */
  record Read(byte[] images, int[] labels) {}

  private final class Reading {
    private final Rans stack;
    private final PlainImages rest;
    private final int size = coder.laws().image().size();
    private final byte[] images;
    private final int[] labels;

    /** How many images are still to be read. */
    private int left;

    Reading(Rans stack, int count) {
      this.stack = stack;
      this.rest = new PlainImages(size, coder.levels());
      this.images = new byte[coder.laws().image().bytes(count)];
      this.labels = new int[count];
      this.left = count;
    }

    Read all() {
      int kind = GroupKind.take(stack, GroupKind.NONE);
      int count = 1;
      if (kind > GroupKind.PLAIN) {
        count = 1 + (int) stack.takeUniform(kind - 1);
      }
      while (true) {
        if (count > left) {
          throw new WrongImagesException();
        }
        group(kind, count);
        if (left == 0) {
          break;
        }
        kind = GroupKind.take(stack, kind);
        count = GroupKind.size(kind);
      }
      if (!stack.isEmpty()) {
        throw new WrongImagesException();
      }
      return new Read(images, labels);
    }

    private void group(int kind, int count) {
      int first = left - count;
      long[] checks = new long[count];
      if (kind > GroupKind.PLAIN) {
        for (int i = 0; i < count; i++) {
          checks[i] = stack.takeUniform(checkBits(size));
        }
      }
      for (int i = 0; i < count && conditions.classes() > 0; i++) {
        labels[first + i] = classes().take(stack);
      }
      byte[] group =
          kind == GroupKind.PLAIN
              ? rest.take(stack)
              : coder.take(stack, conditions.of(count, i -> labels[first + i]), count);
      for (int i = 0; i < count && kind > GroupKind.PLAIN; i++) {
        if (check(group, i * size, size) != checks[i]) {
          throw new WrongImagesException();
        }
      }
      rest.add(group);
      System.arraycopy(group, 0, images, first * size, group.length);
      left = first;
    }
  }

  /** All classes alike. */
  private LevelTable classes() {
    LevelTable table = new LevelTable(conditions.classes());
    IntStream.range(0, conditions.classes()).forEach(label -> table.set(label, 1));
    return table;
  }

  private static int checkBits(int size) {
    return Math.min(MOST_CHECK, size / DIMENSIONS_PER_CHECK);
  }

  /** The lowest bits of an image's CRC-32C. */
  private static long check(byte[] images, int from, int size) {
    CRC32C crc = new CRC32C();
    crc.update(images, from, size);
    return crc.getValue() & ((1L << checkBits(size)) - 1);
  }
}
