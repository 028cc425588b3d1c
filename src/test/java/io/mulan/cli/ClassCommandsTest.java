package io.mulan.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.data.NpyArray;
import io.mulan.data.Npz;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every command on a small run on the digits that is told the class of each image. */
final class ClassCommandsTest {
  @TempDir static Path folder;

  @BeforeAll
  static void train() {
    Program.train(folder, "--steps=6", "--run=a", "--set=data.classes=10").assertDone();
  }

  private static NpyArray array(String file, String name) {
    try (Npz npz = Npz.open(folder.resolve(file))) {
      return npz.array(name);
    }
  }

  private static byte[] images(String file) {
    return array(file, "images").toBytes();
  }

  @Test
  void samplesAreOfAllClassesInTurnOrOfOne() {
    Program.run(folder, "sample", "a", "--count=12", "--steps=4", "--out=all").assertDone();
    int[] labels = array("all/samples.npz", "labels").toInts();
    assertArrayEquals(new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1}, labels);
    assertArrayEquals(new int[] {12, 16}, array("all/samples.npz", "latents").shape());
    Program.run(folder, "sample", "a", "--count=12", "--steps=4", "--class=3", "--out=threes")
        .assertDone();
    assertEquals(3 * 12, Arrays.stream(array("threes/samples.npz", "labels").toInts()).sum());
    byte[] all = images("all/samples.npz");
    byte[] threes = images("threes/samples.npz");
    assertArrayEquals(
        Arrays.copyOfRange(all, 3 * 64, 4 * 64), Arrays.copyOfRange(threes, 3 * 64, 4 * 64));
    assertFalse(Arrays.equals(all, threes), "another class, other images of the same noise");
  }

  @Test
  void latentsOfImagesComeWithTheirClasses() {
    Program.run(folder, "sample", "a", "--count=10", "--steps=2", "--like=test", "--out=like")
        .assertDone();
    Program.run(
            folder,
            "sample",
            "a",
            "--count=10",
            "--steps=2",
            "--latents=like/samples.npz",
            "--class=1",
            "--out=given")
        .assertDone();
    assertArrayEquals(
        array("like/samples.npz", "latents").toDoubles(),
        array("given/samples.npz", "latents").toDoubles());
    assertFalse(Arrays.equals(images("like/samples.npz"), images("given/samples.npz")));
  }

  @Test
  void itsLikelihoodIsMeasuredInEveryWay() {
    for (String way : new String[] {"--times=2", "--method=exact", "--importance=2"}) {
      Program.Outcome outcome =
          Program.run(folder, "evaluate", "a", way, "--limit=4", "--split=train").assertDone();
      assertTrue(outcome.out().contains("4 training images"), outcome::toString);
    }
  }

  @Test
  void imagesAreEncodedWithTheirClasses() {
    Program.Outcome trip =
        Program.run(folder, "reconstruct", "a", "--limit=3", "--out=r").assertDone();
    assertTrue(trip.out().contains("pixels whose level changed: 0 of"), trip::toString);
    Program.run(folder, "interpolate", "a", "--count=3", "--out=i").assertDone();
  }

  @Test
  void whatCanNotBeToldIsRefused() {
    Program.run(folder, "sample", "a", "--class=10")
        .assertRefused(2, "--class is '10'; allowed is 0 to 9");
    Program.run(folder, "sample", "a", "--like=test", "--class=1")
        .assertRefused(2, "--class does not go with --like");
    Program.run(folder, "export", "a", "--to=model")
        .assertRefused(3, "told something of each image (data.classes, data.augment)", "--npz");
    Program.run(folder, "sample", "a", "--count=2", "--steps=1", "--out=two").assertDone();
    Program.run(folder, "evaluate", "a", "--images=two/images")
        .assertRefused(3, "data.classes is 10, but two/images has no classes");
    Program.train(folder, "--run=b", "--set=data.classes=5")
        .assertRefused(3, "data.classes is 5", "set it to");
    Program.train(folder, "--resume=a", "--set=data.classes=0")
        .assertRefused(3, "data.classes can't change in a run that goes on");
  }

  @Test
  void itsWeightsAndItsGraphAreWrittenForOthers() {
    Program.run(folder, "export", "a", "--npz=weights.npz").assertDone();
    Program.run(folder, "graph", "--set=data.classes=10", "--to=graphs").assertDone();
  }
}
