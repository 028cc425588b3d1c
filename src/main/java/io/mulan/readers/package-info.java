/**
 * Readers of data sets in files: each finds the images of one layout, such as folders of pictures,
 * archives, records or arrays, and gives them by number ({@code ImageStore}). Whatever is wrong
 * with a file is a {@link io.mulan.files.ConfigException} of one line.
 */
package io.mulan.readers;
