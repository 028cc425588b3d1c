package io.mulan.config;

import java.util.List;
import java.util.Set;

/**
 * The images.
 *
 * @param path where they lie; empty for the embedded sets
 * @param levels different values that a pixel can have (published: {@code vocab_size})
 * @param height of an image; 0 as the files have it
 * @param width of an image; 0 as the files have it
 * @param channels of an image; 0 as the files have it
 * @param grey whether coloured pictures become grey
 * @param fit what happens to pictures of another size
 * @param background what transparent pictures are laid over
 * @param pad pixels of level 0 that are put around an image, on each side
 * @param feature the name of the image in records, columns or arrays; empty for the usual ones
 * @param label the name of its class there; empty for the usual ones
 * @param layout of levels in arrays and records that do not state it themselves
 * @param testImages how many are split off where files have no split of their own; 0 for a tenth
 * @param splitBy what decides in that split
 * @param splitSeed of it
 * @param flip whether training images are mirrored, left to right, half of the time
 * @param augment how else training images are changed, for a model that is conditioned on whether
 *     one was
 * @param classes how many there are, for a model that is conditioned on the class of each image; 0
 *     for one that is not
 * @param classNames of the classes by number, where folders or files name them; a run keeps them
 * @param release of ImageNet; a run keeps it
 * @param view what is seen of an image
 * @param window MiB of images that are shuffled together
 * @param skipBad whether images that cannot be read are skipped and counted
 * @param allowLarge whether a compressed file may unpack to any size
 */
