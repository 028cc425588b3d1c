/** Pictures for people: grids of images, moving pictures, charts, and pages of them. */
package io.mulan.report;
