/**
 * Charts, maps, grids of images, and their files: SVG, PNG, GIF, HTML. Knows numbers and images, no
 * run and no model.
 *
 * <p>Internal: not part of the Java API, which is {@link io.mulan.run}; may change.
 */
package io.mulan.drawing;
