/**
 * A run: its folder, what is written there, and what is done with it. This is the API for other
 * Java programs.
 */
package io.mulan.run;
