/**
 * Runs as pages, tables and comparisons. Reads what run folders hold; trains only what a comparison
 * lacks.
 */
package io.mulan.report;
