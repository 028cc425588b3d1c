package io.mulan.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mulan.files.AtomicFolder;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.Npz;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Processes that train one model together. */
@DisabledOnOs(OS.WINDOWS) // signals
public final class LaunchCommandTest {
  /** Sums of float32 in another order. */
  private static final double ROUNDING = 1e-5;

  @TempDir Path folder;

  private Program.Outcome launch(int processes, String... train) {
    return Program.run(folder, launched(List.of("--processes=" + processes), train));
  }

  private static String[] launched(List<String> options, String... train) {
    List<String> all = new ArrayList<>(List.of("launch"));
    all.addAll(options);
    all.add("--");
    all.addAll(List.of(Program.plainArguments(train)));
    return all.toArray(String[]::new);
  }

  @Test
  void twoProcessesMakeTheRunOfOne() throws IOException {
    Program.Outcome done =
        launch(2, "--steps=4", "--run=two", "--set=training.evaluate_every=2").assertDone();
    assertTrue(
        done.out().contains("bits/dim on the test images of digits after 4"), done::toString);
    Program.trainPlain(folder, "--steps=4", "--run=one", "--set=training.evaluate_every=2")
        .assertDone();
    assertSame("one", "two", ROUNDING);
    assertEquals(
        Files.readAllLines(folder.resolve("one/config.yaml")),
        Files.readAllLines(folder.resolve("two/config.yaml")),
        "how many trained is not part of a run");
    // Resumed by one: a run of any width resumes any other.
    Program.call(folder, "train", "--resume=two", "--steps=5").assertDone();
  }

  @Test
  @Tag("slow")
  void twoAndFourProcessesMakeTheWeightsOfOneAfterFiftySteps() throws IOException {
    String[] settings = {"--steps=50", "--set=network.dropout=0.1", "--set=latent.kind=top_k"};
    for (int processes : new int[] {2, 4}) {
      launch(processes, with(settings, "--run=of-" + processes)).assertDone();
    }
    Program.trainPlain(folder, with(settings, "--run=of-1")).assertDone();
    Program.trainPlain(folder, with(settings, "--run=parts", "--set=training.accumulate=2"))
        .assertDone();
    // Each step carries on what the others rounded.
    assertSame("of-1", "of-2", 10 * ROUNDING);
    assertSame("of-1", "of-4", 10 * ROUNDING);
    assertSame("of-1", "parts", 10 * ROUNDING);
  }

  private static String[] with(String[] settings, String... more) {
    return Stream.concat(Arrays.stream(settings), Arrays.stream(more)).toArray(String[]::new);
  }

  /**
   * Weights, averages and the optimiser's moments, each by its norm.
   *
   * @param limit of the weights; that of the others is {@link #ROUNDING}
   */
  private void assertSame(String one, String other, double limit) {
    for (String run : List.of(one, other)) {
      if (!Files.exists(folder.resolve(run + ".npz"))) {
        Program.call(folder, "export", run, "--npz=" + run + ".npz").assertDone();
      }
    }
    try (Npz a = Npz.open(folder.resolve(one + ".npz"));
        Npz b = Npz.open(folder.resolve(other + ".npz"))) {
      Set<String> names = Set.copyOf(a.names());
      assertEquals(names, Set.copyOf(b.names()));
      for (String group : List.of("score_model/", "ema/", "optimizer/m/", "optimizer/v/")) {
        double squares = 0;
        double differences = 0;
        for (String name : names) {
          if (name.startsWith(group)) {
            double[] x = doubles(a.array(name));
            double[] y = doubles(b.array(name));
            for (int i = 0; i < x.length; i++) {
              squares += x[i] * x[i];
              differences += (x[i] - y[i]) * (x[i] - y[i]);
            }
          }
        }
        assertTrue(squares > 0, group);
        double error = Math.sqrt(differences / squares);
        double most = group.equals("score_model/") ? limit : ROUNDING;
        assertTrue(error < most, () -> group + " of " + other + " differs by " + error);
      }
    }
  }

  private static double[] doubles(NpyArray array) {
    return array.toDoubles();
  }

