/**
 * What a person at a terminal sees and does: numbers as printed, progress, the wish to stop, exit
 * codes, versions, and the surroundings of a command. Knows no command, no image and no model.
 *
 * <p>Internal: not part of the Java API, which is {@link io.mulan.run}; may change.
 */
package io.mulan.console;
