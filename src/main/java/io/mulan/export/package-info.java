/**
 * Models for other programs: SavedModels with their signatures, warm-up requests and provenance,
 * and reading them again; and the graph of the bound as a pure function of weights, images and
 * noise. Knows no run folder.
 *
 * <p>Internal: not part of the Java API, which is {@link io.mulan.run}; may change.
 */
package io.mulan.export;
