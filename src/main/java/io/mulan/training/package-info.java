/**
 * The training of a model: optimiser, step, loop, checkpoints. Knows no run folder and nothing of
 * what a person sees.
 *
 * <p>Part of the Java API as far as {@link io.mulan.run} names its types; otherwise internal.
 */
package io.mulan.training;
