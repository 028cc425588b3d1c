package io.mulan.readers;

import io.mulan.config.DataConfig;
import io.mulan.config.ImageShape;
import io.mulan.formats.GreyScale;
import io.mulan.formats.PictureFile;
import io.mulan.formats.PictureFile.PictureRules;
import java.util.Optional;

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

  /** By the pictures' bytes, which need not be decoded for it. */
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
