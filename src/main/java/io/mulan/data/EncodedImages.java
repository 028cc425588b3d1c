package io.mulan.data;

import io.mulan.config.DataConfig;
import io.mulan.config.ImageShape;
import java.io.ByteArrayInputStream;
import java.util.Optional;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** What encoded pictures show. */
record EncodedImages(EncodedPictures pictures, DataConfig config, ImageShape shape)
    implements ImageStore {

  /** What the configuration says, and where it is silent, that of the first picture. */
  static ImageShape shape(EncodedPictures pictures, DataConfig config) {
    ImageShape[] found = new ImageShape[1];
    pictures.each(
        0, 1, (i, picture) -> found[0] = PictureFile.shape(pictures.name(i), content(picture)));
    return ImageShapes.configured(config, found[0]);
  }

  private static PictureFile.Content content(byte[] picture) {
    return () -> new MemoryCacheImageInputStream(new ByteArrayInputStream(picture));
  }

  @Override
  public int count() {
    return pictures.count();
  }

  @Override
  public void read(int first, int count, byte[] target, int offset) {
    GreyScale scale = new GreyScale(config.levels());
    pictures.each(
        first,
        count,
        (i, picture) ->
            new PictureFile(
                    pictures.name(i), content(picture), shape, config.fit(), config.grey())
                .copy(scale, target, offset + (i - first) * shape.size()));
  }

  @Override
  public Optional<int[]> labels() {
    return pictures.labels();
  }
}
