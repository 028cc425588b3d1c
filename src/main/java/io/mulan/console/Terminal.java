package io.mulan.console;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.Logger;

/**
 * The person at the terminal, who sees how far work is and may ask to stop.
 *
 * <p>On Ctrl-C and SIGTERM work that looks at {@link #asked()} has the time to finish and save;
 * other work ends at once. Both end the program with exit code 130.
 */
public class Terminal {
  private static final String AGAIN = "\r\u001b[K";

  private final PrintStream err;
  private final boolean redraws;
  private final Thread hook = new Thread(this::onShutdown, "interruption");
  private final CountDownLatch finished = new CountDownLatch(1);
  private volatile String doing = "";
  private volatile boolean watched;
  private volatile boolean asked;
  private volatile boolean halts;
  private volatile int code = ExitCode.INTERRUPTED;

  /**
   * @param err what the person sees
   * @param redraws whether a line can be drawn over the one before
   */
  public Terminal(PrintStream err, boolean redraws) {
    this.err = err;
    this.redraws = redraws;
  }

  /** Of a program that nobody watches. */
  public static Terminal none() {
    return new Terminal(
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8), false);
  }

  /** From now on Ctrl-C and SIGTERM ask to stop. */
  public void install() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * From now on the work looks at {@link #asked()}.
   *
   * @param doing what is done then, to be said
   */
  public void watch(String doing) {
    this.doing = doing;
    watched = true;
  }

  /** From now on the program ends without waiting for what TensorFlow still does. */
  public void halt() {
    halts = true;
  }

  /** Asks to stop, as Ctrl-C does. */
  public void ask() {
    asked = true;
  }

  /** Whether to finish. */
  public boolean asked() {
    return asked;
  }

  /**
   * Leaves what is being done, if it is to be finished.
   *
   * @throws Stopped then
   */
  public void stopIfAsked() {
    if (asked()) {
      throw new Stopped();
    }
  }

  /** Whether progress is one line that changes. */
  public boolean isLive() {
    return redraws;
  }

  /** Draws a line over the one that was drawn before, where progress is one line. */
  public void draw(String line) {
    if (redraws) {
      err.print(AGAIN + line);
      err.flush();
    }
  }

  /** Shows how far work is: over the line that was drawn before, or as a line of the log. */
  public void progress(Logger log, String line) {
    draw(line);
    log.log(redraws ? Level.DEBUG : Level.INFO, line);
  }

  /** Removes the line that was drawn, if one was, so that others can follow. */
  public void erase() {
    if (redraws) {
      err.print(AGAIN);
    }
  }

  /** Shows a line. */
  public void print(String line) {
    err.println(line);
    err.flush();
  }

  private void onShutdown() {
    asked = true;
    if (watched) {
      err.println("\n" + doing + "...");
      awaitFinish();
    }
    Runtime.getRuntime().halt(code);
  }

  private void awaitFinish() {
    try {
      finished.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the program that {@link #install() installed} this. */
  public void exit(int exitCode) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shuttingDown) {
      // Exiting would wait for the hook, which waits for this.
      code = exitCode;
      finished.countDown();
      return;
    }
    err.flush();
    if (halts) {
      Runtime.getRuntime().halt(exitCode);
    }
    Runtime.getRuntime().exit(exitCode);
  }
}
