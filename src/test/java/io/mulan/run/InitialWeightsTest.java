package io.mulan.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.data.ImageSet;
import io.mulan.files.ConfigException;
import io.mulan.likelihood.BoundGraph;
import io.mulan.likelihood.Estimate;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.Npz;
import io.mulan.tf.CheckpointException;
import io.mulan.training.Checkpoints.Kept;
import io.mulan.training.RunState;
import io.mulan.training.SmallRun;
import io.mulan.training.TrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InitialWeightsTest {
  private static final String[] VDM = {
    "schedule.kind=fixed",
    "latent.kind=none",
    "training.steps=5",
    "training.learning_rate=1e-2",
    "training.ema=0.5"
  };

  /** Its schedule starts as VDM's line, and its network sees nothing of the latent yet. */
  private static final String[] MULAN = {
    "schedule.start=flat", "network.conditioning_start=zero", "latent.encoder_gain=1e-3"
  };

  private static final ImageShape DIGITS = new ImageShape(8, 8, 1);
  private static final String BIAS = "score_model/conv_in/bias";

  @TempDir Path folder;

  private void begin(String name, RunConfig config, Path source, Kept kept) {
    Path run = folder.resolve(name);
    try (RunFolder opened = RunFolder.open(run, config)) {
      InitialWeights.of(run, config, source, kept).orElseThrow().begin(opened, DIGITS);
    }
  }

  private Map<String, Estimate> bound(String name) {
    try (ImageModel model = ImageModel.open(folder.resolve(name))) {
      ImageSet images = model.testImages().first(20);
      return model.score(images, new LikelihoodMethod.Bound(4, 7, 0)).terms();
    }
  }

  @Test
  void mulanBeginsWithTheBoundOfTheVdmWhoseWeightsItTakes() throws IOException {
    Training.run(folder.resolve("vdm"), SmallRun.config(VDM), new RunListener() {});
    begin("mulan", SmallRun.config(MULAN), folder.resolve("vdm"), Kept.AVERAGES);
    Map<String, Estimate> vdm = bound("vdm");
    Map<String, Estimate> mulan = bound("mulan");
    for (String term : List.of("reconstruction", "prior", "diffusion")) {
      assertEquals(vdm.get(term).bitsPerDim(), mulan.get(term).bitsPerDim(), 1e-6, term);
    }
    assertEquals(0, mulan.get("latent").bitsPerDim(), 1e-6);
    String taken = Files.readString(folder.resolve("mulan/init.json"));
    assertTrue(taken.contains("\"partly\" : [ \"score_model/dense0/kernel\" ]"), taken);
    assertTrue(taken.contains("\"step\" : 5"), taken);

    RunConfig config = SmallRun.config(MULAN);
    Path run = folder.resolve("mulan");
    String again = " --init " + folder.resolve("vdm") + " --init-weights averages --run " + run;
    assertTrue(ReproduceCommand.train(run, config).endsWith(again));
    assertEquals(
        Optional.empty(), InitialWeights.of(run, config, folder.resolve("vdm"), Kept.AVERAGES));
    assertRefused(run, "vdm", Kept.LAST, "has begun with other weights");
    assertRefused(folder.resolve("a"), "vdm/config.yaml", Kept.LAST, "mulan import --flax");
    assertRefused(folder.resolve("a"), "none", Kept.LAST, "none is not there");
  }

  private void assertRefused(Path run, String source, Kept kept, String part) {
    RunConfig config = SmallRun.config(MULAN);
    ConfigException refused =
        assertThrows(
            ConfigException.class,
            () -> InitialWeights.of(run, config, folder.resolve(source), kept));
    assertTrue(refused.getMessage().contains(part), refused.getMessage());
  }

  @Test
  void otherWeightsAreThoseThatTrainingBeginsWith() {
    RunConfig config = SmallRun.config(MULAN);
    try (RunState state = new RunState(config, DIGITS);
        TrainedModel<BoundGraph> fresh =
            TrainedModel.untrained(config, DIGITS, BoundGraph::build)) {
      state.initialize();
      List<float[]> values = fresh.values();
      for (int i = 0; i < values.size(); i++) {
        String name = fresh.variables().get(i).name();
        assertArrayEquals(values.get(i), state.weight(name), name);
      }
      assertEquals(0, state.steps());
    }
  }

  @Test
  void anArchiveGivesTheWeightsOrTheirAverages() {
    Path file = folder.resolve("weights.npz");
    Npz.write(
        file,
        Map.of(
            BIAS,
            constant(1, 8),
            RunState.AVERAGE + BIAS,
            constant(2, 8),
            RunState.FIRST_MOMENT + BIAS,
            constant(3, 8),
            RunState.AVERAGE + "score_model/conv_out/bias",
            constant(4, 7)));
    RunConfig config = SmallRun.plain();
    begin("averages", config, file, Kept.AVERAGES);
    begin("last", config, file, Kept.LAST);
    assertArrayEquals(constant(2, 8).toFloats(), stored("averages", config));
    assertArrayEquals(constant(1, 8).toFloats(), stored("last", config));

    Path other = folder.resolve("other.npz");
    Npz.write(other, Map.of("dense/kernel", constant(1, 8)));
    CheckpointException refused =
        assertThrows(CheckpointException.class, () -> begin("none", config, other, Kept.AVERAGES));
    assertTrue(refused.getMessage().contains("other.npz has no weight"), refused.getMessage());
  }

  private static NpyArray constant(float value, int count) {
    float[] values = new float[count];
    Arrays.fill(values, value);
    return NpyArray.of(values, count);
  }

  /** The bias in the checkpoint of a run. */
  private float[] stored(String name, RunConfig config) {
    try (RunState state = new RunState(config, DIGITS)) {
      RunFolder.checkpoints(folder.resolve(name), config).restore(state, 0);
      return state.weight(BIAS);
    }
  }
}
