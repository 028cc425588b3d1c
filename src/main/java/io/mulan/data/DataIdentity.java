package io.mulan.data;

import io.mulan.files.ConfigException;
import io.mulan.files.IoReason;
import io.mulan.files.JsonFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a data set is known by, wherever it lies: kept with a run and with an exported model, so
 * that other data are noticed.
 */
public record DataIdentity(Images train, Images test) {
  /** Its usual name. */
  public static final String FILE = "data.json";

  /** The number of images, spread evenly, whose pixels are compared. */
  private static final int COMPARED = 1024;

  /**
   * A part of it.
   *
   * @param shape height×width×channels
   * @param checksum of the levels, and the classes, of at most 1024 images that are spread evenly
   */
  public record Images(int count, String shape, int levels, String checksum) {

    static Images of(ImageSet images) {
      String checksum = "%08x".formatted(images.spread(COMPARED).checksum());
      return new Images(images.count(), images.shape().toString(), images.levels(), checksum);
    }

    /** What differs, for a sentence. */
    private Optional<String> difference(String part, Images now) {
      if (equals(now)) {
        return Optional.empty();
      }
      if (count != now.count) {
        return Optional.of("%d %s images there, %d here".formatted(count, part, now.count));
      }
      boolean alike = shape.equals(now.shape) && levels == now.levels;
      return Optional.of(
          alike
              ? "other %s images, as many".formatted(part)
              : "%s images of %s in %d levels there, of %s in %d here"
                  .formatted(part, shape, levels, now.shape, now.levels));
    }
  }

  /** Reads the images that are compared. */
  public static DataIdentity of(Dataset data) {
    return new DataIdentity(Images.of(data.train()), Images.of(data.test()));
  }

  /** What differs in the data of now, for a sentence; empty if nothing does. */
  public Optional<String> difference(DataIdentity now) {
    return train.difference("training", now.train).or(() -> test.difference("test", now.test));
  }

  /**
   * Reads what was kept.
   *
   * @return nothing if there is no such file
   * @throws ConfigException if it is damaged
   */
  public static Optional<DataIdentity> read(Path file) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(JsonFile.read(file, DataIdentity.class));
    } catch (IOException e) {
      throw new ConfigException(
          file
              + ": "
              + IoReason.of(e)
              + ", so it is not known whether these are the same data; remove it to resume with the"
              + " data as they are",
          e);
    }
  }

  /** Keeps it. */
  public void write(Path file) {
    try {
      JsonFile.write(file, this);
    } catch (IOException e) {
      throw new ConfigException(file + " cannot be written: " + IoReason.of(e), e);
    }
  }
}
