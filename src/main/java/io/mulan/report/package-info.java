/** Pictures for people: grids of images, moving pictures, charts. */
package io.mulan.report;
