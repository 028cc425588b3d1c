package io.mulan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.cli.Arguments.UsageException;
import io.mulan.cluster.Cluster;
import io.mulan.cluster.SlurmStep;
import io.mulan.console.Surroundings;
import io.mulan.console.Terminal;
import io.mulan.files.ConfigException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ClusterOptionsTest {
  private static Arguments given(Map<String, String> environment, String... arguments) {
    PrintStream out =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    Surroundings around =
        new Surroundings(out, Path.of(""), environment, Map.of(), Terminal.none());
    return Main.parse(new TrainCommand(), arguments, around);
  }

  private static Optional<Cluster> read(Map<String, String> environment, String... arguments) {
    return ClusterOptions.read(given(environment, arguments));
  }

  @Test
  void aClusterOnTheCommandLine() {
    Cluster cluster = read(Map.of(), "--cluster=a:1,b:2,10.0.0.3:65535", "--task=2").orElseThrow();
    assertEquals(new Cluster(List.of("a:1", "b:2", "10.0.0.3:65535"), 2), cluster);
    assertEquals(Optional.empty(), read(Map.of()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--cluster=a:1,b:2 | --cluster and --task belong together",
        "--task=1 | --cluster and --task belong together",
        "--cluster=a:1 --task=0 | --cluster names one process",
        "--cluster=a:1,b --task=0 | has 'b'; HOST:PORT is needed",
        "--cluster=a:1,b:0 --task=0 | has 'b:0'; HOST:PORT is needed",
        "--cluster=a:1,b:65536 --task=0 | a port from 1 to 65535",
        "--cluster=a:1, --task=0 | has ''; HOST:PORT is needed",
        "--cluster=a:1,a:1 --task=0 | has a:1 twice",
        "--cluster=a:1,b:2 --task=2 | --task is 2, but there are 2 processes; 0 to 1 are allowed",
        "--cluster=a:1,b:2 --task=-1 | --task is '-1'"
      })
  void invalidClustersAreRefused(String arguments, String message) {
    UsageException e =
        assertThrows(UsageException.class, () -> read(Map.of(), arguments.split(" ")));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @Test
  void aClusterOfATfJob() {
    String config =
        """
        {"cluster": {"worker": ["w0:2222", "w1:2222"], "chief": ["c:2222"]},
         "task": {"type": "worker", "index": 1}}
        """;
    assertEquals(
        new Cluster(List.of("c:2222", "w0:2222", "w1:2222"), 2),
        read(Map.of("TF_CONFIG", config)).orElseThrow());
    assertEquals(
        0,
        read(Map.of("TF_CONFIG", config.replace("\"worker\", \"index\": 1", "\"chief\"")))
            .orElseThrow()
            .task());
    String one = "{\"cluster\": {\"worker\": [\"w:1\"]}, \"task\": {\"type\": \"worker\"}}";
    assertEquals(Optional.empty(), read(Map.of("TF_CONFIG", one)), "one trains alone");
    assertEquals(
        2,
        read(Map.of("TF_CONFIG", config), "--cluster=a:1,b:2", "--task=0").orElseThrow().size(),
        "what is typed counts first");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{ | TF_CONFIG is not JSON",
        "{} | makes this process '' of 0 workers",
        "{\"cluster\":{\"worker\":[\"a:1\"]},\"task\":{\"type\":\"ps\"}} | no parameter servers"
      })
  void invalidTfConfigsAreRefused(String config, String message) {
    ConfigException e =
        assertThrows(ConfigException.class, () -> read(Map.of("TF_CONFIG", config)));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @Test
  void aClusterOfSrun() {
    Map<String, String> step =
        Map.of(
            "SLURM_PROCID", "3",
            "SLURM_STEP_NUM_TASKS", "5",
            "SLURM_STEP_NODELIST", "gpu[08-09],login",
            "SLURM_STEP_TASKS_PER_NODE", "2(x2),1",
            "SLURM_JOB_ID", "1000");
    Cluster cluster = read(step).orElseThrow();
    assertEquals(3, cluster.task());
    assertEquals(
        List.of("gpu08:28000", "gpu08:28001", "gpu09:28000", "gpu09:28001", "login:28000"),
        cluster.addresses());
    assertEquals(Optional.empty(), read(Map.of("SLURM_PROCID", "0", "SLURM_STEP_NUM_TASKS", "1")));
  }

  @Test
  void incompleteSrunVariablesAreRefused() {
    ConfigException e =
        assertThrows(
            ConfigException.class,
            () -> read(Map.of("SLURM_PROCID", "0", "SLURM_STEP_NUM_TASKS", "2")));
    assertTrue(e.getMessage().contains("SLURM_STEP_NODELIST is not set"), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a | a",
        "a,b-1 | a b-1",
        "n[1-3,07]x,m | n1x n2x n3x n07x m",
        "n[099-101] | n099 n100 n101"
      })
  void nodesOfSlurm(String list, String nodes) {
    assertEquals(List.of(nodes.split(" ")), SlurmStep.nodes(list));
  }
}
