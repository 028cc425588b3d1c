/** The command line: one class a command, exit codes, what a person sees. No mathematics. */
package io.mulan.cli;
