package io.mulan.readers;

import io.mulan.config.DataConfig;
import io.mulan.config.ImageShape;
import io.mulan.formats.GreyScale;
import io.mulan.formats.PictureFile;
import io.mulan.formats.PictureFile.PictureRules;
import io.mulan.readers.ImageStore.ImageKey;
import java.util.Optional;

/** Encoded pictures that lie somewhere, to be read by number, from any thread. */
interface EncodedPictures {

  /** How many there are. */
  int count();

  /** For messages. */
  String name(int number);

  /** Takes pictures, one after the other. */
  interface Use {
    void of(int number, byte[] picture);
  }

  /**
   * Reads pictures that follow one another.
   *
   * @throws io.mulan.files.ConfigException naming what cannot be read
   */
  void each(int first, int count, Use use);

  /** Whether the files give their classes. */
  boolean haveClasses();

  /** The class of each; empty if the files give none. */
  Optional<int[]> labels();

  /** What encoded pictures show. */
  record EncodedImages(EncodedPictures pictures, DataConfig config, ImageShape shape)
      implements ImageStore {

    @Override
    public int count() {
      return pictures.count();
    }

    @Override
    public void read(int first, int count, byte[] target, int offset) {
      GreyScale scale = new GreyScale(config.levels());
      PictureRules rules = PictureRules.of(config);
      pictures.each(
          first,
          count,
          (i, picture) ->
              new PictureFile(pictures.name(i), PictureFile.Content.of(picture), shape, rules)
                  .copy(scale, target, offset + (i - first) * shape.size()));
    }

    /** The keys are of the pictures' bytes, which are not decoded for it. */
    @Override
    public void keys(int first, int count, int imageBytes, long[] target, int at) {
      pictures.each(
          first,
          count,
          (i, picture) -> target[at + i - first] = ImageKey.of(picture, 0, picture.length));
    }

    @Override
    public Optional<int[]> labels() {
      return pictures.labels();
    }
  }
}
