package io.mulan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the Dockerfile, Compose and cluster files name is in the repository. */
final class DeploymentFilesTest {
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final Path COMPOSE = Path.of("scripts/python/docker-compose.yml");

  /** A page or script of the repository, and perhaps its section: {@code docs/a.md, "B"}. */
  private static final Pattern REFERENCE =
      Pattern.compile("((?:docs|scripts)/[\\w./-]*\\w)(?:, \"([^\"]+)\")?");

  private static List<MatchResult> matches(String regex, Path file) throws IOException {
    return Pattern.compile(regex).matcher(Files.readString(file)).results().toList();
  }

  private static List<JsonNode> documents(Path file) throws IOException {
    return YAML.readerFor(JsonNode.class).<JsonNode>readValues(file.toFile()).readAll();
  }

  private static JsonNode document(String kind, Path file) throws IOException {
    return documents(file).stream()
        .filter(d -> d.path("kind").asText().equals(kind))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Dockerfile",
        "scripts/python/docker-compose.yml",
        "scripts/cluster/kubernetes.yaml",
        "scripts/cluster/tfjob.yaml",
        "scripts/cluster/slurm.sbatch"
      })
  void aReferenceLeadsToAPageAndItsSection(Path file) throws IOException {
    List<MatchResult> references = REFERENCE.matcher(Files.readString(file)).results().toList();
    assertFalse(references.isEmpty());
    for (MatchResult reference : references) {
      Path page = Path.of(reference.group(1));
      assertTrue(Files.exists(page), page::toString);
      String section = reference.group(2);
      assertTrue(
          section == null || Files.readAllLines(page).stream().anyMatch(("## " + section)::equals),
          reference::group);
    }
  }

  @Test
  void theImageCopiesWhatIsThere() throws IOException {
    List<Path> copied = new ArrayList<>();
    for (MatchResult copy : matches("(?m)^COPY (?!--from)(.*) \\S+$", Path.of("Dockerfile"))) {
      for (String path : copy.group(1).split(" ")) {
        copied.add(Path.of(path));
      }
    }
    assertTrue(copied.contains(Path.of("src")), copied::toString);
    copied.forEach(path -> assertTrue(Files.exists(path), path::toString));
    for (MatchResult source : matches("<include>([\\w./]+?)(?:/\\*\\*)?</include>", DIST)) {
      Path path = Path.of(source.group(1)).getName(0);
      assertTrue(BUILT.contains(path) || copied.contains(path), path::toString);
    }
  }

  private static final Path DIST = Path.of("src/assembly/dist.xml");

  /** In target. */
  private static final List<Path> BUILT = List.of(Path.of("mulan.jar"), Path.of("lib"));

  @ParameterizedTest
  @ValueSource(strings = {"scripts/cluster/kubernetes.yaml", "scripts/cluster/tfjob.yaml"})
  void theClustersImageIsTheOneThatTheDockerfileBuilds(Path file) throws IOException {
    String version =
        matches("<version>(.*?)</version>", Path.of("pom.xml")).get(0).group(1) + "-gpu";
    String built = matches("docker build -t (\\S+-gpu) ", Path.of("Dockerfile")).get(0).group(1);
    assertEquals("mulan:" + version, built);
    assertEquals(built, matches("image: (\\S+)", file).get(0).group(1));
  }

  @Test
  void theWorkersOfTheJobAreItsPods() throws IOException {
    Path file = Path.of("scripts/cluster/kubernetes.yaml");
    JsonNode job = document("Job", file);
    JsonNode pod = job.at("/spec/template");
    String name = job.at("/metadata/name").asText();
    String service = document("Service", file).at("/metadata/name").asText();
    assertEquals(service, pod.at("/spec/subdomain").asText());
    JsonNode labels = pod.at("/metadata/labels");
    assertEquals(labels, document("Service", file).at("/spec/selector"));
    JsonNode policy = document("NetworkPolicy", file);
    assertEquals(labels, policy.at("/spec/podSelector/matchLabels"));
    assertEquals(labels, policy.at("/spec/ingress/0/from/0/podSelector/matchLabels"));
    List<String> workers = new ArrayList<>();
    for (int i = 0; i < job.at("/spec/completions").asInt(); i++) {
      workers.add("%s-%d.%s:7000".formatted(name, i, service));
    }
    Optional<MatchResult> cluster = matches("--cluster=(\\S+)", file).stream().findFirst();
    assertEquals(workers, List.of(cluster.orElseThrow().group(1).split(",")));
  }

  @Test
  void servingMountsWhatIsThere() throws IOException {
    JsonNode services = documents(COMPOSE).get(0).get("services");
    List<JsonNode> mounts = services.findValues("volumes");
    assertEquals(2, mounts.size());
    for (JsonNode list : mounts) {
      for (JsonNode mount : list) {
        Path source = COMPOSE.resolveSibling(mount.get("source").asText()).normalize();
        assertTrue(Files.exists(source), source::toString);
        assertTrue(mount.get("read_only").asBoolean());
      }
    }
    assertEquals(
        "/models/" + services.at("/serving/environment/MODEL_NAME").asText(),
        services.at("/serving/volumes/0/target").asText());
    assertEquals(
        "--batching_parameters_file=" + services.at("/serving-batching/volumes/0/target").asText(),
        services.at("/serving-batching/command/1").asText());
  }
}
