/**
 * What TensorFlow Java lacks: resource variables, gradients of any order, random numbers that XLA
 * and plain TensorFlow agree on, functions compiled by XLA, checkpoints, TensorBoard events. Knows
 * TensorFlow and nothing of the model.
 *
 * <p>Part of the Java API as far as {@link io.mulan.run} names its types; otherwise internal.
 */
package io.mulan.tf;
