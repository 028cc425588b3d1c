package io.mulan.export;

import io.mulan.config.RunConfig;
import io.mulan.data.DataIdentity;
import io.mulan.files.AtomicFolder;
import io.mulan.files.ConfigException;
import io.mulan.files.IoReason;
import io.mulan.files.JsonFile;
import io.mulan.tf.CheckpointException;
import io.mulan.tf.GraphSession;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;

/**
 * The folder of a model with one folder for each version, as TensorFlow Serving looks for them:
 * {@code NAME/1}, {@code NAME/2}. A version is there whole or not at all.
 */
public final class ModelFolder {
  static final String CONFIG = "assets/config.yaml";
  static final String CARD = "assets/model.json";

  /** What the data that it was trained with are known by. */
  public static final String DATA = "assets/" + DataIdentity.FILE;

  private static final String TEXT = "assets/README.md";

  private ModelFolder() {}

  /** Versions that are there, in order. */
  public static List<Long> versions(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(Files::isDirectory)
          .map(p -> p.getFileName().toString())
          .filter(name -> name.matches("[0-9]{1,18}"))
          .map(Long::valueOf)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new ConfigException(folder + " cannot be read: " + IoReason.of(e), e);
    }
  }

  /**
   * Writes a version. Before it gets its name it is loaded as a server would, and every signature
   * is run once.
   *
   * @param graph writes {@code saved_model.pb} and {@code variables}
   * @return its folder
   * @throws ConfigException if that version is there already
   * @throws CheckpointException if it cannot be written; nothing is left then
   */
  public static Path write(
      Path folder,
      ModelCard card,
      RunConfig config,
      Signatures signatures,
      AtomicFolder.Content graph) {
    Path target = requireFree(folder, card.version());
    try {
      AtomicFolder.write(
          target,
          at -> {
            graph.write(at);
            WarmupRequests.write(at, card.name(), signatures.all());
            describe(at, card, config, signatures);
            check(at, signatures);
          });
      return target;
    } catch (IOException | RuntimeException e) {
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new CheckpointException(
          target + " cannot be written: " + reason + "; choose another folder with --to", e);
    }
  }

  /**
   * The folder of a version that is not there yet.
   *
   * @throws ConfigException if it is
   */
  public static Path requireFree(Path folder, long version) {
    Path target = folder.resolve("" + version);
    if (Files.exists(target)) {
      throw new ConfigException(
          target + " is there already; leave --version out for the next, or remove that folder");
    }
    return target;
  }

  private static void describe(Path folder, ModelCard card, RunConfig config, Signatures signatures)
      throws IOException {
    Path file = folder.resolve(CONFIG);
    Files.createDirectories(file.getParent());
    Files.writeString(file, portable(config).toYaml(), StandardCharsets.UTF_8);
    Files.writeString(folder.resolve(TEXT), ModelText.of(card, signatures), StandardCharsets.UTF_8);
    JsonFile.write(folder.resolve(CARD), card.with(checksums(folder)));
  }

  /** Without the place where the data were, which is of this machine. */
  static RunConfig portable(RunConfig config) {
    Path name = Path.of(config.data().path()).getFileName();
    return config.with(config.data().at(name == null ? "" : name.toString()));
  }

  /** The loader is the one of TensorFlow Serving. */
  private static void check(Path folder, Signatures signatures) {
    try (SavedModelBundle bundle = GraphSession.load(folder)) {
      for (ModelSignature signature : signatures.all()) {
        try (Examples examples = new Examples(signature);
            Result result = bundle.function(signature.name()).call(examples.tensors())) {
          if (result.size() != signature.outputs().size()) {
            throw new IllegalStateException(
                signature.name() + " gave " + result.size() + " outputs");
          }
        }
      }
    }
  }

  /** SHA-256 of each file, by its name from the folder on. */
  static Map<String, String> checksums(Path folder) throws IOException {
    Map<String, String> checksums = new TreeMap<>();
    for (Path file : AtomicFolder.files(folder)) {
      String name = folder.relativize(file).toString().replace('\\', '/');
      checksums.put(name, checksum(file));
    }
    return checksums;
  }

  private static String checksum(Path file) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (var in = Files.newInputStream(file)) {
        byte[] buffer = new byte[1 << 16];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          digest.update(buffer, 0, n);
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }
}
