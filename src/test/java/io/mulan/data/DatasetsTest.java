package io.mulan.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.ConfigReader;
import io.mulan.config.DataConfig;
import io.mulan.config.DataConfig.Kind;
import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.data.Datasets.DataShape;
import io.mulan.files.ConfigException;
import io.mulan.numpy.Npz;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DatasetsTest {
  private static DataConfig config(Kind kind, int levels) {
    return new DataConfig(kind, "", levels);
  }

  @Test
  void theTwoKindsAreTheSameDigitsInTwoOrders() {
    ImageSet digits = Datasets.open(config(Kind.DIGITS, 17)).test();
    ImageSet kinds = Datasets.open(config(Kind.KINDS, 17)).test();
    int size = digits.shape().size();
    int count = digits.count();
    assertEquals(2 * count, kinds.count());
    int[] classes = kinds.labels().orElseThrow();
    byte[] image = new byte[size];
    byte[] same = new byte[size];
    byte[] other = new byte[size];
    byte[][] before = new byte[size][count];
    byte[][] after = new byte[size][count];
    for (int i = 0; i < count; i++) {
      digits.copy(i, image, 0);
      kinds.copy(i, same, 0);
      kinds.copy(count + i, other, 0);
      assertArrayEquals(image, same);
      assertEquals(0, classes[i]);
      assertEquals(1, classes[count + i]);
      for (int pixel = 0; pixel < size; pixel++) {
        before[pixel][i] = image[pixel];
        after[pixel][i] = other[pixel];
      }
    }
    // One order for all images: the pixels over the images are the same, in other places.
    Arrays.sort(before, Arrays::compare);
    assertFalse(Arrays.deepEquals(before, after));
    Arrays.sort(after, Arrays::compare);
    assertTrue(Arrays.deepEquals(before, after));
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"DIGITS", "KINDS", "PHOTOS"})
  void aSetHasItsDeclaredShape(Kind kind) {
    DataShape shape = Datasets.shape(config(kind, 2));
    Dataset set = Datasets.open(config(kind, shape.levels()));
    for (ImageSet part : List.of(set.train(), set.test())) {
      assertEquals(shape.image(), part.shape());
      assertEquals(shape.levels(), part.levels());
    }
  }

  @Test
  void theDigitsAreSplitInto1500And297() {
    Dataset digits = Datasets.open(config(Kind.DIGITS, 17));
    assertEquals(1500, digits.train().count());
    assertEquals(297, digits.test().count());
    assertTrue(digits.licence().contains("CC BY 4.0"));
  }

  @Test
  void eachDigitIsInOnePartOfTheSplitOnly() {
    Dataset digits = Datasets.open(config(Kind.DIGITS, 17));
    byte[] stored =
        Npz.read(Digits.class.getResourceAsStream("/data/digits.npz"), "digits", "images")
            .toBytes();
    ImageSet all = new ImageSet("all", new ImageShape(8, 8, 1), 17, stored);
    List<String> split = new ArrayList<>(images(digits.train()));
    split.addAll(images(digits.test()));
    List<String> whole = new ArrayList<>(images(all));
    split.sort(null);
    whole.sort(null);
    assertEquals(whole, split);
  }

  private static List<String> images(ImageSet set) {
    List<String> images = new ArrayList<>();
    for (int i = 0; i < set.count(); i++) {
      images.add(Arrays.toString(image(set, i)));
    }
    return images;
  }

  @Test
  void theSplitOfTheDigitsNeverChanges() {
    Dataset digits = Datasets.open(config(Kind.DIGITS, 17));
    assertEquals(-1650287595, images(digits.train()).hashCode());
    assertEquals(59598061, images(digits.test()).hashCode());
  }

  @Test
  void thePhotosHave5300TrainingAnd156TestPatches() {
    Dataset photos = Datasets.open(config(Kind.PHOTOS, 256));
    assertEquals(5300, photos.train().count());
    assertEquals(156, photos.test().count());
    assertTrue(photos.licence().contains("CC BY 2.0"));
  }

  @Test
  void trainingPatchesLieWhollyLeftOfColumn448() {
    assertPatchesLie(Datasets.open(config(Kind.PHOTOS, 256)).train(), 0, 448, 8, 11);
  }

  @Test
  void testPatchesLieSideBySideFromColumn448On() {
    assertPatchesLie(Datasets.open(config(Kind.PHOTOS, 256)).test(), 448, 640, 32, 1);
  }

  /** Each {@code every}-th patch, and the last, is where a grid of this stride puts it. */
  private static void assertPatchesLie(ImageSet set, int left, int right, int stride, int every) {
    int columns = (right - left - 32) / stride + 1;
    int patchesPerPhoto = columns * ((427 - 32) / stride + 1);
    assertEquals(2 * patchesPerPhoto, set.count());
    List<BufferedImage> photos = List.of(Photos.photo("china.jpg"), Photos.photo("flower.jpg"));
    for (int i = set.count() - 1; i >= 0; i -= every) {
      int place = i % patchesPerPhoto;
      int x = left + place % columns * stride;
      int y = place / columns * stride;
      assertTrue(x + 32 <= right);
      assertArrayEquals(patch(photos.get(i / patchesPerPhoto), x, y), image(set, i), "patch " + i);
    }
  }

  private static byte[] image(ImageSet set, int index) {
    byte[] image = new byte[set.shape().size()];
    set.copy(index, image, 0);
    return image;
  }

  /** A patch cut out of the photograph pixel by pixel. */
  private static byte[] patch(BufferedImage photo, int left, int top) {
    byte[] patch = new byte[32 * 32 * 3];
    for (int i = 0; i < 32 * 32; i++) {
      Color colour = new Color(photo.getRGB(left + i % 32, top + i / 32));
      patch[3 * i] = (byte) colour.getRed();
      patch[3 * i + 1] = (byte) colour.getGreen();
      patch[3 * i + 2] = (byte) colour.getBlue();
    }
    return patch;
  }

  @Test
  void otherLevelsThanTheSetsAreRefused() {
    ConfigException refusal =
        assertThrows(ConfigException.class, () -> Datasets.open(config(Kind.DIGITS, 256)));
    assertEquals(
        "data.levels is 256, but the digits have 17 levels; set data.levels to 17",
        refusal.getMessage());
  }

  @Test
  void embeddedImagesInAnotherShapeAreRefused() {
    DataConfig smaller = config(Kind.PHOTOS, 256).with(new ImageShape(16, 16, 0));
    String refusal =
        "data.kind photos has images of 32×32×3, but data.height, data.width and data.channels are"
            + " 16, 16 and 0; set them to 0";
    assertEquals(
        refusal, assertThrows(ConfigException.class, () -> Datasets.shape(smaller)).getMessage());
    assertEquals(
        refusal, assertThrows(ConfigException.class, () -> Datasets.open(smaller)).getMessage());
  }

  @Test
  void photosInGreyAreRefused() {
    RunConfig grey =
        ConfigReader.read(Optional.of("photos"), Optional.empty(), List.of("data.grey=true"));
    assertEquals(
        "data.grey is true, but the photos are embedded in colour; set it to false",
        assertThrows(ConfigException.class, () -> Datasets.open(grey.data())).getMessage());
  }

  @Test
  void aPathToEmbeddedImagesIsRefused() {
    DataConfig elsewhere = new DataConfig(Kind.DIGITS, "pictures", 17);
    assertEquals(
        "data.path is pictures, but data.kind is digits, which is embedded; set data.kind to what"
            + " lies there, or leave data.path empty",
        assertThrows(ConfigException.class, () -> Datasets.open(elsewhere)).getMessage());
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"CIFAR10", "IMAGENET32"})
  void theShapeOfASetIsKnownWithoutItsFiles(Kind kind) {
    DataConfig config = config(kind, 256);
    assertEquals(new ImageShape(32, 32, 3), Datasets.shape(config).image());
    String message = assertThrows(ConfigException.class, () -> Datasets.open(config)).getMessage();
    assertTrue(message.contains("data.path is empty"), message);
    assertTrue(message.contains("--dry-run"), message);
  }
}
