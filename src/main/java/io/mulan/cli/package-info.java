/**
 * The command line: a class for each command, options, help. A command reads its options, calls one
 * method of the packages below and prints. No other package uses this one.
 *
 * <p>Internal: not part of the Java API, which is {@link io.mulan.run}; may change.
 */
package io.mulan.cli;
