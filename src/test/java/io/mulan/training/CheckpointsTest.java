package io.mulan.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.files.ProgramLock;
import io.mulan.tf.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CheckpointsTest {
  private static TrainingSession session;

  @TempDir Path folder;

  @BeforeAll
  static void start() {
    session = SmallRun.session(SmallRun.plain(), false);
    session.initialize();
  }

  @AfterAll
  static void end() {
    session.close();
  }

  @Test
  void theNewestAndTheBestStay() {
    Checkpoints checkpoints = new Checkpoints(folder, 2);
    double[] bitsPerDim = {3, 1, 2, 4, 5};
    for (int i = 0; i < bitsPerDim.length; i++) {
      checkpoints.save(session, i + 1, Interval.NONE);
      checkpoints.measured(i + 1, bitsPerDim[i]);
    }
    assertEquals(List.of(2L, 4L, 5L), checkpoints.steps());
    assertEquals(Optional.of(2L), checkpoints.best());
  }

  @Test
  void filesOfAnInterruptedWriteAreNotACheckpointAndAreRemoved() throws IOException {
    Checkpoints checkpoints = new Checkpoints(folder, 2);
    checkpoints.save(session, 1, Interval.NONE);
    Path unfinished = Files.createDirectory(folder.resolve(".unfinished-2"));
    Files.write(unfinished.resolve("state.data-00000-of-00001"), new byte[100]);
    assertEquals(List.of(1L), checkpoints.steps());
    assertEquals(Optional.of(1L), checkpoints.restoreNewest(session));
    checkpoints.clean(1);
    assertFalse(Files.exists(unfinished));
    assertEquals(List.of(1L), checkpoints.steps());
  }

  @Test
  void trainingResumesFromTheCheckpointBeforeADamagedOne() throws IOException {
    for (String name : List.of("state.data-00000-of-00001", "state.index", "checkpoint.json")) {
      Path own = folder.resolve(name);
      Checkpoints checkpoints = new Checkpoints(own, 2);
      checkpoints.save(session, 1, Interval.NONE);
      checkpoints.save(session, 2, Interval.NONE);
      Path file = own.resolve("2").resolve(name);
      byte[] content = Files.readAllBytes(file);
      Files.write(file, Arrays.copyOf(content, content.length / 2));
      assertDamaged(checkpoints, own.resolve("2"));
      if (name.startsWith("state.data")) {
        content[content.length / 2] ^= 1;
        Files.write(file, content);
        assertDamaged(checkpoints, own.resolve("2"));
      }
      if (name.endsWith("json")) {
        for (String text :
            List.of("{}", "null", "[]", "", "{\"step\":2,\"variables\":{\"a\":\"b\"}}")) {
          Files.writeString(file, text);
          assertDamaged(checkpoints, own.resolve("2"));
        }
      }
      Files.delete(file);
      assertDamaged(checkpoints, own.resolve("2"));
      checkpoints.clean(1);
      assertEquals(List.of(1L), checkpoints.steps());
      assertTrue(Files.isDirectory(own.resolve("damaged-2")), "it is kept");
    }
  }

  private void assertDamaged(Checkpoints checkpoints, Path where) {
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> checkpoints.restore(session, 2));
    assertTrue(e.getMessage().contains(where + " is damaged ("), e::getMessage);
    assertTrue(e.getMessage().contains("goes back to step 1 by itself"), e::getMessage);
    assertEquals(1, e.getMessage().lines().count());
    assertEquals(Optional.of(1L), checkpoints.restoreNewest(session));
  }

  @Test
  void trainingDoesNotRestartIfAllCheckpointsAreDamaged() throws IOException {
    Checkpoints checkpoints = new Checkpoints(folder, 2);
    checkpoints.save(session, 1, Interval.NONE);
    Files.writeString(folder.resolve("1/checkpoint.json"), "{}");
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> checkpoints.restoreNewest(session));
    assertTrue(e.getMessage().contains("there is none before it"), e::getMessage);
    assertEquals(List.of(1L), checkpoints.steps());
  }

  @Test
  void anUnreadableOldCheckpointIsPassedOver() throws IOException {
    Checkpoints checkpoints = new Checkpoints(folder, 1);
    checkpoints.save(session, 1, Interval.NONE);
    Files.writeString(folder.resolve("1/checkpoint.json"), "{");
    checkpoints.save(session, 2, Interval.NONE);
    checkpoints.measured(2, 3.5);
    checkpoints.save(session, 3, Interval.NONE);
    assertEquals(
        List.of(1L, 2L, 3L), checkpoints.steps(), "the best, the newest, and what is left");
    assertEquals(Optional.of(2L), checkpoints.best());
    assertEquals(Optional.of(3L), checkpoints.restoreNewest(session));
  }

  @Test
  void failedHousekeepingDoesNotStopASave() throws IOException {
    Checkpoints checkpoints = new Checkpoints(folder, 1);
    checkpoints.save(session, 1, Interval.NONE);
    Files.delete(folder.resolve("1/in-use"));
    Files.createDirectory(folder.resolve("1/in-use")); // cannot be locked
    checkpoints.save(session, 2, Interval.NONE);
    assertEquals(List.of(1L, 2L), checkpoints.steps());
    Files.delete(folder.resolve("1/in-use"));
    checkpoints.save(session, 3, Interval.NONE);
    assertEquals(List.of(3L), checkpoints.steps());
  }

  @Test
  void aCheckpointStaysWhileItIsRead() throws IOException {
    Checkpoints checkpoints = new Checkpoints(folder, 1);
    checkpoints.save(session, 1, Interval.NONE);
    try (ProgramLock reading = checkpoints.hold(1).get()) {
      checkpoints.save(session, 2, Interval.NONE);
      assertTrue(checkpoints.has(1), reading::toString);
    }
    checkpoints.save(session, 3, Interval.NONE);
    assertEquals(List.of(3L), checkpoints.steps());
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> checkpoints.fingerprint(2));
    assertTrue(e.getMessage().contains("has been removed by a training"), e::getMessage);
  }

  @Test
  void aCheckpointOfAnotherModelIsRefusedWithTheFirstDifference() {
    Checkpoints checkpoints = new Checkpoints(folder, 2);
    try (TrainingSession other = SmallRun.session(SmallRun.plain("network.channels=12"), false)) {
      other.initialize();
      checkpoints.save(other, 1, Interval.NONE);
    }
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> checkpoints.restoreNewest(session));
    assertTrue(e.getMessage().contains("is of another configuration: "), e::getMessage);
    assertTrue(e.getMessage().contains("12]"), e::getMessage);
  }

  @Test
  void aFailedSaveLeavesEarlierCheckpoints() throws IOException {
    Checkpoints checkpoints = new Checkpoints(folder, 2);
    checkpoints.save(session, 1, Interval.NONE);
    // A file where the folder should be.
    Files.writeString(folder.resolve(".unfinished-2"), "");
    Files.createDirectory(folder.resolve("block"));
    Path file = folder.resolve("file");
    Files.writeString(file, "");
    Checkpoints nowhere = new Checkpoints(file, 2);
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> nowhere.save(session, 2, Interval.NONE));
    assertTrue(e.getMessage().contains("cannot be written"), e::getMessage);
    assertEquals(Optional.of(1L), checkpoints.restoreNewest(session));
  }
}
