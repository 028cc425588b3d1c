package io.mulan.results;

import io.mulan.config.ImageShape;
import io.mulan.data.ImageSet;
import io.mulan.files.CountedOutput;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** What images take in formats that know nothing of them, in bits/dim. */
final class OtherCodecs {
  private static final int GREY = 1;

  /** Of a picture of many images, one below the other. */
  private static final int MOST_PIXELS = 1 << 22;

  private static final int BEST = 9;

  /** Signature, head, and the frames of data and end: what every PNG has. */
  private static final int PNG_FRAME = 57;

  private OtherCodecs() {}

  /** In one stream of xz, with its best setting. */
  static double xz(ImageSet images) {
    CountedOutput counted = new CountedOutput(OutputStream.nullOutputStream());
    try (XZOutputStream xz = new XZOutputStream(counted, new LZMA2Options(BEST))) {
      images.each((some, count) -> write(xz, some, count * images.shape().size()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return perDimension(counted.count(), images);
  }

  private static void write(OutputStream to, byte[] bytes, int count) {
    try {
      to.write(bytes, 0, count);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * As PNG, one image below the other in as few pictures as can be, so that the format's own bytes
   * do not count.
   *
   * @return nothing if images have other channels than pictures
   */
  static OptionalDouble png(ImageSet images) {
    ImageShape shape = images.shape();
    if (!shape.isPicture()) {
      return OptionalDouble.empty();
    }
    int most = Math.max(1, MOST_PIXELS / (shape.height() * shape.width()));
    long bytes = 0;
    for (int first = 0; first < images.count(); first += most) {
      int from = first;
      int count = Math.min(most, images.count() - first);
      bytes += png(shape, count, images.copies(count, i -> from + i));
    }
    return OptionalDouble.of(perDimension(bytes, images));
  }

  /**
   * As a PNG for each image, without the bytes that are the same in all.
   *
   * @return nothing if images have other channels than pictures
   */
  static Optional<double[]> pngPerImage(ImageSet images) {
    ImageShape shape = images.shape();
    return shape.isPicture()
        ? Optional.of(
            IntStream.range(0, images.count())
                .mapToLong(i -> png(shape, 1, images.copies(1, row -> i)) - PNG_FRAME)
                .mapToDouble(bytes -> 8.0 * bytes / shape.size())
                .toArray())
        : Optional.empty();
  }

  private static long png(ImageShape shape, int count, byte[] levels) {
    boolean grey = shape.channels() == GREY;
    BufferedImage picture =
        new BufferedImage(
            shape.width(),
            shape.height() * count,
            grey ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR);
    byte[] pixels = ((DataBufferByte) picture.getRaster().getDataBuffer()).getData();
    System.arraycopy(levels, 0, pixels, 0, levels.length);
    ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
    CountedOutput counted = new CountedOutput(OutputStream.nullOutputStream());
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(counted)) {
      ImageWriteParam smallest = writer.getDefaultWriteParam();
      smallest.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      smallest.setCompressionQuality(0);
      writer.setOutput(out);
      writer.write(null, new IIOImage(picture, null, null), smallest);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return counted.count();
  }

  private static double perDimension(long bytes, ImageSet images) {
    return 8.0 * bytes / images.count() / images.shape().size();
  }
}
