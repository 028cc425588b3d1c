/**
 * What is made of a trained model and written to files: samples, sweeps over steps,
 * reconstructions, interpolations, compressed images, rankings of images, exported models. Results
 * are written whole or not at all, with what they were made with.
 *
 * <p>Internal: not part of the Java API, which is {@link io.mulan.run}; may change.
 */
package io.mulan.results;
