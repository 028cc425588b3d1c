/**
 * What TensorFlow Java lacks: resource variables, gradients of any order, random numbers that XLA
 * and plain TensorFlow agree on, functions compiled by XLA, checkpoints, TensorBoard events. Knows
 * TensorFlow and nothing of the model.
 */
package io.mulan.tf;
