/**
 * Runs as pages, tables and comparisons. Reads what run folders hold; trains only what a comparison
 * lacks.
 *
 * <p>Internal: not part of the Java API, which is {@link io.mulan.run}; may change.
 */
package io.mulan.report;
