/**
 * Lossless compression of images by a model: bits back with asymmetric numeral systems (Townsend,
 * Bird, Barber 2019; Kingma, Abbeel, Ho 2019). The length of what is written is the bound. Runs
 * graphs; writes to streams, not to files.
 *
 * <p>Internal: not part of the Java API, which is {@link io.mulan.run}; may change.
 */
package io.mulan.compression;