  /** Killed, or stopped so that it hangs; then all resume from the last checkpoint. */
  @Tag("slow")
  @ParameterizedTest
  @CsvSource({"0,KILL", "1,KILL", "1,STOP"})
  void aLostWorkerIsNamedAndTheRunEndsWithTheSameWeights(int task, String signal) throws Exception {
    String[] settings = {"--steps=30", "--set=training.save_every=5", "--patience=10"};
    Program.trainPlain(folder, "--steps=30", "--set=training.save_every=5", "--run=calm")
        .assertDone();
    launch(2, with(settings, "--run=two")).assertDone();
    Process launched =
        launchedUntil(
            "lost/checkpoints/10",
            List.of("--processes=2", "--restarts=1"),
            with(settings, "--run=lost"));
    signal(launched, task, signal);
    Program.Outcome done = Program.await(folder, launched).assertDone();
    assertTrue(done.err().contains("all start again, from what is saved"), done::toString);
    if (task == 1) {
      assertTrue(done.err().contains("worker 1 (localhost:"), done::toString);
      assertTrue(done.err().contains("is lost: it has not answered for"), done::toString);
    }
    assertSame("calm", "two", ROUNDING);
    assertSame("two", "lost", ROUNDING);
  }

  @Test
  @Tag("slow")
  void withoutRestartsTheOthersStopAndNameTheLostWorker() throws Exception {
    Process launched =
        launchedUntil(
            "a/checkpoints/5",
            List.of("--processes=2"),
            "--steps=100000",
            "--set=training.save_every=5",
            "--patience=10",
            "--run=a");
    signal(launched, 1, "KILL");
    long killed = System.nanoTime();
    Program.Outcome done = Program.await(folder, launched);
    assertTrue(System.nanoTime() - killed < 120e9, "noticed late");
    assertEquals(6, done.code(), done::toString);
    assertTrue(done.err().contains("the newest checkpoint is of step "), done::toString);
    assertFalse(done.err().contains("Exception"), done::toString);
  }

  @Tag("integration")
  @Test
  void aStopOfAnyWorkerStopsAllAfterACheckpoint() throws Exception {
    Process launched =
        launchedUntil(
            "a/metrics.jsonl",
            List.of("--processes=2"),
            "--steps=100000",
            "--run=a",
            "--set=training.log_every=1");
    signal(launched, 1, "TERM");
    Program.Outcome done = Program.await(folder, launched);
    assertEquals(130, done.code(), done::toString);
    assertTrue(done.err().contains("interrupted at step "), done::toString);
    try (Stream<Path> saved = Files.list(folder.resolve("a/checkpoints"))) {
      assertEquals(1, saved.count());
    }
    Program.trainPlain(folder, "--steps=100000", "--run=a").assertRefused(3, "");
  }

  /** Started, and as far as this file. */
  private Process launchedUntil(String file, List<String> options, String... train)
      throws InterruptedException {
    Process launched = Program.start(folder, Program.command(launched(options, train)));
    while (launched.isAlive() && !Files.exists(folder.resolve(file))) {
      Thread.sleep(20);
    }
    return launched;
  }

  private static void signal(Process launched, int task, String signal) throws Exception {
    new ProcessBuilder("kill", "-" + signal, "" + workers(launched).get(task).pid())
        .start()
        .waitFor();
  }

  /** As they were started; what holds their network is none. */
  private static List<ProcessHandle> workers(Process launched) {
    return launched
        .toHandle()
        .children()
        .filter(p -> p.info().command().orElse("").endsWith("java"))
        .sorted(Comparator.comparing(ProcessHandle::pid))
        .toList();
  }

  /** By then its server listens. */
  private static final String LISTENS = " of 2: waiting for the others...";

  private static long count(Path file, String text) throws IOException {
    return Files.exists(file)
        ? Files.readAllLines(file).stream().filter(l -> l.contains(text)).count()
        : 0;
  }

