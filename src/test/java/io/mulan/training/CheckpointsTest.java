package io.mulan.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.tf.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CheckpointsTest {
  @TempDir Path folder;
  private TrainingSession session;

  @BeforeEach
  void start() {
    session = SmallRun.session(SmallRun.config(), false);
    session.initialize();
  }

  @AfterEach
  void end() {
    session.close();
  }

  @Test
  void theNewestAndTheBestStay() {
    Checkpoints checkpoints = new Checkpoints(folder, 2);
    double[] bitsPerDim = {3, 1, 2, 4, 5};
    for (int i = 0; i < bitsPerDim.length; i++) {
      checkpoints.save(session, i + 1, OptionalDouble.of(bitsPerDim[i]));
    }
    assertEquals(List.of(2L, 4L, 5L), checkpoints.steps());
    assertEquals(Optional.of(2L), checkpoints.best());
  }

  @Test
  void whatAnInterruptedWriteLeavesIsNoCheckpointAndIsCleanedUp() throws IOException {
    Checkpoints checkpoints = new Checkpoints(folder, 2);
    checkpoints.save(session, 1, OptionalDouble.empty());
    Path unfinished = Files.createDirectory(folder.resolve(".unfinished-2"));
    Files.write(unfinished.resolve("state.data-00000-of-00001"), new byte[100]);
    assertEquals(List.of(1L), checkpoints.steps());
    assertEquals(Optional.of(1L), checkpoints.restoreNewest(session));
    checkpoints.clean();
    assertFalse(Files.exists(unfinished));
    assertEquals(List.of(1L), checkpoints.steps());
  }

  @Test
  void aTruncatedOrAlteredOneIsNamedWithTheWayOn() throws IOException {
    for (String name : List.of("state.data-00000-of-00001", "state.index", "checkpoint.json")) {
      Path own = folder.resolve(name);
      Checkpoints checkpoints = new Checkpoints(own, 2);
      checkpoints.save(session, 1, OptionalDouble.empty());
      checkpoints.save(session, 2, OptionalDouble.empty());
      Path file = own.resolve("2").resolve(name);
      byte[] content = Files.readAllBytes(file);
      Files.write(file, Arrays.copyOf(content, content.length / 2));
      assertDamaged(checkpoints, own.resolve("2"));
      if (name.startsWith("state.data")) {
        content[content.length / 2] ^= 1;
        Files.write(file, content);
        assertDamaged(checkpoints, own.resolve("2"));
      }
      Files.delete(file);
      assertDamaged(checkpoints, own.resolve("2"));
    }
  }

  private void assertDamaged(Checkpoints checkpoints, Path where) {
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> checkpoints.restoreNewest(session));
    assertTrue(e.getMessage().contains(where + " is damaged"), e::getMessage);
    assertTrue(e.getMessage().contains("goes on from step 1"), e::getMessage);
    assertEquals(1, e.getMessage().lines().count());
  }

  @Test
  void oneOfAnotherModelIsRefusedWithTheFirstDifference() {
    Checkpoints checkpoints = new Checkpoints(folder, 2);
    try (TrainingSession other = SmallRun.session(SmallRun.config("network.channels=12"), false)) {
      other.initialize();
      checkpoints.save(other, 1, OptionalDouble.empty());
    }
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> checkpoints.restoreNewest(session));
    assertTrue(e.getMessage().contains("is of another configuration: "), e::getMessage);
    assertTrue(e.getMessage().contains("12]"), e::getMessage);
  }

  @Test
  void oneThatCantBeWrittenLeavesThoseBeforeIt() throws IOException {
    Checkpoints checkpoints = new Checkpoints(folder, 2);
    checkpoints.save(session, 1, OptionalDouble.empty());
    // A file where the folder should be.
    Files.writeString(folder.resolve(".unfinished-2"), "");
    Files.createDirectory(folder.resolve("block"));
    Path file = folder.resolve("file");
    Files.writeString(file, "");
    Checkpoints nowhere = new Checkpoints(file, 2);
    CheckpointException e =
        assertThrows(
            CheckpointException.class, () -> nowhere.save(session, 2, OptionalDouble.empty()));
    assertTrue(e.getMessage().contains("can't be written"), e::getMessage);
    assertEquals(Optional.of(1L), checkpoints.restoreNewest(session));
  }
}
