package io.mulan.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.DataConfig;
import io.mulan.config.LatentConfig;
import io.mulan.config.LossConfig;
import io.mulan.config.RunConfig;
import io.mulan.config.ScheduleConfig;
import io.mulan.files.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The published code's configurations, in each form they come in. */
final class ImportedConfigTest {
  /** As the published files are written. */
  private static final String PYTHON =
      """
      # A comment.
      import ml_collections


      def d(**kwargs):
        \"""Helper of creating
        a config dict.\"""
        return ml_collections.ConfigDict(initial_dictionary=kwargs)


      def get_config():
        \"""Hyperparameters\"""
        config = ml_collections.ConfigDict()
        config.exp_name = "exp_vdm"
        config.ckpt_restore_dir = 'None'

        config.data = d(
            dataset='imagenet32',  # cifar10/imagenet32
            ignore_cache=False,
        )
        config.vdm_type = 'mulan_epsilon' # mulan_epsilon, mulan_velocity

        config.model = d(
            unet_type='vdm', vocab_size=256, sample_softmax=False,
            antithetic_time_sampling=True, with_fourier_features=True, with_attention=False,

            condition='input', encoder='unet', forward_n_layer=3, latent_size=40,
            gamma_type='poly_fixedend', latent_type='topk', z_conditioning=True,
            topk_noise_type='gamma', sigma_prior=1.0, reparam_type='true',
            gamma_min=-13.3,
            gamma_max=5.,
            sm_n_timesteps=0, sm_n_embd=256, sm_n_layer=32, sm_pdrop=0.1,
        )
        config.training = d(
            seed=1, num_steps_lr_warmup=100, num_steps_train=2_000_000, batch_size_train=512,
            steps_per_logging=1000, steps_per_eval=10_000, steps_per_save=10_000, profile=False)
        config.lr_gamma_network_scale = 1.0
        config.optimizer = d(
            name='adamw',
            args=d(
                b1=0.9,
                eps=1e-8,
                weight_decay=0.01,
            ),
            learning_rate=2e-4,
            lr_decay=False,
            ema_rate=0.9999,
        )
        config.optimizer.gradient_clip_norm = 0.5

        return config
      """;

  @TempDir Path folder;

  private RunConfig read(String name, String content, String... overrides) throws IOException {
    return ImportedConfig.read(
        Files.writeString(folder.resolve(name), content), List.of(overrides));
  }

  @Test
  void pythonIsReadWithoutRunningIt() throws IOException {
    RunConfig config = read("config.py", PYTHON);
    assertEquals(DataConfig.Kind.IMAGENET32, config.data().kind());
    assertEquals(
        new ScheduleConfig(
            ScheduleConfig.Kind.POLYNOMIAL,
            -13.3,
            5,
            0,
            ScheduleConfig.Start.RANDOM,
            ScheduleConfig.Ends.FIXED),
        config.schedule());
    assertEquals(40, config.latent().size());
    assertEquals(15, config.latent().k()); // the published default
    assertEquals(3, config.latent().encoderLayers());
    assertEquals(LatentConfig.Law.PUBLISHED, config.latent().law());
    assertEquals(256, config.network().channels());
    assertEquals(List.of(6.0, 7.0), config.network().fourier());
    assertEquals(LossConfig.Prediction.EPSILON, config.loss().prediction());
    assertEquals(2_000_000, config.training().steps());
    assertEquals(512, config.training().batch());
    assertEquals(2e-4, config.training().learningRate());
    assertEquals(0.999, config.training().beta2()); // Optax's default
    assertEquals(0.5, config.training().clipNorm());
  }

