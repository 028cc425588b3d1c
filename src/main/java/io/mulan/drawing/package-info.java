/**
 * Charts, maps, grids of images, SVG, PNG and pages. Knows numbers and images, no runs and no
 * models.
 */
package io.mulan.drawing;