  @Tag("integration")
  @Test
  void aKilledLauncherEndsItsWorkers() throws Exception {
    Process launched =
        Program.start(
            folder,
            Program.command(launched(List.of("--processes=2"), "--steps=100000", "--run=a")));
    while (launched.isAlive() && count(folder.resolve("err.txt"), LISTENS) < 2) {
      Thread.sleep(20);
    }
    List<ProcessHandle> workers = workers(launched);
    try {
      assertEquals(2, workers.size(), Files.readString(folder.resolve("err.txt")));
      launched.destroyForcibly();
      for (ProcessHandle worker : workers) {
        worker.onExit().get(120, TimeUnit.SECONDS);
      }
    } finally {
      workers.forEach(ProcessHandle::destroyForcibly);
    }
  }

  /** Another machine, at the other end of a cable; then connects to each worker from there. */
  private static final String ATTACK =
      """
      cable() {
        ip link set lo up && ip link add veth-a type veth peer name veth-b || return 1
        unshare --net sleep 600 & other=$!
        until [ "$(readlink /proc/$other/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do
          kill -0 $other || return 1
        done
        there="nsenter --target=$other --net"
        ip link set veth-b netns $other && ip address add 10.77.0.1/24 dev veth-a &&
          ip link set veth-a up && $there ip address add 10.77.0.2/24 dev veth-b &&
          $there ip link set veth-b up
      }
      cable >cable.txt 2>&1 || exit 77
      "$@" >launch-out.txt 2>launch.txt & launch=$!
      touch launch.txt
      until [ "$(grep -c "of 2: waiting for the others" launch.txt)" = 2 ]; do
        kill -0 $launch 2>/dev/null || { cat launch.txt; break; }
        sleep 0.1
      done
      for port in $(grep "of 2: waiting for the others" launch.txt | grep -o "localhost:[0-9]*" | cut -d: -f2); do
        for from in "$there" ""; do
          $from bash -c "exec 3<>/dev/tcp/10.77.0.1/$port && echo reached" 2>&1 | head -1
        done
      done
      grep "open on every interface" launch.txt
      kill $launch $other
      wait $launch
      """;

