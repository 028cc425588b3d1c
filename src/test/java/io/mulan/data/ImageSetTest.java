package io.mulan.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.mulan.config.ImageShape;
import io.mulan.files.ConfigException;
import org.junit.jupiter.api.Test;

class ImageSetTest {
  private static final ImageShape SHAPE = new ImageShape(1, 2, 1);

  @Test
  void anImageIsCopiedToItsPlace() {
    ImageSet set = new ImageSet("three", SHAPE, 256, new byte[] {1, 2, 3, 4, 5, -1});
    byte[] target = new byte[4];
    set.copy(2, target, 1);
    assertEquals(3, set.count());
    assertArrayEquals(new byte[] {0, 5, -1, 0}, target);
  }

  @Test
  void laterChangesOfTheArrayDoNotReachTheSet() {
    byte[] images = {1, 2};
    ImageSet set = new ImageSet("one", SHAPE, 256, images);
    images[0] = 9;
    byte[] target = new byte[2];
    set.copy(0, target, 0);
    assertArrayEquals(new byte[] {1, 2}, target);
  }

  @Test
  void aPixelBeyondTheLevelsIsRefused() {
    byte[] images = {0, 16, 3, (byte) 200};
    ConfigException refusal =
        assertThrows(ConfigException.class, () -> new ImageSet("few", SHAPE, 17, images));
    assertEquals(
        "few: image 1 has a pixel of value 200; with 17 levels 0 to 16 are allowed",
        refusal.getMessage());
  }

  @Test
  void emptySetsAndPartsOfImagesAreRefused() {
    assertThrows(ConfigException.class, () -> new ImageSet("none", SHAPE, 256, new byte[0]));
    assertThrows(ConfigException.class, () -> new ImageSet("half", SHAPE, 256, new byte[3]));
  }
}
