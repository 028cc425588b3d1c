package io.mulan.tf;

import org.tensorflow.DeviceSpec;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;

/** The devices that TensorFlow can use here. */
public final class Devices {
  private Devices() {}

  /** Whether an operation can be placed on a GPU. */
  public static boolean hasGpu() {
    DeviceSpec gpu =
        DeviceSpec.newBuilder().deviceType(DeviceSpec.DeviceType.GPU).deviceIndex(0).build();
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph).withDevice(gpu);
      session.runner().fetch(tf.math.add(tf.constant(1f), tf.constant(1f))).run().close();
      return true;
    } catch (RuntimeException placementRefused) {
      return false;
    }
  }
}
