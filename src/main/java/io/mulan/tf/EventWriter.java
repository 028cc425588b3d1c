package io.mulan.tf;

import com.google.protobuf.ByteString;
import java.awt.image.BufferedImage;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.SessionLog;
import org.tensorflow.proto.Summary;
import org.tensorflow.proto.SummaryMetadata;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Writes what TensorBoard shows of a run, into one new event file of its folder; a resumed run
 * opens another, which TensorBoard reads after the first. For one thread.
 *
 * <p>All but scalars is written in the form that TensorBoard itself keeps: a tensor, and the name
 * of the page that shows it. What cannot be written throws a {@link CheckpointException} that names
 * the file.
 */
public final class EventWriter implements AutoCloseable {
  private static final String PREFIX = "events.out.tfevents.";

  private final Path file;
  private final boolean first;
  private final TfRecordWriter records;

  /**
   * Creates {@code events.out.tfevents.<seconds>.<host>} in the folder, which exists. What is
   * written there of this step and later ones comes again: TensorBoard drops it.
   *
   * @param step that the run resumes from
   * @throws CheckpointException naming the folder, if that fails
   */
  public EventWriter(Path folder, long step) {
    try {
      List<String> before = before(folder);
      this.first = before.isEmpty();
      this.file = create(folder, before);
      this.records =
          new TfRecordWriter(
              new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.APPEND)));
    } catch (IOException e) {
      throw failure(folder, e);
    }
    write(event().setFileVersion("brain.Event:2"));
    if (!first) {
      SessionLog start = SessionLog.newBuilder().setStatus(SessionLog.SessionStatus.START).build();
      // The first that TensorBoard reads of a run is of its beginning to it, and drops nothing.
      write(event().setStep(step).setSessionLog(start));
      write(event().setStep(step).setSessionLog(start));
    }
    flush();
  }

  private static List<String> before(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(f -> f.getFileName().toString())
          .filter(name -> name.startsWith(PREFIX))
          .toList();
    }
  }

  /**
   * The order of names is that of runs, which TensorBoard reads them in: a writer within the same
   * second, or after a clock that was set back, takes the next second.
   */
  private static Path create(Path folder, List<String> before) throws IOException {
    long seconds =
        before.stream()
            .map(name -> name.substring(PREFIX.length()).replaceFirst("\\..*", ""))
            .filter(name -> name.matches("\\d{1,12}"))
            .mapToLong(name -> Long.parseLong(name) + 1)
            .reduce(System.currentTimeMillis() / 1000, Math::max);
    while (true) {
      try {
        return Files.createFile(folder.resolve(PREFIX + seconds + "." + host()));
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

  /** Whether the folder had no events before. */
  public boolean first() {
    return first;
  }

  /** Adds one value for each tag at this step; they are kept as floats. */
  public void scalars(long step, Map<String, Double> values) {
    Summary.Builder summary = Summary.newBuilder();
    values.forEach(
        (tag, value) -> summary.addValueBuilder().setTag(tag).setSimpleValue(value.floatValue()));
    write(event().setStep(step).setSummary(summary));
  }

  /** Adds a picture, as a PNG. */
  public void picture(long step, String tag, BufferedImage picture) {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    try {
      ImageIO.write(picture, "png", new MemoryCacheImageOutputStream(png));
    } catch (IOException e) {
      throw failure(file, e);
    }
    TensorProto value =
        tensor(DataType.DT_STRING, 3)
            .addStringVal(ByteString.copyFromUtf8("" + picture.getWidth()))
            .addStringVal(ByteString.copyFromUtf8("" + picture.getHeight()))
            .addStringVal(ByteString.copyFrom(png.toByteArray()))
            .build();
    write(step, tag, page("images"), value);
  }

  /** Adds a histogram: left edge, right edge and count of each interval. */
  public void histogram(long step, String tag, Histogram histogram) {
    TensorProto.Builder value = tensor(DataType.DT_DOUBLE, Histogram.BINS, 3);
    for (int bin = 0; bin < Histogram.BINS; bin++) {
      value.addDoubleVal(histogram.edge(bin));
      value.addDoubleVal(histogram.edge(bin + 1));
      value.addDoubleVal((double) histogram.counts()[bin]);
    }
    write(step, tag, page("histograms"), value.build());
  }

  /** Adds a text in Markdown. */
  public void text(long step, String tag, String markdown) {
    TensorProto.Builder value = tensor(DataType.DT_STRING);
    write(step, tag, page("text"), value.addStringVal(ByteString.copyFromUtf8(markdown)).build());
  }

  /** Adds the graph; TensorBoard shows one of a run. */
  public void graph(GraphDef graph) {
    write(event().setGraphDef(graph.toByteString()));
  }

  /**
   * Adds what the run has to be compared with others by. TensorBoard takes the first of a run.
   *
   * @param settings by name: numbers, booleans, texts
   * @param metrics tags of scalars
   */
  public void hyperParameters(Map<String, Object> settings, Collection<String> metrics) {
    hyperParameters(HyperParameters.EXPERIMENT_TAG, HyperParameters.experiment(settings, metrics));
    hyperParameters(HyperParameters.START_TAG, HyperParameters.start(settings, seconds()));
  }

  /**
   * Adds that the run whose {@link #hyperParameters} were written has come to its end.
   *
   * @param well whether as it should
   */
  public void ended(boolean well) {
    hyperParameters(HyperParameters.END_TAG, HyperParameters.end(seconds(), well));
  }

  /** The message is in what would otherwise describe a tensor. */
  private void hyperParameters(String tag, byte[] message) {
    SummaryMetadata.PluginData.Builder page = page(HyperParameters.PLUGIN);
    page.setContent(ByteString.copyFrom(message));
    write(0, tag, page, tensor(DataType.DT_FLOAT, 0).build());
  }

  private static SummaryMetadata.PluginData.Builder page(String name) {
    return SummaryMetadata.PluginData.newBuilder().setPluginName(name);
  }

  private static TensorProto.Builder tensor(DataType type, long... shape) {
    TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
    for (long size : shape) {
      dimensions.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
    }
    return TensorProto.newBuilder().setDtype(type).setTensorShape(dimensions);
  }

  private void write(
      long step, String tag, SummaryMetadata.PluginData.Builder page, TensorProto value) {
    Summary.Builder summary = Summary.newBuilder();
    summary
        .addValueBuilder()
        .setTag(tag)
        .setMetadata(SummaryMetadata.newBuilder().setPluginData(page))
        .setTensor(value);
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
    return Event.newBuilder().setWallTime(seconds());
  }

  private static double seconds() {
    return System.currentTimeMillis() / 1000.0;
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
