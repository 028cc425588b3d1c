package io.mulan.interop;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.files.ConfigException;
import io.mulan.interop.Msgpack.Leaf;
import io.mulan.tf.CheckpointException;
import io.mulan.tf.Variables.Variable;
import io.mulan.training.RunState;
import io.mulan.training.TrainingSession;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Checkpoints that the published code and Flax wrote, read and written again. */
final class FlaxCheckpointTest {
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void whatIsReadAndWrittenIsTheSameFile(Fixture fixture) throws IOException {
    Path copy = folder.resolve("copy.flax");
    try (RunState state = fixture.state()) {
      FlaxCheckpoint.read(fixture.file(".flax"), state);
      assertEquals(3, state.steps());
      FlaxCheckpoint.write(copy, state, FlaxLayout.of(fixture.config()));
    }
    assertEquals(-1, Files.mismatch(fixture.file(".flax"), copy));
  }

  @Test
  void aStateHasTheVariablesOfATrainingSession() {
    Fixture fixture = Fixture.MULAN_VELOCITY;
    try (RunState state = fixture.state();
        TrainingSession session = new TrainingSession(fixture.config(), fixture.image(), false)) {
      assertEquals(forms(session.variables()), forms(state.variables()));
    }
  }

  private static Set<String> forms(List<Variable<?>> variables) {
    return variables.stream()
        .map(v -> v.name() + " " + v.type() + v.shape())
        .collect(Collectors.toSet());
  }

  @Test
  void largeArraysAreStoredInPieces() throws IOException {
    Fixture fixture = Fixture.MULAN_EPSILON;
    Path pieces = folder.resolve("pieces.flax");
    Path whole = folder.resolve("whole.flax");
    try (RunState state = fixture.state()) {
      FlaxCheckpoint.read(fixture.file(".flax"), state);
      try (OutputStream out = Files.newOutputStream(pieces)) {
        new FlaxWriter(out, state, FlaxLayout.of(fixture.config()), 100).write();
      }
    }
    assertTrue(
        new String(Files.readAllBytes(pieces), ISO_8859_1).contains("__msgpack_chunked_array__"));
    try (RunState state = fixture.state()) {
      FlaxCheckpoint.read(pieces, state);
      FlaxCheckpoint.write(whole, state, FlaxLayout.of(fixture.config()));
    }
    assertEquals(-1, Files.mismatch(fixture.file(".flax"), whole));
  }

  @Test
  void copiesForEachDeviceAreTakenTogether() throws IOException {
    Path replicated = folder.resolve("replicated.flax");
    Path single = folder.resolve("single.flax");
    SortedMap<String, Leaf> leaves = Msgpack.read(Fixture.MULAN_VELOCITY.file(".flax"));
    Msgpack.write(replicated, leaves, leaf -> leaf.repeated(3));
    try (RunState state = Fixture.MULAN_VELOCITY.state()) {
      FlaxCheckpoint.read(replicated, state);
      FlaxCheckpoint.write(single, state, FlaxLayout.of(Fixture.MULAN_VELOCITY.config()));
    }
    assertEquals(-1, Files.mismatch(Fixture.MULAN_VELOCITY.file(".flax"), single));
  }

  @Test
  void copiesThatDifferAreRefused() throws IOException {
    String path = "params/gamma/dense_2/kernel";
    SortedMap<String, Leaf> leaves = Msgpack.read(Fixture.MULAN_VELOCITY.file(".flax"));
    leaves.replaceAll((p, leaf) -> leaf.repeated(3));
    byte[] bytes = leaves.get(path).bytes();
    bytes[bytes.length - 1] ^= 1;
    refused(leaves, "copy 3 of " + path + " differs");
    leaves.put(path, Msgpack.read(Fixture.MULAN_VELOCITY.file(".flax")).get(path));
    refused(leaves, path + " is float32[12, 12], without the leading axis of 3 copies");
  }

