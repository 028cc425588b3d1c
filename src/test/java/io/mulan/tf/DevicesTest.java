package io.mulan.tf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class DevicesTest {
  @Test
  void thereIsAlwaysOneProcessor() {
    List<Devices.Device> processors =
        Devices.all().stream().filter(d -> d.type().equals("CPU")).toList();
    assertEquals(List.of("/device:CPU:0"), processors.stream().map(Devices.Device::name).toList());
  }

  @Test
  void aGpuIsThereIfItIsListed() {
    boolean listed = Devices.all().stream().anyMatch(d -> d.name().startsWith("/device:GPU:"));
    assertEquals(listed, Devices.hasGpu());
    assertTrue(Devices.all().stream().allMatch(d -> d.memoryBytes() >= 0));
  }
}
