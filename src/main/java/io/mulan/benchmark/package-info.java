/**
 * What a step of training or of inference costs: time by part, memory, products against the peak of
 * the machine. Measures steps; does not train or draw.
 */
package io.mulan.benchmark;
