package io.mulan.run;

import io.mulan.data.ImageSet;
import java.util.Map;

/**
 * Images that something is done with.
 *
 * @param name of the choice in file names
 * @param description for people
 * @param options of {@code mulan evaluate} that choose the same again, but for their number
 * @param images all there are
 * @param count how many of them were asked for
 */
public record ChosenImages(
    String name, String description, Map<String, String> options, ImageSet images, int count) {

  /** The images asked for. */
  public ImageSet chosen() {
    return images.first(count);
  }
}
