package io.mulan.readers;

import io.mulan.config.DataConfig;
import io.mulan.config.DataConfig.Release;
import io.mulan.config.ImageShape;
import io.mulan.files.ConfigException;
import io.mulan.formats.BadInput;
import io.mulan.formats.FoundFiles;
import io.mulan.formats.PictureFile;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.NpyHeader;
import io.mulan.numpy.Npz;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * ImageNet at 32×32 or 64×64: the npz files of Chrabaszcz et al. (2017), {@code
 * train_data_batch_1.npz} to 10 and {@code val_data.npz}, each with {@code data} [N,3·side·side], a
 * channel after the other, and {@code labels} from 1 on; or the older release (van den Oord et al.,
 * 2016), as folders of PNG or as TFRecord files.
 */
public final class DownsampledImageNet {
  private static final Pattern TRAIN = Pattern.compile("train_data(?:_batch_(\\d{1,4}))?\\.npz");
  private static final String TEST = "val_data.npz";
  private static final int BATCHES = 10;

  /** The number in the first release; the other has 50,000. */
  private static final long FIRST_TEST_IMAGES = 49_999;

  private static final String DATA = "data";
  private static final String LABELS = "labels";

  private DownsampledImageNet() {}

  public static FoundImages find(DataConfig config, ImageShape shape, BadInput bad) {
    Path folder = Path.of(config.path());
    if (!Files.isDirectory(folder)) {
      throw new ConfigException(
          folder + " is not a folder; name the one with train_data_batch_1.npz and the others");
    }
    FoundFiles all = FoundFiles.in(folder, bad);
    List<String> train = numbered(all.only(DownsampledImageNet::isTrain));
    if (train.isEmpty()) {
      return requireRelease(older(all, config.with(shape), bad), all, config);
    }
    List<String> notes = new ArrayList<>();
    requireBatches(folder, train, notes, bad);
    List<Path> test =
        all.only(name -> file(name).equals(TEST)).names().stream().map(all::path).toList();
    FoundImages found =
        new FoundImages(
            shape,
            joined(train.stream().map(all::path).toList(), shape, config, bad),
            test.isEmpty() ? null : joined(test, shape, config, bad));
    return requireRelease(found.with(List.of(), notes), all, config);
  }

  /** Batches are numbered from 1 on, without a gap. */
  private static void requireBatches(
      Path folder, List<String> train, List<String> notes, BadInput bad) {
    List<Integer> numbers = train.stream().map(DownsampledImageNet::number).toList();
    int last = numbers.get(numbers.size() - 1);
    if (last == 0) {
      return; // all in one file
    }
    Shards.requireNone(
        folder.toString(),
        IntStream.rangeClosed(1, last)
            .filter(i -> !numbers.contains(i))
            .mapToObj("train_data_batch_%d.npz"::formatted)
            .toList(),
        bad);
    if (last < BATCHES) {
      notes.add("batches after %d: the whole set has %d".formatted(last, BATCHES));
    }
  }

  /** Which of the two releases files are of, as far as the files show. */
  public static Release release(String path) {
    if (path.isBlank() || !Files.isDirectory(Path.of(path))) {
      return Release.UNKNOWN;
    }
    return release(FoundFiles.in(Path.of(path), BadInput.quiet(true)));
  }

  private static Release release(FoundFiles all) {
    if (!all.only(DownsampledImageNet::isTrain).names().isEmpty()) {
      return Release.ANTIALIASED;
    }
    List<String> pictures = all.only(PictureFile::isNamed).names();
    long tests =
        pictures.stream()
            .map(name -> name.split("/"))
            .filter(
                parts ->
                    Arrays.stream(parts, 0, parts.length - 1)
                        .anyMatch(f -> SplitNames.test(SplitNames.firstWord(f)).isPresent()))
            .count();
    return tests == FIRST_TEST_IMAGES ? Release.FIRST : Release.UNKNOWN;
  }

