package io.mulan.tf;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.Summary;

/**
 * Writes scalars for TensorBoard, into one new event file of a run folder; a resumed run opens
 * another, which TensorBoard reads after the first. For one thread.
 */
public final class EventWriter implements AutoCloseable {
  private final Path file;
  private final TfRecordWriter records;

  /**
   * Creates {@code events.out.tfevents.<seconds>.<host>} in the folder, which exists.
   *
   * @throws CheckpointException naming the folder, if that fails
   */
  public EventWriter(Path folder) {
    try {
      this.file = create(folder);
      this.records =
          new TfRecordWriter(
              new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.APPEND)));
    } catch (IOException e) {
      throw failure(folder, e);
    }
    write(event().setFileVersion("brain.Event:2"));
    flush();
  }

  /**
   * A second writer within the same second takes the next one: the order of names is that of runs.
   */
  private static Path create(Path folder) throws IOException {
    long seconds = System.currentTimeMillis() / 1000;
    while (true) {
      try {
        return Files.createFile(folder.resolve("events.out.tfevents." + seconds + "." + host()));
      } catch (FileAlreadyExistsException taken) {
        seconds++;
      }
    }
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  /** The file that is written. */
  public Path file() {
    return file;
  }

  /**
   * Adds one value for each tag at this step; they are kept as floats.
   *
   * @throws CheckpointException naming the file, if it cannot be written
   */
  public void scalars(long step, Map<String, Double> values) {
    Summary.Builder summary = Summary.newBuilder();
    values.forEach(
        (tag, value) -> summary.addValueBuilder().setTag(tag).setSimpleValue(value.floatValue()));
    write(event().setStep(step).setSummary(summary));
  }

  /** Hands everything to the operating system, for a TensorBoard that looks on. */
  public void flush() {
    try {
      records.flush();
    } catch (IOException e) {
      throw failure(file, e);
    }
  }

  @Override
  public void close() {
    try {
      records.close();
    } catch (IOException e) {
      throw failure(file, e);
    }
  }

  private static Event.Builder event() {
    return Event.newBuilder().setWallTime(System.currentTimeMillis() / 1000.0);
  }

  private void write(Event.Builder event) {
    try {
      records.write(event.build().toByteArray());
    } catch (IOException e) {
      throw failure(file, e);
    }
  }

  private static CheckpointException failure(Path where, IOException e) {
    String reason = e instanceof NoSuchFileException ? "no such folder" : e.getMessage();
    return new CheckpointException("cannot write events to " + where + ": " + reason);
  }
}
