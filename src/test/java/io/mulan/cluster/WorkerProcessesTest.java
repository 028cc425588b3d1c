package io.mulan.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WorkerProcessesTest {

  @ParameterizedTest
  @CsvSource({
    "0 0, 0",
    "6 137, 6",
    "6 1, 6",
    "1 0, 1", // the result of the first cannot be printed
    "0 134, 6",
    "6 3, 3",
    "130 130, 130"
  })
  void exitCodesDecideWhetherToStartAgain(String codes, int together) {
    assertEquals(
        together,
        WorkerProcesses.together(Arrays.stream(codes.split(" ")).map(Integer::valueOf).toList()));
  }
}
