/**
 * The command line: a class for each command, options, help. A command reads its options, calls one
 * method of the packages below and prints. No other package uses this one.
 */
package io.mulan.cli;
