package io.mulan.drawing;

import java.awt.image.RenderedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Pictures as addresses that hold them. */
final class DataUri {
  private DataUri() {}

  static String png(RenderedImage picture) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(picture, "png", new MemoryCacheImageOutputStream(bytes));
    } catch (IOException e) {
      throw new IllegalStateException("a picture can't be written to memory", e);
    }
    return of("png", bytes.toByteArray());
  }

  static String svg(String document) {
    return of("svg+xml", document.getBytes(StandardCharsets.UTF_8));
  }

  private static String of(String type, byte[] content) {
    return "data:image/" + type + ";base64," + Base64.getEncoder().encodeToString(content);
  }
}
