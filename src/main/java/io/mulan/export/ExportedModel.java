package io.mulan.export;

import io.mulan.config.ConfigReader;
import io.mulan.config.RunConfig;
import io.mulan.files.ConfigException;
import io.mulan.files.IoReason;
import io.mulan.files.JsonFile;
import io.mulan.files.Printable;
import io.mulan.tf.CheckpointException;
import io.mulan.tf.SavedModelWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A model that was exported, read back: every file is what was written.
 *
 * @param folder of one version
 */
public record ExportedModel(Path folder, RunConfig config, ModelCard card) {

  /** Whether there is a SavedModel in this folder, or versions of one. */
  public static boolean isThere(Path path) {
    return isVersion(path)
        || ModelFolder.versions(path).stream().anyMatch(v -> isVersion(path.resolve("" + v)));
  }

  private static boolean isVersion(Path path) {
    return Files.exists(path.resolve(SavedModelWriter.MODEL))
        || Files.exists(path.resolve(ModelFolder.CARD));
  }

  /**
   * Reads the description of a model.
   *
   * @param path of a version, or of a model, whose newest version is taken
   * @throws CheckpointException if it is damaged or not of this program
   */
  public static ExportedModel open(Path path) {
    Path folder = path;
    if (!isVersion(path)) {
      List<Long> versions = ModelFolder.versions(path);
      folder = path.resolve("" + versions.get(versions.size() - 1));
    }
    if (!Files.exists(folder.resolve(ModelFolder.CARD))) {
      throw new CheckpointException(
          folder
              + " is a SavedModel of another program (there is no "
              + ModelFolder.CARD
              + " in it); name one that mulan export wrote");
    }
    try {
      ModelCard card = JsonFile.read(folder.resolve(ModelFolder.CARD), ModelCard.class);
      check(folder, card);
      return new ExportedModel(
          folder, ConfigReader.readComplete(folder.resolve(ModelFolder.CONFIG)), card);
    } catch (IOException e) {
      throw damaged(folder, ModelFolder.CARD + ": " + IoReason.of(e), e);
    } catch (ConfigException e) {
      throw damaged(folder, e.getMessage(), e);
    }
  }

  /** Only files that are in the folder are looked at, whatever the card names. */
  private static void check(Path folder, ModelCard card) throws IOException {
    if (!card.files().containsKey(ModelFolder.CONFIG)) {
      throw damaged(folder, ModelFolder.CARD + " names no files", null);
    }
    Map<String, String> there = ModelFolder.checksums(folder);
    for (Map.Entry<String, String> file : card.files().entrySet()) {
      String checksum = there.get(file.getKey());
      if (!file.getValue().equals(checksum)) {
        String name = Printable.of(file.getKey());
        throw damaged(
            folder, name + (checksum == null ? " is missing" : " is not what was written"), null);
      }
    }
  }

  private static CheckpointException damaged(Path folder, String why, Exception cause) {
    return new CheckpointException(
        folder + " is damaged (" + why + "); export it again: mulan export RUN", cause);
  }

  /** Where the weights are, as a checkpoint is named. */
  public Path weights() {
    return folder.resolve(SavedModelWriter.VARIABLES);
  }
}
