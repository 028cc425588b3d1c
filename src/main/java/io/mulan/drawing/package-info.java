/**
 * Charts, maps, grids of images, and their files: SVG, PNG, GIF, HTML. Knows numbers and images, no
 * run and no model.
 */
package io.mulan.drawing;
