/**
 * Checkpoints and configurations of other programs: those of the published code, written by Flax,
 * and plain NumPy archives. Files come from anywhere, so readers believe nothing that they say.
 *
 * <p>Internal: not part of the Java API, which is {@link io.mulan.run}; may change.
 */
package io.mulan.interop;