  private static FoundImages requireRelease(FoundImages found, FoundFiles all, DataConfig config) {
    Release there = release(all);
    if (config.release() != Release.UNKNOWN
        && there != Release.UNKNOWN
        && there != config.release()) {
      throw new ConfigException(
          ("data.release is %s, but %s has the release that is called %s: figures of the two cannot"
                  + " be compared; name the other files, or set data.release")
              .formatted(text(config.release()), config.path(), text(there)));
    }
    return found;
  }

  private static String text(Release release) {
    return release.name().toLowerCase(Locale.ROOT);
  }

  /** One line that names the source and its terms. */
  public static String licence(Release release) {
    return switch (release) {
      case UNKNOWN ->
          "downsampled ImageNet, A. van den Oord et al., 2016, or P. Chrabaszcz, I. Loshchilov and"
              + " F. Hutter, 2017 (which release is not known; figures of the two differ); terms of"
              + " ImageNet";
      case FIRST ->
          "downsampled ImageNet, first release, A. van den Oord et al., 2016; terms of ImageNet";
      case ANTIALIASED ->
          "downsampled ImageNet, release with anti-aliasing, P. Chrabaszcz, I. Loshchilov and F."
              + " Hutter, 2017 (published figures are mostly of the first release, of 2016); terms"
              + " of ImageNet";
    };
  }

  private static FoundImages older(FoundFiles all, DataConfig config, BadInput bad) {
    if (all.names().stream().anyMatch(DownsampledImageNet::isTrainingPicture)) {
      return PictureFolder.find(config, all, bad);
    }
    if (all.names().stream().anyMatch(ImageRecords::isNamed)) {
      return ImageRecords.find(config, all, bad);
    }
    throw new ConfigException(
        all.folder()
            + " has no train_data_batch_1.npz, no folder train_… of PNG files and no TFRecord files;"
            + " name the folder that has");
  }

  private static boolean isTrainingPicture(String name) {
    String[] parts = name.split("/");
    return PictureFile.isNamed(name)
        && Arrays.stream(parts, 0, parts.length - 1)
            .anyMatch(folder -> SplitNames.isTrain(SplitNames.firstWord(folder)));
  }

  /** In the order of their numbers. */
  private static List<String> numbered(FoundFiles files) {
    return files.names().stream()
        .sorted(
            Comparator.comparing(DownsampledImageNet::number)
                .thenComparing(Comparator.naturalOrder()))
        .toList();
  }

  /** Of a batch; 0 if all are in one file. */
  private static int number(String name) {
    Matcher matcher = TRAIN.matcher(file(name));
    return matcher.matches() && matcher.group(1) != null ? Integer.parseInt(matcher.group(1)) : 0;
  }

  private static boolean isTrain(String name) {
    return TRAIN.matcher(file(name)).matches();
  }

  private static String file(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  private static ImageStore joined(
      List<Path> files, ImageShape shape, DataConfig config, BadInput bad) {
    List<ImageStore> parts = new ArrayList<>();
    for (Path file : files) {
      parts.add(part(file, shape, config, bad));
    }
    return new JoinedImages(parts, shape.size());
  }

  private static ImageStore part(Path file, ImageShape shape, DataConfig config, BadInput bad) {
    NumpyImages.Stored stored = NumpyImages.stored(file, DATA, config);
    NpyHeader head = stored.head();
    NumpyImages.requireBytes(stored, config.levels());
    if (head.shape().length != 2 || head.shape()[1] != shape.size()) {
      throw new ConfigException(
          "%s has shape %s; images of %s are rows of %d: %s has another size, or is other data"
              .formatted(head.name(), head.shapeText(), shape, shape.size(), file));
    }
    RecordFile images =
        stored.records(new RecordFile.Layout(shape, true, 0, -1, 0), config.levels(), bad);
    try (Npz npz = Npz.open(file)) {
      if (!npz.contains(LABELS)) {
        return images;
      }
      int count = head.shape()[0];
      NpyArray labels = npz.array(LABELS);
      long[] from0 = Arrays.stream(NumpyLabels.of(labels, count)).map(c -> c - 1).toArray();
      return LabelledImages.of(images, from0, count, labels.name());
    }
  }
}