public record DataConfig(
    Kind kind,
    String path,
    int levels,
    int height,
    int width,
    int channels,
    boolean grey,
    Fit fit,
    Background background,
    int pad,
    String feature,
    String label,
    Layout layout,
    int testImages,
    SplitBy splitBy,
    long splitSeed,
    boolean flip,
    Augment augment,
    int classes,
    List<String> classNames,
    Release release,
    View view,
    int window,
    boolean skipBad,
    boolean allowLarge) {

  /** Data sets. */
  public enum Kind {
    DIGITS,
    KINDS,
    PHOTOS,
    CIFAR10,
    CIFAR100,
    IMAGENET32,
    IMAGENET64,
    IDX,
    NPZ,
    NPY,
    IMAGES,
    PARQUET,
    TFRECORD;

    /** How many levels images of this kind have, unless the configuration says otherwise. */
    int levels() {
      return this == DIGITS || this == KINDS ? 17 : 256;
    }
  }

  /** What happens to a picture of another size. */
  public enum Fit {
    /** It is refused. */
    EXACT,
    /** It is scaled, height and width each by its own factor. */
    RESIZE,
    /** It is scaled until it just covers the size, and cropped at the centre. */
    CROP
  }

  /** How the levels of an image lie. */
  public enum Layout {
    /** Pixel by pixel: [H,W,C]. */
    CHANNELS_LAST,
    /** One channel after the other: [C,H,W]. */
    CHANNELS_FIRST
  }

  /** What decides whether an image is for training or for the test. */
  public enum SplitBy {
    /** Its name or its bytes: it stays where it is when others come. */
    IMAGE,
    /** Its place among all, as in earlier versions. */
    PLACE
  }

  /** What transparent pictures are laid over. */
  public enum Background {
    /** Nothing: they are refused. */
    NONE,
    BLACK,
    GREY,
    WHITE
  }

  /** The published augmentations of training images. */
  public enum Augment {
    /** None. */
    NONE,
    /** Mirrored half of the time, and turned by 90, 180 or 270 degrees half of the time. */
    ROTATIONS,
    /** The same, and half of the time with the channels in another order. */
    CHANNELS
  }

  /** The two downsampled versions of ImageNet, whose figures cannot be compared. */
  public enum Release {
    /** Not ImageNet, or its files do not say. */
    UNKNOWN,
    /** The release of van den Oord et al. (2016), on which the published figures are. */
    FIRST,
    /** The release of Chrabaszcz et al. (2017), made with anti-aliasing. */
    ANTIALIASED
  }

  /** What is seen of an image: the studies of the published work. */
  public enum View {
    /** All. */
    WHOLE,
    /**
     * Of the first half of the classes the lower half, of the others the upper; the rest is grey.
     */
    INTENSITY,
    /** Low frequencies. */
    FREQUENCY_LOW,
    /** What they leave. */
    FREQUENCY_HIGH,
    /** Low ones in the upper half, what they leave in the lower. */
    FREQUENCY_HALVES,
    /** Low ones above what they leave: twice as high. */
    FREQUENCY_BOTH
  }

  /** Each is a number that the networks read. */
  private static final int MOST_CLASSES = 10_000;

  private static final int MOST_PAD = 1000;

  public DataConfig {
    Check.between("data.levels", levels, 2, 256);
    Check.atLeast("data.height", height, 0);
    Check.atLeast("data.width", width, 0);
    Check.atLeast("data.channels", channels, 0);
    Check.between("data.pad", pad, 0, MOST_PAD);
    Check.atLeast("data.test_images", testImages, 0);
    Check.between("data.split_seed", splitSeed, 0, Integer.MAX_VALUE);
    Check.require(
        !flip || augment == Augment.NONE,
        "data.flip",
        flip,
        "false with data.augment " + RecordTree.name(augment) + ", which mirrors images itself");
    Check.between("data.classes", classes, 0, MOST_CLASSES);
    classNames = List.copyOf(classNames);
    Check.require(
        Set.copyOf(classNames).size() == classNames.size(),
        "data.class_names",
        classNames,
        "each name once");
    Check.between("data.window", window, 1, 1000);
  }

  /** Files as they are, all other settings at their defaults. */
  public DataConfig(Kind kind, String path, int levels) {
    this(
        kind,
        path,
        levels,
        0,
        0,
        0,
        false,
        Fit.EXACT,
        Background.NONE,
        0,
        "",
        "",
        Layout.CHANNELS_LAST,
        0,
        SplitBy.IMAGE,
        0,
        false,
        Augment.NONE,
        0,
        List.of(),
        Release.UNKNOWN,
        View.WHOLE,
        64,
        false,
        false);
  }

  /** The same with this image shape. */
  public DataConfig with(ImageShape shape) {
    return with(path, levels, shape);
  }

  /** The same images at another place. */
  public DataConfig at(String place) {
    return with(place, levels, shape());
  }

  /** Of the images; sizes are 0 where the files say them. */
  public ImageShape shape() {
    return new ImageShape(height, width, channels);
  }

  /** The same with these names of the classes. */
  public DataConfig withClassNames(List<String> names) {
    return with(path, levels, shape(), names, release);
  }

  /** The same of this release. */
  public DataConfig with(Release which) {
    return with(path, levels, shape(), classNames, which);
  }

  /** The same with as many levels as images of the kind have. */
  DataConfig withOwnLevels() {
    return with(path, kind.levels(), shape());
  }

  private DataConfig with(String place, int otherLevels, ImageShape shape) {
    return with(place, otherLevels, shape, classNames, release);
  }

  private DataConfig with(
      String place, int otherLevels, ImageShape shape, List<String> names, Release which) {
    return new DataConfig(
        kind,
        place,
        otherLevels,
        shape.height(),
        shape.width(),
        shape.channels(),
        grey,
        fit,
        background,
        pad,
        feature,
        label,
        layout,
        testImages,
        splitBy,
        splitSeed,
        flip,
        augment,
        classes,
        names,
        which,
        view,
        window,
        skipBad,
        allowLarge);
  }

  /** How many numbers the model is conditioned on for each image: k. */
  public int conditions() {
    return classes + (augment == Augment.NONE ? 0 : 1);
  }

  /** The kind as settings spell it. */
  public String key() {
    return RecordTree.name(kind);
  }
}
