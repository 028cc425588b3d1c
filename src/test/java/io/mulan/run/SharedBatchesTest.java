package io.mulan.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.cluster.Workers;
import io.mulan.console.Stopped;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Batches of one process; {@code LaunchCommandTest} has those of several. */
final class SharedBatchesTest {
  private final SharedBatches rounds = new SharedBatches(Workers.alone(), 8, 3, Integer.BYTES);
  private final List<String> heard = new ArrayList<>();

  private boolean run(int from, int stopsAt, boolean within) {
    boolean[] stop = new boolean[1];
    return rounds.run(
        from,
        () -> stop[0],
        (first, count, made) -> {
          stop[0] = first >= stopsAt;
          if (stop[0] && within) {
            throw new Stopped();
          }
          for (int i = 0; i < count; i++) {
            made.putInt(10 * (first + i));
          }
        },
        (first, count, made) -> {
          for (int i = 0; i < count; i++) {
            heard.add(first + i + ":" + made.getInt());
          }
        });
  }

  @Test
  void allAreMadeOnceAndInOrder() {
    assertTrue(run(0, 9, false));
    assertEquals(List.of("0:0", "1:10", "2:20", "3:30", "4:40", "5:50", "6:60", "7:70"), heard);
  }

  @Test
  void stoppedWorkResumesWhereItWas() {
    assertFalse(run(0, 3, false), "what was begun is kept");
    assertEquals(6, heard.size());
    assertTrue(run(heard.size(), 9, false));
    assertEquals("7:70", heard.get(7));
    assertEquals(8, heard.size());
  }

  @Test
  void aBatchThatWasStoppedIsMadeAgain() {
    assertFalse(run(0, 3, true));
    assertEquals(List.of("0:0", "1:10", "2:20"), heard);
    assertTrue(run(8, 0, false), "there is nothing to do");
  }

  @Test
  void progressCountsRounds() {
    assertEquals(3, rounds.count());
    assertEquals(1, rounds.round(3));
    assertEquals(8, rounds.done(6, 3));
  }
}