  @Test
  void everyDifferenceIsListedAtOnce() throws IOException {
    Leaf weights = new Leaf("float32", new long[] {2}, new byte[8]);
    refused(
        leaves -> {
          leaves.remove("ema_params/gamma/dense_1/bias");
          leaves.remove("opt_state/1/inner_state/0/mu/gamma/dense_1/bias");
          leaves.put("params/gamma/dense_9/bias", weights);
          leaves.put("batch_stats/mean", weights);
          leaves.put("params/gamma/dense_2/bias", weights);
        },
        "2 missing: ema_params/gamma/dense_1/bias, opt_state/*/mu/gamma/dense_1/bias;",
        "2 left over: batch_stats/mean, params/gamma/dense_9/bias;",
        "1 other: params/gamma/dense_2/bias (float32[2], not float32[12])",
        "the configuration that it was trained with");
  }

  @Test
  void aWeightInAnotherPrecisionIsRefused() throws IOException {
    refused(
        leaves ->
            leaves.put(
                "params/gamma/dense_2/bias",
                new Leaf("float64", new long[] {12}, new byte[12 * Double.BYTES])),
        "params/gamma/dense_2/bias (float64[12], not float32[12])");
    refused(
        leaves ->
            leaves.put(
                "params/gamma/dense_2/bias", new Leaf("bfloat16", new long[] {12}, new byte[24])),
        "params/gamma/dense_2/bias (bfloat16[12], not float32[12])");
  }

  @Test
  void momentsThatAreThereTwiceAreRefused() throws IOException {
    String path = "/inner_state/0/mu/gamma/dense_1/bias";
    refused(
        leaves -> leaves.put("opt_state/0" + path, leaves.get("opt_state/1" + path)),
        "1 left over: opt_state/1" + path);
  }

  @Test
  void aRunHasOneCounter() throws IOException {
    String count = "opt_state/1/inner_state/0/count";
    refused(leaves -> leaves.put(count, Leaf.of(2)), count + " is 2 and step is 3");
    refused(
        leaves -> leaves.put("step", new Leaf("float32", new long[0], new byte[4])),
        "step is float32[]; it must be a whole number");
    refused(leaves -> leaves.put("step", Leaf.of(-1)), "step is -1");
    refused(
        leaves -> {
          leaves.remove(count);
          leaves.remove(count.replace("/1/", "/0/"));
        },
        "no count of Adam's updates");
    refused(leaves -> leaves.remove("step"), "1 missing: step");
  }

  @Test
  void aFileThatIsThereIsKept() throws IOException {
    Path there = Files.writeString(folder.resolve("there.flax"), "mine");
    try (RunState state = Fixture.VDM.state()) {
      FlaxCheckpoint.read(Fixture.VDM.file(".flax"), state);
      ConfigException e =
          assertThrows(
              ConfigException.class,
              () -> FlaxCheckpoint.write(there, state, FlaxLayout.of(Fixture.VDM.config())));
      assertTrue(e.getMessage().contains("is there already"), e::getMessage);
    }
    assertEquals("mine", Files.readString(there));
    assertFalse(Files.exists(folder.resolve(".unfinished-there.flax")));
  }

  private void refused(Consumer<SortedMap<String, Leaf>> change, String... parts)
      throws IOException {
    SortedMap<String, Leaf> leaves =
        new TreeMap<>(Msgpack.read(Fixture.MULAN_VELOCITY.file(".flax")));
    change.accept(leaves);
    refused(leaves, parts);
  }

  private void refused(SortedMap<String, Leaf> leaves, String... parts) throws IOException {
    Path file = folder.resolve("changed.flax");
    Msgpack.write(file, leaves, leaf -> leaf);
    try (RunState state = Fixture.MULAN_VELOCITY.state()) {
      CheckpointException e =
          assertThrows(CheckpointException.class, () -> FlaxCheckpoint.read(file, state));
      for (String part : parts) {
        assertTrue(e.getMessage().contains(part), () -> part + " is not in: " + e.getMessage());
      }
      assertEquals(1, e.getMessage().lines().count());
    }
  }
}