  @Test
  @Tag("slow")
  void workersAreNotReachableFromAnotherAddress() throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of("unshare", "--user", "--map-root-user", "--net", "bash", "-c", ATTACK, "-"));
    command.addAll(
        Program.command(launched(List.of("--processes=2"), "--steps=100000", "--run=a")));
    assumeTrue(hasUnshare(), "there is no unshare here");
    Program.Outcome attack = Program.await(folder, Program.start(folder, command));
    assumeFalse(
        attack.code() == 77 || attack.err().contains("unshare:"),
        () -> "users cannot make network namespaces here: " + attack.err());
    List<String> tries = attack.out().lines().toList();
    assertEquals(4, tries.size(), attack::toString);
    assertTrue(tries.stream().allMatch(t -> t.contains("Connection refused")), attack::toString);
  }

  private static boolean hasUnshare() {
    return Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(at -> Files.isExecutable(Path.of(at, "unshare")));
  }

  private static final List<String> BOUND = List.of("--limit=25", "--batch=4", "--times=3");

  @Tag("integration")
  @Test
  void imagesMeasuredInTwoProcessesAreThoseOfOne() throws IOException {
    SmallRuns.copy(SmallRuns.plain(), folder.resolve("one"));
    SmallRuns.copy(SmallRuns.plain(), folder.resolve("two"));
    assertMeasuredAlike(BOUND);
    assertTables("one", "two", 1);
  }

  @Test
  @Tag("slow")
  void imagesMeasuredByAnyMethodOrDrawnInTwoProcessesAreThoseOfOne() throws IOException {
    SmallRuns.copy(SmallRuns.learned(), folder.resolve("one"));
    SmallRuns.copy(SmallRuns.learned(), folder.resolve("two"));
    assertMeasuredAlike(BOUND);
    assertMeasuredAlike(
        List.of("--limit=7", "--batch=2", "--method=exact", "--rtol=1e-2", "--atol=1e-2"));
    assertTables("one", "two", 2);
    for (List<String> how :
        List.of(
            List.of("--count=9", "--batch=2", "--steps=3"),
            List.of("--count=3", "--batch=2", "--steps-sweep=2,3"))) {
      Program.Outcome alone = alone("sample", "one", with(how, "--out=of-one")).assertDone();
      Program.Outcome shared = launched("sample", "two", with(how, "--out=of-two")).assertDone();
      assertEquals(figures(alone), figures(shared));
      assertSameFiles(folder.resolve("of-one"), folder.resolve("of-two"));
    }
  }

  private void assertMeasuredAlike(List<String> how) {
    Program.Outcome alone = alone("evaluate", "one", how).assertDone();
    Program.Outcome shared = launched("evaluate", "two", how).assertDone();
    assertEquals(figures(alone), figures(shared));
  }

  private static List<String> with(List<String> options, String more) {
    return Stream.concat(options.stream(), Stream.of(more)).toList();
  }

  private Program.Outcome alone(String command, String run, List<String> how) {
    return Program.call(
        folder, Stream.concat(Stream.of(command, run), how.stream()).toArray(String[]::new));
  }

  private Program.Outcome launched(String command, String run, List<String> how) {
    return Program.run(
        folder,
        Stream.concat(Stream.of("launch", "--processes=2", "--", command, run), how.stream())
            .toArray(String[]::new));
  }

  /** What is printed of likelihoods, but for what it cost and where it is. */
  private static List<String> figures(Program.Outcome outcome) {
    return outcome
        .out()
        .lines()
        .filter(line -> !line.startsWith("cost: ") && !line.startsWith("files: "))
        .filter(line -> !line.contains(" s an image"))
        .toList();
  }

  /** That two folders hold the same files, byte for byte. */
  private static void assertSameFiles(Path one, Path other) throws IOException {
    assertEquals(names(one), names(other));
    for (String name : names(one)) {
      assertArrayEquals(
          Files.readAllBytes(one.resolve(name)), Files.readAllBytes(other.resolve(name)), name);
    }
  }

  private static List<String> names(Path folder) throws IOException {
    return AtomicFolder.files(folder).stream().map(f -> folder.relativize(f).toString()).toList();
  }

  /** Values of each image; seconds, the last column, are different. */
  private void assertTables(String one, String other, int count) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve(one + "/evaluations"))) {
      List<Path> tables = files.filter(LaunchCommandTest::isTable).toList();
      assertEquals(count, tables.size());
      for (Path table : tables) {
        List<String> rows = Files.readAllLines(table);
        List<String> others =
            Files.readAllLines(folder.resolve(other + "/evaluations").resolve(table.getFileName()));
        assertEquals(rows.size(), others.size());
        for (int i = 1; i < rows.size(); i++) {
          String[] a = rows.get(i).split(",");
          String[] b = others.get(i).split(",");
          for (int k = 0; k < a.length - 1; k++) {
            double value = Double.parseDouble(a[k]);
            assertEquals(value, Double.parseDouble(b[k]), ROUNDING * Math.abs(value) + 1e-9);
          }
        }
      }
    }
  }

  @Test
  @Tag("slow")
  void anEvaluationThatAnyWorkerIsAskedToStopIsKeptAndResumed() throws Exception {
    SmallRuns.copy(SmallRuns.plain(), folder.resolve("a"));
    String[] evaluate = {"evaluate", "a", "--times=20000", "--limit=60"};
    Process launched =
        Program.start(
            folder,
            Program.command(with(new String[] {"launch", "--processes=2", "--"}, evaluate)));
    Path evaluations = folder.resolve("a/evaluations");
    while (launched.isAlive() && rows(evaluations) < 3) {
      Thread.sleep(20);
    }
    signal(launched, 1, "TERM");
    Program.Outcome stopped = Program.await(folder, launched);
    assertEquals(130, stopped.code(), stopped::toString);
    assertTrue(stopped.err().contains("the same command resumes"), stopped::toString);
    long kept = rows(evaluations) - 1;
    Program.Outcome done =
        Program.call(folder, "evaluate", "a", "--times=20000", "--limit=" + kept).assertDone();
    assertTrue(done.err().contains(kept + " images are measured already"), done::toString);
  }

  /** Not its lock. */
  private static boolean isTable(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".csv") && !name.startsWith(".");
  }

  /** Of the only table, its header among them. */
  private static long rows(Path evaluations) throws IOException {
    if (!Files.isDirectory(evaluations)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(evaluations)) {
      Path table = files.filter(LaunchCommandTest::isTable).findFirst().orElse(null);
      return table == null ? 0 : Files.readAllLines(table).size();
    }
  }

  @Test
  @Tag("slow")
  void workersOfDifferentEvaluationsAreRefused() throws Exception {
    SmallRuns.copy(SmallRuns.plain(), folder.resolve("a"));
    String cluster = "--cluster=localhost:" + freePort() + ",localhost:" + freePort();
    Process chief =
        Program.start(folder, Program.command("evaluate", "a", "--times=2", cluster, "--task=0"));
    Path other = Files.createDirectory(folder.resolve("other"));
    Program.run(other, "evaluate", "../a", "--times=3", cluster, "--task=1")
        .assertRefused(3, "worker 1 (localhost:", "another way to measure than worker 0");
    Program.await(folder, chief).assertRefused(3, "worker 1 (localhost:", "another way to measure");
  }

  @Tag("integration")
  @Test
  void workersOfDifferentConfigurationsAreRefused() throws Exception {
    String cluster = "--cluster=localhost:" + freePort() + ",localhost:" + freePort();
    Process chief =
        Program.start(
            folder,
            Program.command(Program.plainArguments("--steps=2", "--run=a", cluster, "--task=0")));
    Path other = Files.createDirectory(folder.resolve("other"));
    String[] theirs =
        Program.plainArguments("--steps=2", "--run=a", cluster, "--task=1", "--set=data.flip=true");
    Program.run(other, theirs)
        .assertRefused(3, "worker 1 (localhost:", "has another configuration than worker 0");
    Program.await(folder, chief).assertRefused(3, "worker 1 (localhost:", "another configuration");
  }

  @Tag("integration")
  @Test
  void aPortInUseAndAPortWithoutAWorkerAreNamed() throws IOException {
    Path other = Files.createDirectory(folder.resolve("other"));
    try (ServerSocket taken = new ServerSocket(0)) {
      Process refused = startFirst(folder, taken.getLocalPort());
      Process waiting = startFirst(other, freePort(), "--patience=3");
      Program.await(folder, refused)
          .assertRefused(3, "worker 0 (localhost:", "cannot listen on its port", "--task");
      Program.await(other, waiting)
          .assertRefused(
              6, "worker 1 (localhost:", "is it started, and are address and port right?");
    }
  }

  /** The first of two workers, at this port; there is no second one. */
  private static Process startFirst(Path folder, int port, String... more) throws IOException {
    String cluster = "--cluster=localhost:" + port + ",localhost:" + freePort();
    String[] settings = {"--steps=2", "--run=a", cluster, "--task=0"};
    return Program.start(folder, Program.command(Program.plainArguments(with(settings, more))));
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return free.getLocalPort();
    }
  }

  @Test
  void launchesThatAreRefused() {
    Program.call(folder, "launch", "--processes=2").assertRefused(2, "mulan launch needs -- train");
    Program.call(folder, "launch", "--processes=2", "--", "plot")
        .assertRefused(2, "mulan launch starts train, evaluate, sample, not 'plot'");
    Program.call(folder, "launch", "--processes=2", "--", "sample", "a", "--task=0")
        .assertRefused(2, "mulan launch sets --task of sample");
    Program.call(folder, "launch", "--", "train").assertRefused(2, "needs --processes N");
    Program.call(folder, "launch", "--processes=1", "--", "train")
        .assertRefused(2, "--processes is '1'", "from 2");
    Program.call(folder, "launch", "--processes=2", "--", "train", "--task=1")
        .assertRefused(2, "mulan launch sets --task of train");
    String[] third = {"--cluster=localhost:1,localhost:2,localhost:3", "--task=2", "--run=a"};
    Program.trainPlain(folder, third).assertRefused(3, OF_THREE);
  }

  private static final String[] OF_THREE = {
    "training.batch is 16, which 3 workers cannot share", "a multiple of 3"
  };

  @Test
  @Tag("slow")
  void workersThatAreAllRefusedAreRefusedInOneLine() {
    launch(3, "--steps=1", "--run=a").assertRefused(3, OF_THREE);
  }
}
