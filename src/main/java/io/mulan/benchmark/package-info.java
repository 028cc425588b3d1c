/**
 * What a step of training or of inference costs: time by part, memory, products against the peak of
 * the machine. Measures steps; does not train or draw.
 *
 * <p>Internal: not part of the Java API, which is {@link io.mulan.run}; may change.
 */
package io.mulan.benchmark;
