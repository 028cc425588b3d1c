package io.mulan.tf;

import com.google.protobuf.Value;
import java.util.Collection;
import java.util.Map;

/**
 * The messages of TensorBoard's page of hyper-parameters, which TensorFlow Java has no classes for:
 * written by the numbers of their fields in {@code tensorboard/plugins/hparams/plugin_data.proto}
 * and {@code api.proto}.
 */
final class HyperParameters {
  static final String PLUGIN = "hparams";
  static final String EXPERIMENT_TAG = "_hparams_/experiment";
  static final String START_TAG = "_hparams_/session_start_info";
  static final String END_TAG = "_hparams_/session_end_info";

  /** Fields of HParamsPluginData; its version is 0, which is not written. */
  private static final int EXPERIMENT = 2;

  private static final int SESSION_START = 3;
  private static final int SESSION_END = 4;

  /** Fields of Experiment. */
  private static final int HPARAM_INFOS = 4;

  private static final int METRIC_INFOS = 5;

  /** Fields of HParamInfo, and its types. */
  private static final int HPARAM_NAME = 1;

  private static final int HPARAM_TYPE = 4;
  private static final int STRING = 1;
  private static final int BOOL = 2;
  private static final int FLOAT64 = 3;

  /** Of MetricInfo, and of the MetricName in it. */
  private static final int METRIC_NAME = 1;

  private static final int METRIC_TAG = 2;

  /** Fields of SessionStartInfo, and of an entry of its map. */
  private static final int HPARAMS = 1;

  private static final int START_TIME = 5;
  private static final int KEY = 1;
  private static final int VALUE = 2;

  /** Fields of SessionEndInfo, and the statuses of a run that has come to its end. */
  private static final int STATUS = 1;

  private static final int END_TIME = 2;
  private static final int SUCCESS = 1;
  private static final int FAILURE = 2;

  private HyperParameters() {}

  /** What there is to compare runs by: their settings, and the tags of scalars. */
  static byte[] experiment(Map<String, Object> settings, Collection<String> metrics) {
    byte[] experiment =
        WireMessage.of(
            m -> {
              for (Map.Entry<String, Object> setting : settings.entrySet()) {
                m.writeByteArray(HPARAM_INFOS, info(setting.getKey(), value(setting.getValue())));
              }
              for (String metric : metrics) {
                byte[] name = WireMessage.of(n -> n.writeString(METRIC_TAG, metric));
                byte[] info = WireMessage.of(n -> n.writeByteArray(METRIC_NAME, name));
                m.writeByteArray(METRIC_INFOS, info);
              }
            });
    return WireMessage.of(m -> m.writeByteArray(EXPERIMENT, experiment));
  }

  private static byte[] info(String name, Value value) {
    int type =
        switch (value.getKindCase()) {
          case BOOL_VALUE -> BOOL;
          case NUMBER_VALUE -> FLOAT64;
          default -> STRING;
        };
    return WireMessage.of(
        m -> {
          m.writeString(HPARAM_NAME, name);
          m.writeEnum(HPARAM_TYPE, type);
        });
  }

  /** The settings of one run: numbers, booleans, and all else as texts. */
  static byte[] start(Map<String, Object> settings, double seconds) {
    byte[] start =
        WireMessage.of(
            m -> {
              for (Map.Entry<String, Object> setting : settings.entrySet()) {
                byte[] entry =
                    WireMessage.of(
                        e -> {
                          e.writeString(KEY, setting.getKey());
                          e.writeMessage(VALUE, value(setting.getValue()));
                        });
                m.writeByteArray(HPARAMS, entry);
              }
              m.writeDouble(START_TIME, seconds);
            });
    return WireMessage.of(m -> m.writeByteArray(SESSION_START, start));
  }

  /** That the run has come to its end. */
  static byte[] end(double seconds, boolean well) {
    byte[] end =
        WireMessage.of(
            m -> {
              m.writeEnum(STATUS, well ? SUCCESS : FAILURE);
              m.writeDouble(END_TIME, seconds);
            });
    return WireMessage.of(m -> m.writeByteArray(SESSION_END, end));
  }

  private static Value value(Object setting) {
    Value.Builder value = Value.newBuilder();
    if (setting instanceof Boolean flag) {
      return value.setBoolValue(flag).build();
    }
    if (setting instanceof Number number) {
      return value.setNumberValue(number.doubleValue()).build();
    }
    return value.setStringValue(String.valueOf(setting)).build();
  }
}
