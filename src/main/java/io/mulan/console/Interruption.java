package io.mulan.console;

import java.util.concurrent.CountDownLatch;

/**
 * Ctrl-C and SIGTERM: whoever says that it looks at {@link #asked()} is given the time to finish
 * and save; else the program ends at once. Both end with exit code 130.
 */
public final class Interruption {
  private final Thread hook = new Thread(this::onShutdown, "interruption");
  private final CountDownLatch finished = new CountDownLatch(1);
  private volatile String doing = "";
  private volatile boolean watched;
  private volatile boolean asked;
  private volatile boolean halts;
  private volatile int code = ExitCode.INTERRUPTED;

  public void install() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * From now on the one who runs looks at {@link #asked()}.
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
    if (asked) {
      throw new Stopped();
    }
  }

  private void onShutdown() {
    asked = true;
    if (watched) {
      System.err.println("\n" + doing + "...");
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

  /** Ends the program. */
  public void exit(int exitCode) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shuttingDown) {
      // System.exit would wait for the hook, which waits for this.
      code = exitCode;
      finished.countDown();
      return;
    }
    if (halts) {
      System.out.flush();
      System.err.flush();
      Runtime.getRuntime().halt(exitCode);
    }
    System.exit(exitCode);
  }
}
