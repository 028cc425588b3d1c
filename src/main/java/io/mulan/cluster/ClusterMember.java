package io.mulan.cluster;

import io.mulan.tf.GraphSession;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.tensorflow.Graph;
import org.tensorflow.Server;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.internal.c_api.TF_Graph;
import org.tensorflow.internal.c_api.TF_Session;
import org.tensorflow.internal.c_api.TF_SessionOptions;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.global.tensorflow;
import org.tensorflow.proto.ClusterDef;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.JobDef;
import org.tensorflow.proto.ServerDef;

/**
 * This process in TensorFlow's distributed runtime: its gRPC server, and sessions on it.
 *
 * <p>TensorFlow cannot stop such a server: the process has to be halted.
 */
final class ClusterMember {
  private final Cluster cluster;

  private ClusterMember(Cluster cluster) {
    this.cluster = cluster;
  }

  /**
   * Starts the server; the others need not be there yet.
   *
   * @throws IllegalArgumentException if its port cannot be had
   */
  static ClusterMember start(Cluster cluster) {
    JobDef.Builder job = JobDef.newBuilder().setName(cluster.job());
    IntStream.range(0, cluster.size()).forEach(i -> job.putTasks(i, cluster.addresses().get(i)));
    ServerDef definition =
        ServerDef.newBuilder()
            .setCluster(ClusterDef.newBuilder().addJob(job))
            .setJobName(cluster.job())
            .setTaskIndex(cluster.task())
            .setProtocol("grpc")
            .setDefaultSessionConfig(config(cluster))
            .build();
    try {
      new Server(definition).start();
      return new ClusterMember(cluster);
    } catch (TensorFlowException e) {
      throw new IllegalArgumentException(
          cluster.name(cluster.task())
              + " cannot listen on its port; another process has it, perhaps a worker with the same"
              + " number: give each its own --task",
          e);
    }
  }

  private static ConfigProto config(Cluster cluster) {
    return GraphSession.trainingConfig().toBuilder()
        .setExperimental(
            ConfigProto.Experimental.newBuilder().setCollectiveGroupLeader(cluster.device(0)))
        // Without it a session waits for all of the cluster.
        .addDeviceFilters("/job:" + cluster.job() + "/task:" + cluster.task())
        .build();
  }

  Cluster cluster() {
    return cluster;
  }

  /** A session of this process, whose collective operations meet those of the others. */
  Session open(Graph graph) {
    String address = cluster.addresses().get(cluster.task());
    return session(
        graph, "grpc://localhost" + address.substring(address.lastIndexOf(':')), config(cluster));
  }

  /** A session that computes in another process. */
  Session visit(Graph graph, int other) {
    ConfigProto there =
        ConfigProto.newBuilder()
            .addDeviceFilters("/job:" + cluster.job() + "/task:" + other)
            .build();
    return session(graph, "grpc://" + cluster.addresses().get(other), there);
  }

  /** TensorFlow's Java has no target of a session: it is made by the C API, and wrapped. */
  private static Session session(Graph graph, String target, ConfigProto config) {
    try (PointerScope scope = new PointerScope()) {
      Field handle = Graph.class.getDeclaredField("nativeHandle");
      handle.setAccessible(true);
      Constructor<Session> wrap =
          Session.class.getDeclaredConstructor(Graph.class, TF_Session.class);
      wrap.setAccessible(true);
      TF_Status status = TF_Status.newStatus();
      TF_SessionOptions options = TF_SessionOptions.newSessionOptions();
      tensorflow.TF_SetTarget(options, target);
      byte[] bytes = config.toByteArray();
      tensorflow.TF_SetConfig(options, new BytePointer(bytes), bytes.length, status);
      status.throwExceptionIfNotOK();
      TF_Session session = TF_Session.newSession((TF_Graph) handle.get(graph), options, status);
      status.throwExceptionIfNotOK();
      return wrap.newInstance(graph, session.retainReference());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this version of TensorFlow's Java is not known", e);
    }
  }
}
