package io.mulan.formats;

import io.mulan.config.DataConfig;
import io.mulan.config.DataConfig.Background;
import io.mulan.config.DataConfig.Fit;

/**
 * What becomes of pictures that are not as images are to be.
 *
 * @param fit those of another size
 * @param grey whether coloured ones become grey, where images have one channel
 * @param background what transparent ones are laid over
 */
public record PictureRules(Fit fit, boolean grey, Background background) {

  /** All others are refused. */
  static final PictureRules NONE = new PictureRules(Fit.EXACT, false, Background.NONE);

  public static PictureRules of(DataConfig config) {
    return new PictureRules(config.fit(), config.grey(), config.background());
  }
}
