package io.mulan.study;

import io.mulan.data.ImageSet;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Images in groups that are compared; none of them is empty.
 *
 * @param what distinguishes the groups
 * @param names of the groups
 * @param of the group of each image
 */
public record ImageGroups(String what, List<String> names, int[] of) {

  /** How many groups there are. */
  int count() {
    return names.size();
  }

  /** How many images are in a group. */
  int size(int group) {
    return (int) Arrays.stream(of).filter(g -> g == group).count();
  }

  /** The classes of images; empty if they have none. */
  static Optional<ImageGroups> classes(ImageSet images) {
    return images.labels().map(ImageGroups::byLabel);
  }

  private static ImageGroups byLabel(int[] labels) {
    int[] there = Arrays.stream(labels).distinct().sorted().toArray();
    return new ImageGroups(
        "class",
        Arrays.stream(there).mapToObj(label -> "class " + label).toList(),
        Arrays.stream(labels).map(label -> Arrays.binarySearch(there, label)).toArray());
  }

  /** The darker half of images and the brighter one, by their mean level. */
  static ImageGroups brightness(ImageSet images) {
    double[] means = means(images);
    double[] sorted = means.clone();
    Arrays.sort(sorted);
    double middle = sorted[sorted.length / 2];
    return halves(
        "brightness",
        "dark images",
        "bright images",
        IntStream.range(0, means.length).mapToObj(i -> means[i] >= middle).toList());
  }

  /**
   * Of images of the intensity split: those with a grey upper half, those with a grey lower one.
   */
  static ImageGroups greyHalves(ImageSet images) {
    byte[] image = new byte[images.shape().size()];
    int grey = (images.levels() - 1) / 2;
    return halves(
        "grey half",
        "upper half grey",
        "lower half grey",
        IntStream.range(0, images.count())
            .mapToObj(
                i -> {
                  images.copy(i, image, 0);
                  return IntStream.range(0, image.length / 2)
                      .anyMatch(k -> (image[k] & 0xff) != grey);
                })
            .toList());
  }

  /** Two groups, or one if the other would be empty. */
  private static ImageGroups halves(
      String what, String first, String second, List<Boolean> inSecond) {
    TreeMap<Boolean, String> names = new TreeMap<>();
    inSecond.forEach(in -> names.put(in, in ? second : first));
    return new ImageGroups(
        what,
        List.copyOf(names.values()),
        inSecond.stream().mapToInt(in -> names.headMap(in).size()).toArray());
  }

  private static double[] means(ImageSet images) {
    byte[] image = new byte[images.shape().size()];
    double[] means = new double[images.count()];
    for (int i = 0; i < means.length; i++) {
      images.copy(i, image, 0);
      long sum = 0;
      for (byte level : image) {
        sum += level & 0xff;
      }
      means[i] = (double) sum / image.length;
    }
    return means;
  }
}
