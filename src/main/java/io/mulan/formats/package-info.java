/**
 * Formats of files: pictures, archives, Parquet, TFRecord and pickle. A file may be damaged or
 * hostile: sizes are checked before memory is taken, and nothing in it is run. Knows no data set.
 *
 * <p>Internal: not part of the Java API, which is {@link io.mulan.run}; may change.
 */
package io.mulan.formats;
