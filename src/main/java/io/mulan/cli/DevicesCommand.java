package io.mulan.cli;

import io.mulan.console.ExitCode;
import io.mulan.console.Text;
import io.mulan.console.Version;
import io.mulan.tf.Devices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;

/** {@code mulan devices}: what TensorFlow can compute on here, and what it lacks. */
final class DevicesCommand implements Command {
  private static final Path PROCESSOR = Path.of("/proc/cpuinfo");

  /** Processors with one of these multiply bfloat16 themselves. */
  private static final Set<String> BFLOAT16 = Set.of("amx_bf16", "avx512_bf16", "bf16");

  /** What TensorFlow 2.18 opens when it looks for a GPU, and where it comes from. */
  private static final List<String[]> LIBRARIES =
      List.of(
          new String[] {"libcuda.so.1", "NVIDIA driver"},
          new String[] {"libcudart.so.12", "CUDA 12"},
          new String[] {"libcublas.so.12", "CUDA 12"},
          new String[] {"libcublasLt.so.12", "CUDA 12"},
          new String[] {"libcufft.so.11", "CUDA 12"},
          new String[] {"libcusolver.so.11", "CUDA 12"},
          new String[] {"libcusparse.so.12", "CUDA 12"},
          new String[] {"libcudnn.so.9", "cuDNN 9"});

  @Override
  public String name() {
    return "devices";
  }

  @Override
  public String summary() {
    return "list what TensorFlow can compute on, and the libraries it lacks for a GPU";
  }

  @Override
  public String examples() {
    return """
          mulan devices                                 what there is
          TF_CPP_MIN_LOG_LEVEL=0 mulan devices          and what TensorFlow says while it looks
        """;
  }

  @Override
  public OptionList options() {
    return new OptionList();
  }

  @Override
  public int run(Arguments given) {
    List<Devices.Device> devices = Devices.all();
    boolean gpuBuild = gpuBuild();
    given
        .out()
        .printf("TensorFlow %s, %s runtime%n", Version.tensorFlow(), gpuBuild ? "GPU" : "CPU");
    for (Devices.Device d : devices) {
      given
          .out()
          .printf(
              "  %-16s %s%n",
              d.name(),
              d.type().equals("CPU") ? processor() : Text.bytes(d.memoryBytes()) + " for tensors");
    }
    if (devices.stream().anyMatch(d -> d.type().equals("GPU"))) {
      return ExitCode.OK;
    }
    given
        .out()
        .println(
            gpuBuild
                ? "no GPU; its libraries:"
                : "no GPU: this is TensorFlow's CPU runtime; a GPU's libraries:");
    for (String[] library : LIBRARIES) {
      given
          .out()
          .printf(
              "  %-20s %-10s %s%n",
              library[0], opens(library[0]) ? "found" : "not found", library[1]);
    }
    given
        .out()
        .println(
            gpuBuild
                ? "scripts/gpu/setup installs CUDA and cuDNN, without root; others: LD_LIBRARY_PATH"
                : "for a GPU on Linux: scripts/gpu/setup installs CUDA and cuDNN, without root, and"
                    + " MULAN_MAVEN_FLAGS=-Pgpu scripts/mulan builds with the GPU runtime");
    return ExitCode.OK;
  }

  /** Whether the native library in this program is the one for GPUs. */
  private static boolean gpuBuild() {
    return DevicesCommand.class.getResource(
            "/org/tensorflow/internal/c_api/linux-x86_64-gpu/libtensorflow_cc.so.2")
        != null;
  }

  /** As the system's loader finds it, which TensorFlow asks too. */
  private static boolean opens(String library) {
    try {
      Loader.loadGlobal(library);
      return true;
    } catch (UnsatisfiedLinkError e) {
      return false;
    }
  }

  private static String processor() {
    int threads = Runtime.getRuntime().availableProcessors();
    String text = threads == 1 ? "1 thread" : threads + " threads";
    return multipliesBfloat16()
        ? text + "; multiplies bfloat16 itself: --set training.precision=bfloat16 is fast"
        : text;
  }

  /** As Linux reports it. */
  private static boolean multipliesBfloat16() {
    try (Stream<String> lines = Files.lines(PROCESSOR)) {
      return lines
          .filter(l -> l.startsWith("flags") || l.startsWith("Features"))
          .limit(1)
          .flatMap(l -> Stream.of(l.toLowerCase(Locale.ROOT).split("\\s+")))
          .anyMatch(BFLOAT16::contains);
    } catch (IOException notLinux) {
      return false;
    }
  }
}
