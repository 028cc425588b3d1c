/**
 * Lossless compression of images by a model: bits back with asymmetric numeral systems (Townsend,
 * Bird, Barber 2019; Kingma, Abbeel, Ho 2019). The length of what is written is the bound. Runs
 * graphs; writes to streams, not to files.
 */
package io.mulan.compression;
