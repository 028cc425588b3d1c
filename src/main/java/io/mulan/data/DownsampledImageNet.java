package io.mulan.data;

import io.mulan.config.ConfigException;
import io.mulan.config.DataConfig;
import io.mulan.config.ImageShape;
import io.mulan.files.AtomicFolder;
import io.mulan.files.IoReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * ImageNet at 32×32 or 64×64: the npz files of Chrabaszcz et al. (2017), {@code
 * train_data_batch_1.npz} to 10 and {@code val_data.npz}, each with {@code data} [N,3·side·side], a
 * channel after the other, and {@code labels} from 1 on; or the older release (van den Oord et al.,
 * 2016), as folders of PNG or as TFRecord files.
 */
final class DownsampledImageNet {
  private static final Pattern TRAIN = Pattern.compile("train_data(_batch_\\d+)?\\.npz");
  private static final Pattern TEST = Pattern.compile("val_data\\.npz");
  private static final String DATA = "data";
  private static final String LABELS = "labels";

  private DownsampledImageNet() {}

  static FoundImages find(DataConfig config, ImageShape shape, BadInput bad) {
    Path folder = Path.of(config.path());
    if (!Files.isDirectory(folder)) {
      throw new ConfigException(
          folder + " is no folder; name the one with train_data_batch_1.npz and the others");
    }
    List<Path> train = files(folder, TRAIN);
    if (train.isEmpty()) {
      return older(folder, config.with(shape), bad);
    }
    List<Path> test = files(folder, TEST);
    return new FoundImages(
        shape,
        joined(train, shape, config, bad),
        test.isEmpty() ? null : joined(test, shape, config, bad));
  }

  private static FoundImages older(Path folder, DataConfig config, BadInput bad) {
    if (PictureFolder.below(folder, Set.of("train")).isPresent()) {
      return PictureFolder.find(config);
    }
    if (ImageRecords.areIn(folder)) {
      return ImageRecords.find(config, bad);
    }
    throw new ConfigException(
        folder
            + " has no train_data_batch_1.npz, no folder train_… of PNG files and no TFRecord files;"
            + " name the folder that has");
  }

  /** In the order of their numbers. */
  private static List<Path> files(Path folder, Pattern name) {
    try {
      return AtomicFolder.files(folder).stream()
          .filter(p -> name.matcher(p.getFileName().toString()).matches())
          .sorted(
              Comparator.comparing((Path p) -> p.getFileName().toString().length())
                  .thenComparing(p -> p.getFileName().toString()))
          .toList();
    } catch (IOException e) {
      throw new ConfigException("cannot read folder " + folder + ": " + IoReason.of(e), e);
    }
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
    NumpyImages.requireBytes(head);
    if (head.shape().length != 2 || head.shape()[1] != shape.size()) {
      throw new ConfigException(
          "%s has shape %s; images of %s are rows of %d: %s has another size, or is other data"
              .formatted(head.name(), head.shapeText(), shape, shape.size(), file));
    }
    RecordFile images =
        stored.records(new RecordFile.Layout(shape, true, 0, -1, 0), config.levels(), bad);
    Optional<long[]> classes = classes(file);
    return classes.isPresent()
        ? LabelledImages.of(images, classes.get(), file + ", array " + LABELS)
        : images;
  }

  private static Optional<long[]> classes(Path file) {
    try (Npz npz = Npz.open(file)) {
      return npz.contains(LABELS)
          ? Optional.of(Arrays.stream(npz.array(LABELS).toLongs()).map(c -> c - 1).toArray())
          : Optional.empty();
    }
  }
}
