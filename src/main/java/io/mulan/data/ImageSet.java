package io.mulan.data;

import io.mulan.config.DataConfig;
import io.mulan.config.DataConfig.View;
import io.mulan.config.ImageShape;
import io.mulan.files.ConfigException;
import io.mulan.formats.BadInput;
import io.mulan.formats.GreyScale;
import io.mulan.numpy.NpyArray;
import io.mulan.readers.ImageStore;
import io.mulan.readers.LabelledImages;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/**
 * An immutable set of images [count, height, width, channels] of whole numbers 0..levels-1, one
 * unsigned byte each: in memory, or in files, which are read when they are asked for.
 *
 * <p>What asks for images of files may fail with {@link ConfigException}, which names file and
 * place.
 */
public final class ImageSet {
  private static final int RGB = 3;

  private static final Conditions NOTHING = new Conditions(0, false);

  private final String name;
  private final ImageShape shape;
  private final int levels;
  private final ImageStore images;
  private final long windowBytes;
  private final Augmentation augmentation;
  private final Conditions conditions;

  /**
   * The class of each image; null if the model is not conditioned on classes, or they have none.
   */
  private final int[] classes;

  /**
   * Copies {@code images}, which lie one after the other, row by row, channels innermost.
   *
   * @throws ConfigException naming the set, if there is no image, a part of one, or a pixel beyond
   *     the levels
   */
  public ImageSet(String name, ImageShape shape, int levels, byte[] images) {
    this(name, shape, levels, images, null);
  }

  /**
   * The same with a class for each image.
   *
   * @param labels null for none
   */
  ImageSet(String name, ImageShape shape, int levels, byte[] images, int[] labels) {
    this(name, shape, levels, inMemory(name, shape, images, labels), 0, Augmentation.NONE, NOTHING);
    for (int i = 0; i < images.length; i++) {
      int value = images[i] & 0xff;
      if (value >= levels) {
        throw new ConfigException(
            "%s: image %d has a pixel of value %d; with %d levels 0 to %d are allowed"
                .formatted(name, i / shape.size(), value, levels, levels - 1));
      }
    }
  }

  /**
   * Images that lie somewhere else.
   *
   * @param windowBytes of images that are shuffled together; 0 for all
   * @param augmentation what batches do to them
   * @param conditions what a model is conditioned on
   * @throws ConfigException if a class is needed and is not allowed
   */
  ImageSet(
      String name,
      ImageShape shape,
      int levels,
      ImageStore images,
      long windowBytes,
      Augmentation augmentation,
      Conditions conditions) {
    this.name = name;
    this.shape = shape;
    this.levels = levels;
    this.windowBytes = windowBytes;
    this.augmentation = augmentation;
    this.conditions = conditions;
    this.classes = conditions.classes() > 0 ? images.labels().orElse(null) : null;
    // Read once: for records they take as long as the images.
    this.images = classes == null ? images : new LabelledImages(images, classes);
    checkClasses();
  }

  private void checkClasses() {
    for (int i = 0; classes != null && i < classes.length; i++) {
      if (classes[i] >= conditions.classes()) {
        throw new ConfigException(
            "data.classes is %d, so classes are 0 to %d, but image %d of %s is of class %d; to learn it, set it to %d or more"
                .formatted(
                    conditions.classes(),
                    conditions.classes() - 1,
                    i,
                    name,
                    classes[i],
                    classes[i] + 1));
      }
    }
  }

  private static ImageStore inMemory(String name, ImageShape shape, byte[] images, int[] labels) {
    if (images.length == 0 || images.length % shape.size() != 0) {
      throw new ConfigException(
          "%s has %d bytes, which is not a whole number of %s images"
              .formatted(name, images.length, shape));
    }
    ImageStore store = new Memory(images.clone(), shape.size());
    return labels == null ? store : new LabelledImages(store, labels);
  }

  private record Memory(byte[] images, int size) implements ImageStore {
    @Override
    public int count() {
      return images.length / size;
    }

    @Override
    public void read(int first, int count, byte[] target, int offset) {
      System.arraycopy(images, first * size, target, offset, count * size);
    }
  }

  /** The name for messages, as in {@code digits train}. */
  public String name() {
    return name;
  }

  /** Height, width and channels of each image. */
  public ImageShape shape() {
    return shape;
  }

  /** How many values a pixel's channel can have: V, the vocabulary size. */
  public int levels() {
    return levels;
  }

  /** How many images there are. */
  public int count() {
    return images.count();
  }

  /** How many bytes of images are shuffled together; 0 for all, in memory as they are. */
  long windowBytes() {
    return windowBytes;
  }

  /** What batches do to the images. */
  Augmentation augmentation() {
    return augmentation;
  }

  /**
   * What the configuration's view shows of them.
   *
   * @param learned whether they are for training, and so augmented
   */
  ImageSet seen(DataConfig config, boolean learned) {
    View view = config.view();
    ImageShape padded = PaddedImages.shape(config.pad(), shape);
    ImageShape seen = ViewedImages.shape(view, padded);
    int classes = ViewedImages.classes(images, view);
    ImageStore whole = PaddedImages.of(images, config.pad(), shape);
    return new ImageSet(
        name,
        seen,
        levels,
        ViewedImages.of(whole, view, padded, levels, classes),
        windowBytes,
        learned ? Augmentation.of(config, seen) : Augmentation.NONE,
        Conditions.of(config));
  }

  /** The class of each image, where they have one. */
  public Optional<int[]> labels() {
    return images.labels();
  }

  /** The same images, for a model with the conditions of a configuration. */
  public ImageSet conditioned(DataConfig config) {
    return new ImageSet(
        name, shape, levels, images, windowBytes, augmentation, Conditions.of(config));
  }

