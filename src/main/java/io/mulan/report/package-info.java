/** Runs as pages, tables and comparisons. Reads what run folders hold. */
package io.mulan.report;
