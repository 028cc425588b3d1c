/**
 * What a person at a terminal sees and does: numbers as printed, progress, terminal, exit
 * codes, versions. Knows no command, no image and no model.
 */
package io.mulan.console;