  /** The same images, all of one class. */
  public ImageSet labelled(int label) {
    int[] all = new int[count()];
    Arrays.fill(all, label);
    return with(new LabelledImages(images, all));
  }

  /**
   * The same images with a class for each.
   *
   * @param source of the classes, for messages
   * @throws ConfigException if there are fewer than images, or one is not a class
   */
  ImageSet labelled(long[] labels, String source) {
    return with(LabelledImages.of(images, labels, images.count(), source));
  }

  private ImageSet with(ImageStore others) {
    return new ImageSet(name, shape, levels, others, windowBytes, augmentation, conditions);
  }

  /** What a model is conditioned on. */
  public Conditions conditions() {
    return conditions;
  }

  /**
   * The conditions of images [count,k].
   *
   * @param index of the image in each row
   * @throws ConfigException if classes are needed, and they have none
   */
  public float[] conditions(int count, IntUnaryOperator index) {
    requireClasses();
    return conditions.of(count, i -> classes[index.applyAsInt(i)]);
  }

  /** Writes the class of image {@code index} into a row of conditions [count,k]. */
  void classify(float[] all, int row, int index) {
    if (conditions.classes() > 0) {
      conditions.classify(all, row, classes[index]);
    }
  }

  /**
   * Checks that they have the conditions that the model needs.
   *
   * @throws ConfigException if not
   */
  public ImageSet requireClasses() {
    if (conditions.classes() > 0 && classes == null) {
      throw new ConfigException(
          "data.classes is %d, but %s has no classes; take images that have, or a model with data.classes=0"
              .formatted(conditions.classes(), name));
    }
    return this;
  }

  /** The classes that these have, but others have not; none if those of either are not known. */
  public NavigableSet<Integer> classesBeyond(ImageSet others) {
    NavigableSet<Integer> beyond = new TreeSet<>();
    Optional<int[]> theirs = others.labels();
    if (theirs.isPresent()) {
      labels().ifPresent(own -> Arrays.stream(own).forEach(beyond::add));
      Arrays.stream(theirs.get()).distinct().forEach(beyond::remove);
    }
    return beyond;
  }

  /** The first images; all, if there are no more. */
  public ImageSet first(int limit) {
    if (limit >= count()) {
      return this;
    }
    return chosen(IntStream.range(0, limit).toArray());
  }

  /** So many of them, spread evenly; all, if there are no more. */
  public ImageSet spread(int most) {
    int count = count();
    return count <= most
        ? this
        : chosen(IntStream.range(0, most).map(i -> (int) ((long) i * count / most)).toArray());
  }

  /**
   * Some of the images.
   *
   * @param numbers of those, in the order wanted
   */
  public ImageSet chosen(int... numbers) {
    return with(new ImageSubset(images, numbers.clone(), shape.size()));
  }

  /** All of them as an array [count,H,W,C]. */
  public NpyArray toArray() {
    byte[] all = new byte[shape.bytes(count())];
    copy(0, count(), all, 0);
    return NpyArray.of(all, count(), shape.height(), shape.width(), shape.channels());
  }

  /**
   * All of them as RGB of 8 bits [count,H,W,3], black to white; grey ones have three channels
   * alike.
   */
  public NpyArray toRgb() {
    GreyScale scale = new GreyScale(levels);
    byte[] all = toArray().toBytes();
    int copies = RGB / shape.channels();
    byte[] rgb = new byte[Math.multiplyExact(all.length, copies)];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) scale.grey(all[i / copies] & 0xff);
    }
    return NpyArray.of(rgb, count(), shape.height(), shape.width(), RGB);
  }

  /** Takes a part of a set. */
  @FunctionalInterface
  public interface Part {

    /** Takes {@code count} images, which lie one after the other from the start of the array. */
    void take(byte[] images, int count);
  }

  /** Hands over all images in order, some at a time; the array is used again. */
  public void each(Part part) {
    int most = Math.max(1, ImageStore.BYTES_AT_ONCE / shape.size());
    byte[] some = new byte[Math.min(most, count()) * shape.size()];
    for (int first = 0; first < count(); first += most) {
      int size = Math.min(most, count() - first);
      copy(first, size, some, 0);
      part.take(some, size);
    }
  }

  /** A checksum of all pixels, and of the classes if a model is conditioned on them. */
  public long checksum() {
    CRC32C crc = new CRC32C();
    each((some, size) -> crc.update(some, 0, size * shape.size()));
    if (classes != null) {
      ByteBuffer bytes = ByteBuffer.allocate(classes.length * Integer.BYTES);
      bytes.asIntBuffer().put(classes);
      crc.update(bytes);
    }
    return crc.getValue();
  }

  /**
   * Copies of images, one after the other.
   *
   * @param index of the image in each row
   */
  public byte[] copies(int count, IntUnaryOperator index) {
    byte[] copies = new byte[shape.bytes(count)];
    int before = -1;
    for (int i = 0; i < count; i++) {
      int image = index.applyAsInt(i);
      int at = i * shape.size();
      if (image == before) { // rather than from the file again
        System.arraycopy(copies, at - shape.size(), copies, at, shape.size());
      } else {
        copy(image, copies, at);
      }
      before = image;
    }
    return copies;
  }

  /** Copies image {@code index} to {@code target} from {@code offset} on. */
  public void copy(int index, byte[] target, int offset) {
    copy(index, 1, target, offset);
  }

  /** Copies images that follow one another. */
  void copy(int first, int count, byte[] target, int offset) {
    try {
      images.read(first, count, target, offset);
    } catch (ConfigException e) {
      throw BadInput.withWayOn(e);
    }
  }
}
