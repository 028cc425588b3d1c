/**
 * Readers of data sets in files: each finds the images of one layout, such as folders of pictures,
 * archives, records or arrays, and gives them by number ({@code ImageStore}). Whatever is wrong
 * with a file is a {@link io.mulan.files.ConfigException} of one line.
 *
 * <p>Internal: not part of the Java API, which is {@link io.mulan.run}; may change.
 */
package io.mulan.readers;
