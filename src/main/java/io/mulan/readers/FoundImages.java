package io.mulan.readers;

import io.mulan.config.ImageShape;
import java.util.List;

/**
 * What a reader found.
 *
 * @param test the official test images; null if the files have no such split
 * @param classes names of the classes by number; empty if they have none
 * @param notes what is passed over and why, each a line
 */
public record FoundImages(
    ImageShape shape, ImageStore train, ImageStore test, List<String> classes, List<String> notes) {

  /** Images whose classes have no names, and all of which are taken. */
  FoundImages(ImageShape shape, ImageStore train, ImageStore test) {
    this(shape, train, test, List.of(), List.of());
  }

  FoundImages with(List<String> names, List<String> passedOver) {
    return new FoundImages(shape, train, test, names, List.copyOf(passedOver));
  }
}