  @Test
  void allFormsMeanTheSame() throws IOException {
    RunConfig python = read("config.py", PYTHON);
    String json =
        """
        {"vdm_type": "mulan_epsilon", "data": {"dataset": "imagenet32"},
         "model": {"unet_type": "vdm", "vocab_size": 256, "antithetic_time_sampling": true,
          "with_fourier_features": true, "with_attention": false, "encoder": "unet",
          "forward_n_layer": 3, "latent_size": 40, "gamma_type": "poly_fixedend",
          "latent_type": "topk", "z_conditioning": true, "topk_noise_type": "gamma",
          "reparam_type": "true", "gamma_min": -13.3, "gamma_max": 5.0, "sm_n_timesteps": 0,
          "sm_n_embd": 256, "sm_n_layer": 32, "sm_pdrop": 0.1},
         "training": {"seed": 1, "num_steps_lr_warmup": 100, "num_steps_train": 2000000,
          "batch_size_train": 512, "steps_per_logging": 1000, "steps_per_eval": 10000,
          "steps_per_save": 10000},
         "optimizer": {"name": "adamw", "args": {"b1": 0.9, "eps": 1e-08, "weight_decay": 0.01},
          "learning_rate": 0.0002, "lr_decay": false, "ema_rate": 0.9999,
          "gradient_clip_norm": 0.5}}
        """;
    assertEquals(python, read("config.json", json));
    // As ConfigDict.to_yaml writes it, each group with its own fields.
    String yaml =
        json.replace(
                "{",
                "!!python/object:ml_collections.config_dict.config_dict.ConfigDict"
                    + " {_locked: true, _fields: {")
            .replace("}", "}}");
    assertEquals(python, read("config.yaml", yaml));
    assertEquals(python, read("ours.yaml", python.toYaml()));
  }

  @Test
  void settingsTakePrecedence() throws IOException {
    RunConfig config =
        read("config.py", PYTHON, "loss.prediction=v_from_epsilon", "network.groups=64");
    assertEquals(LossConfig.Prediction.V_FROM_EPSILON, config.loss().prediction());
    assertEquals(64, config.network().groups());
  }

  @Test
  void aConfigurationWithoutMulanSettingsIsAVdm() throws IOException {
    RunConfig config =
        read(
            "config.py",
            PYTHON
                .replace("config.vdm_type = 'mulan_epsilon'", "")
                .replace("reparam_type='true',", "")
                .replace("'poly_fixedend'", "'learnable_scalar'"));
    assertEquals(LatentConfig.Kind.NONE, config.latent().kind());
    assertEquals(ScheduleConfig.Kind.SCALAR, config.schedule().kind());
    assertEquals(LossConfig.Prediction.EPSILON, config.loss().prediction());
    assertEquals(FlaxLayout.Code.VDM, FlaxLayout.of(config).code());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "'mulan_epsilon'   | 'mulan_score'    | vdm_type is mulan_score",
        "'poly_fixedend'   | 'film'           | model.gamma_type is film",
        "'true'            | 'mu_sigma'       | model.reparam_type is mu_sigma; allowed: true",
        "'topk'            | 'poisson'        | model.latent_type is poisson",
        "'imagenet32'      | 'celeba'         | data.kind is 'celeba'",
        "'adamw'           | 'sgd'            | optimizer.name is sgd; allowed: adamw",
        "1e-8              | 1e-6             | optimizer.args.eps is 1.0E-6; allowed: 1.0E-8",
        "sm_n_layer=32,    | \"\"             | has no model.sm_n_layer",
        "sm_n_embd=256     | sm_n_embd=40     | network.groups is 32",
        "sm_pdrop=0.1      | sm_pdrop='much'  | model.sm_pdrop is much; allowed: a number",
        "sm_n_embd=256     | sm_n_embd=2.5    | model.sm_n_embd is 2.5; allowed: a whole number",
        "sm_n_embd=256     | sm_n_embd=2*128  | line 32: '*' is not allowed there",
        "sm_n_embd=256     | sm_n_embd=f()    | line 32: 'f' is not allowed there",
        "'imagenet32'      | open('/x').read() | line 18: 'open' is not allowed there",
        "return config     | os.system('rm')  | line 51: 'os' is not allowed there",
        "return config     | config.x = [1]   | line 51: '[' is not allowed there",
        "return config     | config.x         | line 51: its end is not allowed there",
        "seed=1,           | seed=1           | line 35: 'num_steps_lr_warmup' is not allowed there",
      })
  void configurationsThatAreRefused(String there, String instead, String message)
      throws IOException {
    assertTrue(PYTHON.contains(there), there);
    String text = PYTHON.replace(there, instead);
    ConfigException e = assertThrows(ConfigException.class, () -> read("config.py", text));
    assertTrue(e.getMessage().contains(message), e::getMessage);
    assertEquals(1, e.getMessage().lines().count());
  }
}
